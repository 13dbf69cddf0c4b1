// Run, report, don't fail: whether all that went wrong in this start is excused by the project's quarantine. Whatever is
// in doubt is not: rules that could not be read, errors outside of tests, a run that was broken off.
'use strict';

const { Away, Refused } = require('./errors.cjs');
const { idOf } = require('./messages.cjs');
const { lastOf } = require('./results.cjs');
const { isAbout, isRule } = require('./rules.cjs');

const MOST_NAMED = 5;
const ANSWER_MS = 5_000;

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
  }

  /**
   * Whether nothing went wrong but what is excused, and says so. The rules are those of this moment, as for the server:
   * one that was released while the tests ran excuses nothing.
   * @param {Results} results
   * @param {string} status of Playwright
   * @param {string | null} doubt what else speaks against a green run
   * @param {FullConfig} config
   * @param {number} [patienceMs]
   */
  async excuses(results, status, doubt, config, patienceMs = ANSWER_MS) {
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
    try {
      return await within(this.ask(), patienceMs);
    } catch (error) {
      // A server without quarantine has no rules.
      const isOld = error instanceof Refused && error.status === 404;
      if (!isOld) this.notes.say(`quarantine could not be asked, so every failure counts: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  }

  /** @returns {Promise<Rules>} */
  async ask() {
    const answer = await this.server.call('GET', this.route).catch((error) => {
      if (error instanceof Away) return this.server.call('GET', this.route);
      throw error;
    });
    if (!answer || !Array.isArray(answer.rules)) throw new Error('its answer has no rules');
    return { rules: answer.rules.filter(isRule), cap: Number(answer.cap) || 0 };
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

/** @param {Promise<Rules>} promise @param {number} ms @returns {Promise<Rules>} */
async function within(promise, ms) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  /** @type {Promise<never>} */
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Away(`no answer within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** @param {number} number @param {string} what */
function count(number, what) {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

module.exports = { Quarantine };
