// Decides how each test stands, as a worker's `outcome.py` does. An attempt that failed is final when its retries are
// used up. In a serial suite a failure makes Playwright try the whole suite again, so with retries its tests stand only
// when a round of all of them is over. A test that is reported as skipped though nobody asked for it did not run.
'use strict';

/**
 * @typedef {ReturnType<typeof import('./tests.cjs').attemptEnded>} AttemptEvent
 * @typedef {ReturnType<typeof import('./tests.cjs').testOf>} TestEvent
 * @typedef {import('./messages.cjs').TestRef} TestRef
 * @typedef {object} Standing
 * @property {TestEvent} test
 * @property {TestRef} ref
 * @property {AttemptEvent[]} attempts
 * @property {boolean} running
 * @property {boolean} final
 */

class Results {
  constructor() {
    /** @type {Map<string, Standing>} */
    this.tests = new Map();
    /** @type {Map<string, Standing[]>} */
    this.groups = new Map();
    /** @type {{message: string}[]} */
    this.errors = [];
  }

  /** @param {TestEvent} test @param {TestRef} ref */
  begin(test, ref) {
    const standing = { test, ref, attempts: [], running: false, final: false };
    this.tests.set(test.id, standing);
    const group = groupOf(test);
    if (!group) return;
    const mates = this.groups.get(group);
    if (mates) mates.push(standing);
    else this.groups.set(group, [standing]);
  }

  /** @param {string} id @returns {TestRef | undefined} */
  began(id) {
    const standing = this.tests.get(id);
    if (!standing) return undefined;
    standing.running = true;
    return standing.ref;
  }

  /** The tests of which to tell now, and whether that is the last word. @param {AttemptEvent} event */
  ended(event) {
    const standing = this.tests.get(event.id);
    if (!standing) return [];
    standing.running = false;
    standing.attempts.push(event);
    const group = groupOf(standing.test);
    if (group) return this.endedRound(standing, event, this.groups.get(group) || []);
    standing.final = stands(event);
    return standing.final || informative(event) ? [standing] : [];
  }

  /** @param {Standing} standing @param {AttemptEvent} event @param {Standing[]} group */
  endedRound(standing, event, group) {
    const lasts = group.map((other) => lastOf(other));
    const rounds = new Set(lasts.map((last) => (last ? last.retry : -1)));
    const retryFollows = lasts.some((last) => last && failed(last)) && Math.max(...rounds) < standing.test.retries;
    if (rounds.size > 1 || retryFollows) return informative(event) ? [standing] : [];
    const settled = group.filter((other) => {
      const last = lastOf(other);
      return last && informative(last) && !other.final;
    });
    for (const other of settled) other.final = true;
    return settled;
  }

  /**
   * What is left to say when Playwright has ended.
   * @param {string} status
   * @returns {{settled: Standing[], notRun: {standing: Standing, reason: string}[]}}
   */
  conclude(status) {
    /** @type {Standing[]} */
    const settled = [];
    const notRun = [];
    for (const standing of this.tests.values()) {
      if (standing.final) continue;
      const last = lastOf(standing);
      standing.final = true;
      if (last && saysSomething(last)) settled.push(standing);
      else notRun.push({ standing, reason: this.whyNot(standing, status) });
    }
    return { settled, notRun };
  }

  /** Whether anything that was told keeps the run from being green. */
  get anyBad() {
    return [...this.tests.values()].some((standing) => {
      const last = lastOf(standing);
      return !last || last.outcome === 'unexpected' || !informative(last);
    });
  }

  /** The tests that nobody can call green: failed, broken off, or not run though nobody asked for that. @param {boolean} flakyToo */
  failures(flakyToo) {
    return [...this.tests.values()].filter((standing) => {
      const last = lastOf(standing);
      if (!last || !informative(last) || last.status === 'interrupted') return true;
      return last.outcome === 'unexpected' || (flakyToo && last.outcome === 'flaky');
    });
  }

  /** @param {Standing} standing @param {string} status */
  whyNot(standing, status) {
    const last = lastOf(standing);
    if (standing.running || (last && last.status === 'interrupted')) return `interrupted: ${this.whyStopped(status)}`;
    if (!last) return this.whyStopped(status);
    const { file, project, serial } = standing.test;
    const mates = [...this.tests.values()].filter((other) => other.test.file === file && other.test.project === project);
    if (serial && mates.some((mate) => mate.test.serial === serial && mate.attempts.length && failed(lastOf(mate)))) {
      return 'an earlier test of its serial group failed';
    }
    if (mates.some((mate) => mate.attempts.some(hookFailed))) return 'a beforeAll hook of its file failed';
    return 'an earlier failure in its file kept it from running';
  }

  /** @param {string} status */
  whyStopped(status) {
    if (this.errors.some((error) => error.message.includes('maximum allowed failures'))) return 'maxFailures reached';
    if (status === 'timedout') return 'global time-out';
    const [error] = this.errors;
    if (error && ![...this.tests.values()].some((standing) => standing.attempts.length)) {
      return `Playwright stopped before any test: ${(error.message.trim().split('\n')[0] || '').slice(0, 300)}`;
    }
    return 'Playwright ended without running it';
  }
}

/** The serial suite that is tried again as a whole, if Playwright would. @param {TestEvent} test */
function groupOf(test) {
  return test.serial && test.retries ? [test.project, test.file, test.serial, test.repeat].join('\x1f') : null;
}

/** @param {Standing} standing @returns {AttemptEvent | undefined} */
function lastOf(standing) {
  return standing.attempts[standing.attempts.length - 1];
}

/** @param {AttemptEvent | undefined} event */
function failed(event) {
  return Boolean(event) && !['skipped', 'interrupted', event?.expectedStatus].includes(event?.status);
}

/** Whether the attempt says something about the test; a skip that nobody asked for does not. @param {AttemptEvent} event */
function informative(event) {
  return event.status !== 'skipped' || event.expectedStatus === 'skipped';
}

/** @param {AttemptEvent} event */
function saysSomething(event) {
  return event.status === 'interrupted' ? event.outcome === 'unexpected' : informative(event);
}

/** @param {AttemptEvent} event */
function stands(event) {
  if (event.status === 'interrupted' || !informative(event)) return false;
  return !failed(event) || event.retry >= event.retries;
}

/** @param {AttemptEvent} event */
function hookFailed(event) {
  return event.steps.some((step) => step.error && step.category === 'hook' && step.title.includes('beforeAll'));
}

module.exports = { Results, lastOf };
