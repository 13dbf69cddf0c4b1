// Writes what Playwright does as lines of JSON into a file that a Shifty worker follows. It is added beside the user's
// own reporters, prints nothing, waits for nothing, and never throws into Playwright: a fault here costs events, not tests.
'use strict';

const { Events } = require('./events.cjs');
const { applyOptions, configured } = require('./config.cjs');
const { attemptEnded, attemptBegan, faultOf, testsOf } = require('./tests.cjs');

/**
 * @typedef {import('./playwright').FullConfig} FullConfig
 * @typedef {import('./playwright').Suite} Suite
 * @typedef {import('./playwright').TestCase} TestCase
 * @typedef {import('./playwright').TestResult} TestResult
 * @typedef {import('./playwright').TestError} TestError
 * @typedef {import('./playwright').Options} Options
 */

/** @returns {Options} */
function optionsOf() {
  try {
    return JSON.parse(process.env.SHIFTY_PLAYWRIGHT || '{}');
  } catch {
    return {};
  }
}

class ShiftyReporter {
  constructor() {
    const options = optionsOf();
    this.options = options;
    this.events = new Events(options.events);
    /** @type {Set<string>} */
    this.files = new Set();
  }

  /** Version 2 gets the configuration before anything starts, while servers and files can still be chosen. */
  version() {
    return 'v2';
  }

  printsToStdio() {
    return false;
  }

  /** @param {FullConfig} config */
  onConfigure(config) {
    this.events.guard(() => {
      // What the user wrote is told before our options change it.
      const event = configured(config);
      applyOptions(config, this.options, this.files);
      this.events.put(event);
    });
  }

  /** @param {Suite} suite */
  onBegin(suite) {
    this.events.guard(() => this.events.put({ event: 'begin', tests: testsOf(suite) }));
  }

  /** @param {TestCase} test @param {TestResult} result */
  onTestBegin(test, result) {
    this.events.guard(() => this.events.put(attemptBegan(test, result)));
  }

  /** @param {TestCase} test @param {TestResult} result */
  onTestEnd(test, result) {
    this.events.guard(() => this.events.put(attemptEnded(test, result)));
  }

  /** @param {TestError} error */
  onError(error) {
    this.events.guard(() => this.events.put({ event: 'error', error: faultOf(error) }));
  }

  /** @param {{status: string, duration?: number}} result */
  onEnd(result) {
    this.events.guard(() => {
      const files = this.options.list ? [...this.files] : [];
      this.events.put({ event: 'end', status: result.status, durationMs: Math.round(result.duration || 0), files });
    });
  }
}

module.exports = ShiftyReporter;
