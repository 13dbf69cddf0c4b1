// Run, report, don't fail: whether all that went wrong in this start is excused by the project's quarantine. Whatever is
// in doubt is not: rules that could not be read, errors outside of tests, a run that was broken off.
'use strict';

const { Away, Refused } = require('./errors.cjs');
const { idOf } = require('./messages.cjs');
const { lastOf } = require('./results.cjs');
const { isAbout } = require('./rules.cjs');

const MOST_NAMED = 5;

/**
 * @typedef {import('./playwright').FullConfig} FullConfig
 * @typedef {import('./results.cjs').Results} Results
 * @typedef {import('./results.cjs').Standing} Standing
 * @typedef {import('./rules.cjs').Rule} Rule
 * @typedef {{rules: Rule[], cap: number}} Rules
 * @typedef {{standing: Standing, rule: Rule}} Excused
 */

class Quarantine {
  /** @param {import('./http.cjs').Server} server @param {string} project @param {import('./notes.cjs').Notes} notes */
  constructor(server, project, notes) {
    this.server = server;
    this.route = `/quarantine/active?project=${encodeURIComponent(project)}`;
    this.notes = notes;
    /** @type {Rules | undefined} */
    this.known = undefined;
    /** Why there are none. @type {Error | undefined} */
    this.fault = undefined;
    /** @type {Promise<void> | undefined} */
    this.asking = undefined;
  }

  /** Beside the tests, none of which waits for it. */
  ask() {
    this.asking = this.server.call('GET', this.route).then(
      (answer) => {
        if (Array.isArray(answer.rules)) this.known = { rules: answer.rules, cap: Number(answer.cap) || 0 };
      },
      (error) => {
        this.fault = error;
      },
    );
  }

  /**
   * Whether nothing went wrong but what is excused, and says so.
   * @param {Results} results
   * @param {string} status of Playwright
   * @param {string | null} doubt what else speaks against a green run
   * @param {FullConfig} config
   * @param {number} patienceMs
   */
  async excuses(results, status, doubt, config, patienceMs) {
    if (status !== 'failed') return false;
    const failed = results.failures(flakyFails(config));
    const rules = failed.length ? await this.rules(patienceMs) : undefined;
    if (!rules) return false;
    const excused = excusedOf(failed, rules.rules, new Date());
    if (!excused.length) return false;
    const why = doubt || whyNot(failed.length - excused.length, excused.length, rules.cap);
    const [what, named] = [wordsOf(excused), namesOf(excused)];
    if (why) this.notes.say(`${what}, but this run fails because of ${why}. Quarantined: ${named}`);
    else this.notes.say(`${what} and ${excused.length === 1 ? 'does' : 'do'} not fail this run: ${named}`);
    return !why;
  }

  /** @param {number} patienceMs @returns {Promise<Rules | undefined>} */
  async rules(patienceMs) {
    await within(this.asking, patienceMs);
    if (!this.known && this.fault instanceof Away) {
      this.ask();
      await within(this.asking, patienceMs);
    }
    // A server without quarantine has no rules.
    const isOld = this.fault instanceof Refused && this.fault.status === 404;
    if (!this.known && !isOld) this.notes.say(`quarantine could not be asked, so every failure counts: ${this.fault ? this.fault.message : 'no answer yet'}`);
    return this.known;
  }
}

/**
 * @param {Standing[]} failed
 * @param {Rule[]} rules in the order in which they were made
 * @param {Date} now
 * @returns {Excused[]}
 */
function excusedOf(failed, rules, now) {
  const active = rules.filter((rule) => new Date(rule.expiresAt) > now);
  return failed.flatMap((standing) => {
    const { ref } = standing;
    const test = { testId: idOf(ref), file: ref.testFile, projectName: ref.projectName, titlePath: ref.titlePath, tags: ref.tags };
    const rule = active.find((one) => isAbout(one, test));
    return rule ? [{ standing, rule }] : [];
  });
}

/** @param {number} others @param {number} excused @param {number} cap */
function whyNot(others, excused, cap) {
  if (others) return count(others, 'other test');
  return excused > cap ? `its project's limit of ${count(cap, 'quarantined failure')} a run` : null;
}

/** @param {Excused[]} excused */
function wordsOf(excused) {
  const allRan = excused.every(({ standing }) => lastOf(standing)?.outcome !== 'skipped' && standing.attempts.length);
  return `${count(excused.length, 'quarantined test')} failed${allRan ? '' : ' or did not run'}`;
}

/** @param {Excused[]} excused */
function namesOf(excused) {
  const names = excused.slice(0, MOST_NAMED).map(({ standing: { ref }, rule }) => {
    const project = ref.projectName ? `[${ref.projectName}] ` : '';
    return `${project}${ref.titlePath.join(' › ').slice(0, 200)} (${rule.reason.slice(0, 100)}; ${rule.owner}, until ${rule.expiresAt.slice(0, 10)})`;
  });
  const rest = excused.length - names.length;
  return names.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** Whether Playwright was told that a test must not need its retries. @param {FullConfig} config */
function flakyFails(config) {
  return Boolean(config.failOnFlakyTests) || process.argv.includes('--fail-on-flaky-tests');
}

/** @param {Promise<void> | undefined} promise @param {number} ms */
async function within(promise, ms) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

/** @param {number} number @param {string} what */
function count(number, what) {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

module.exports = { Quarantine };
