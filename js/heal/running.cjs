// The test that is running in this worker, without touching its code: through `test.info()` of the Playwright it has loaded.
'use strict';

const Module = require('module');
const path = require('path');
const { relativeTo, stableTestId } = require('./identity.cjs');
const { modeOf } = require('./policy.cjs');

/**
 * @typedef {import('./playwright').TestInfo} TestInfo
 * @typedef {import('./settings.cjs').Settings} Settings
 * @typedef {{test: {info: () => TestInfo}}} Runner
 */

const RUNNER_FILES = /[\\/](?:@playwright[\\/]test[\\/]index|playwright[\\/]test)\.js$/;
const RUNNERS = ['@playwright/test', 'playwright/test'];
const FOREVER_MS = 10 ** 8;

/** @param {unknown} value @returns {value is Runner} */
function isRunner(value) {
  const { test } = /** @type {{test?: {info?: unknown}}} */ (value || {});
  return Boolean(test) && typeof /** @type {{info?: unknown}} */ (test).info === 'function';
}

/** The runner that the tests use, which a monorepo need not have where we would look for it. @returns {Runner | null} */
function loadedRunner() {
  const cache = /** @type {{_cache: Record<string, {exports: unknown} | undefined>}} */ (/** @type {unknown} */ (Module))._cache || {};
  const file = Object.keys(cache).find((name) => RUNNER_FILES.test(name) && isRunner(cache[name]?.exports));
  if (file) return /** @type {Runner} */ (cache[file]?.exports);
  const load = Module.createRequire(path.join(process.cwd(), 'package.json'));
  for (const name of RUNNERS) {
    try {
      const runner = load(name);
      if (isRunner(runner)) return runner;
    } catch {
      // Not this one.
    }
  }
  return null;
}

class RunningTest {
  /** @param {TestInfo} info @param {Settings} settings */
  constructor(info, settings) {
    this.info = info;
    this.seenAt = Date.now();
    this.file = relativeTo(settings.root, info._requireFile || info.file);
    this.id = stableTestId(this.file, info.project.name, info.titlePath.slice(1), info.repeatEachIndex || 0);
    this.testIdAttribute = info.project.use?.testIdAttribute || settings.testIdAttribute;
    /** Original selectors that were healed in it. @type {Set<string>} */
    this.healed = new Set();
    /** How often uses were refused in it. @type {Map<string, number>} */
    this.refused = new Map();
    /** When uses first found nothing in it. @type {Map<string, number>} */
    this.missing = new Map();
    this.screenshots = 0;
  }

  /** A test that is meant to fail must not be helped. */
  get mode() {
    return this.info.expectedStatus === 'passed' ? modeOf(this.info.annotations) : 'off';
  }

  /** Until the test, or its hook, runs into its time-out; may be infinite. */
  leftMs() {
    const { _startTime: start, _startWallTime: wall, _timeoutManager: manager } = this.info;
    const deadline = manager && typeof manager.currentSlotDeadline === 'function' ? manager.currentSlotDeadline() : NaN;
    const left = Number(wall) + deadline - Number(start) - Date.now();
    if (Number.isFinite(left)) return left > FOREVER_MS ? Infinity : Math.max(0, left);
    return this.info.timeout ? Math.max(0, this.info.timeout - (Date.now() - this.seenAt)) : Infinity;
  }

  /** @param {string} use @param {number} now */
  missingSince(use, now) {
    const since = this.missing.get(use) ?? now;
    this.missing.set(use, since);
    return since;
  }

  passed() {
    return this.info.status === 'passed' && this.info.expectedStatus === 'passed';
  }
}

class Running {
  /** @param {Settings} settings */
  constructor(settings) {
    this.settings = settings;
    /** @type {Runner | null} */
    this.runner = null;
    /** @type {WeakMap<TestInfo, RunningTest>} */
    this.tests = new WeakMap();
  }

  /** @returns {RunningTest | null} null between tests */
  current() {
    this.runner = this.runner || loadedRunner();
    if (!this.runner) return null;
    try {
      const info = this.runner.test.info();
      const known = this.tests.get(info);
      if (known) return known;
      const test = new RunningTest(info, this.settings);
      this.tests.set(info, test);
      return test;
    } catch {
      return null; // test.info() says so when no test is running.
    }
  }
}

module.exports = { Running, RunningTest };
