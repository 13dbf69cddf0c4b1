// The reporter for suites that run without Shifty's workers: in `playwright.config.ts`, or by `--reporter`. It never
// throws into Playwright and never makes a test wait. The exit code it leaves alone, but where nothing failed that is not
// quarantined.
'use strict';

const { Notes } = require('./notes.cjs');
const { Session } = require('./session.cjs');
const { orchestrates, settingsOf } = require('./settings.cjs');

/**
 * @typedef {import('./index').Options} Options
 * @typedef {import('./playwright').FullConfig} FullConfig
 * @typedef {import('./playwright').Suite} Suite
 * @typedef {import('./playwright').TestCase} TestCase
 * @typedef {import('./playwright').TestResult} TestResult
 * @typedef {import('./playwright').TestError} TestError
 * @typedef {import('./playwright').TestRun} TestRun
 */

/** Commands that call reporters about what is no run, or somebody else's. */
const NO_RUNS = ['--list', 'merge-reports', 'show-report', 'test-server', '--ui'];

/** @param {Options} options */
function wanted(options) {
  // A worker of Shifty runs this suite and reports it already.
  if (process.env.SHIFTY_PLAYWRIGHT) return false;
  const enabled = options.enabled === undefined ? process.env.SHIFTY_ENABLED !== '0' : options.enabled;
  return enabled && !process.argv.some((argument) => NO_RUNS.includes(argument));
}

class ShiftyReporter {
  /** @param {Options} [options] */
  constructor(options) {
    this.options = options || {};
    this.notes = new Notes();
    /** @type {Session | undefined} */
    this.session = undefined;
    /** Shares are wanted, and so far nobody can ask for one. */
    this.misses = false;
  }

  version() {
    return 'v2';
  }

  printsToStdio() {
    return false;
  }

  /** @param {FullConfig} config */
  onConfigure(config) {
    this.notes.guard(() => {
      if (!wanted(this.options)) return;
      this.misses = orchestrates(this.options, process.env);
      const { settings, faults } = settingsOf(this.options, config, process.env);
      if (faults.length) return this.notes.say(`not reporting: ${faults.join('; ')}`);
      this.session = new Session(settings, config, this.notes);
    });
  }

  /** Playwright 1.62 and newer. @param {{config: FullConfig, suite: Suite, testRun: TestRun}} params */
  async preprocess({ config, suite, testRun }) {
    const { session } = this;
    if (session && session.settings.orchestrate) await this.notes.guarded(() => session.takeShare(config, suite, testRun));
    // Another machine may have got a share, and then only the whole suite here leaves nothing out.
    else if (this.misses) this.notes.guard(() => testRun.skipSharding());
  }

  /** @param {Suite} suite */
  onBegin(suite) {
    this.notes.guard(() => this.session && this.session.begin(suite));
  }

  /** @param {TestCase} test @param {TestResult} result */
  onTestBegin(test, result) {
    this.notes.guard(() => this.session && this.session.testBegan(test, result));
  }

  /** @param {TestCase} test @param {TestResult} result */
  onTestEnd(test, result) {
    this.notes.guard(() => this.session && this.session.testEnded(test, result));
  }

  /** @param {TestError} error */
  onError(error) {
    this.notes.guard(() => this.session && this.session.erred(error));
  }

  /** @param {{status: string}} result @returns {Promise<{status: 'passed'} | undefined>} in place of Playwright's own */
  async onEnd(result) {
    const { session } = this;
    const isExcused = session && (await this.notes.guarded(() => session.end(result.status)));
    return isExcused ? { status: 'passed' } : undefined;
  }
}

module.exports = ShiftyReporter;
