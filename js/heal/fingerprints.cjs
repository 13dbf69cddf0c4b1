// What elements looked like when their locators worked: which of them the server knows, and those of passed tests for it.
'use strict';

const { reasonOf } = require('./notes.cjs');

/**
 * @typedef {import('./asking.cjs').Server} Server
 * @typedef {import('./notes.cjs').Notes} Notes
 * @typedef {import('./running.cjs').RunningTest} RunningTest
 * @typedef {import('./settings.cjs').Settings} Settings
 * @typedef {import('./wire').Known} Known
 * @typedef {import('./wire').Mode} Mode
 * @typedef {import('./wire').Place} Place
 * @typedef {import('./wire').Seen} Seen
 * @typedef {{mode: Mode, known: Set<string>, waits: Map<string, number>}} Knowledge
 */

const ANSWER_MS = 5000;
const MOST_AT_ONCE = 500;

/** @param {string} file @param {number} line @param {string} selector */
function useOf(file, line, selector) {
  return `${file}:${line} ${selector}`;
}

class Fingerprints {
  /** @param {Server} server @param {Settings} settings @param {Notes} notes */
  constructor(server, settings, notes) {
    this.server = server;
    this.settings = settings;
    this.notes = notes;
    /** By test file, asked for once. @type {Map<string, Promise<Knowledge | null>>} */
    this.asked = new Map();
    /** @type {Map<string, Knowledge>} */
    this.knowledge = new Map();
    /** By test, of its uses those that have been looked at. @type {Map<RunningTest, Map<string, Seen | null>>} */
    this.seen = new Map();
    /** Uses that some test of this process has looked at. @type {Set<string>} */
    this.uses = new Set();
  }

  /** Starts to fetch what is known of the test's file. @param {RunningTest} test */
  prepare(test) {
    if (!this.asked.has(test.file)) this.asked.set(test.file, this.fetch(test.file));
    if (!this.seen.has(test)) {
      this.sendEnded(test);
      this.seen.set(test, new Map());
    }
  }

  /** @param {string} file @returns {Promise<Knowledge | null>} */
  async fetch(file) {
    const query = `project=${encodeURIComponent(this.settings.project)}&testFile=${encodeURIComponent(file)}`;
    try {
      const answer = await this.server.get(`/healing/fingerprints?${query}`, ANSWER_MS);
      const knowledge = knowledgeOf(answer.mode, answer.fingerprints);
      this.knowledge.set(file, knowledge);
      return knowledge;
    } catch (error) {
      this.notes.once(`nothing is known of earlier runs, ${reasonOf(error)}`);
      return null;
    }
  }

  /** What the project allows. @param {RunningTest} test @returns {Mode} */
  allowed(test) {
    return this.knowledge.get(test.file)?.mode || 'heal';
  }

  /** Waits for what is on its way: a locator is broken, so there is time. @param {RunningTest} test */
  async settled(test) {
    await this.asked.get(test.file);
  }

  /** At most so far, in any test of the file; null: never seen. @param {RunningTest} test @param {Place} site @param {string} selector */
  longestWaitMs(test, site, selector) {
    return this.knowledge.get(test.file)?.waits.get(useOf(site.file, site.line, selector)) ?? null;
  }

  /**
   * What a use needs: its element described on the way, where nobody has ever seen it; behind the call, once in a while,
   * so that a locator that hits another element than it used to is noticed; or nothing.
   * @param {RunningTest} test @param {Place} site @param {string} selector
   * @returns {'now' | 'behind' | 'not'}
   */
  described(test, site, selector) {
    const uses = this.seen.get(test);
    const use = useOf(site.file, site.line, selector);
    if (!uses || uses.has(use)) return 'not';
    uses.set(use, null);
    const before = this.uses.has(use);
    this.uses.add(use);
    if (!this.knowledge.get(test.file)?.known.has(`${test.id} ${use}`)) return before ? 'behind' : 'now';
    return before ? 'not' : 'behind';
  }

  /** A call has passed on this element. @param {RunningTest} test @param {Seen} seen */
  remember(test, seen) {
    this.seen.get(test)?.set(useOf(seen.callSite.file, seen.callSite.line, seen.selector), seen);
  }

  /** Sends those of tests that have ended, if they have passed. @param {RunningTest | null} current */
  sendEnded(current) {
    for (const [test, uses] of this.seen) {
      if (test === current) continue;
      this.seen.delete(test);
      const seen = [...uses.values()].filter((use) => use !== null);
      if (test.passed()) this.send(seen);
    }
  }

  /** @param {Seen[]} seen */
  send(seen) {
    const { project, runId } = this.settings;
    for (let from = 0; from < seen.length && !this.server.away(); from += MOST_AT_ONCE) {
      const body = { project, runId, seen: seen.slice(from, from + MOST_AT_ONCE) };
      this.server.post('/healing/fingerprints', body, ANSWER_MS).catch((error) => {
        this.notes.once(`fingerprints are lost, ${reasonOf(error)}`);
      });
    }
  }
}

/** @param {Mode} mode @param {Known[]} fingerprints @returns {Knowledge} */
function knowledgeOf(mode, fingerprints) {
  /** @type {Knowledge} */
  const knowledge = { mode, known: new Set(), waits: new Map() };
  for (const { testId, file, line, selector, longestWaitMs } of fingerprints) {
    const use = useOf(file, line, selector);
    knowledge.known.add(`${testId} ${use}`);
    knowledge.waits.set(use, Math.max(knowledge.waits.get(use) || 0, longestWaitMs));
  }
  return knowledge;
}

module.exports = { Fingerprints };
