// Looks at the page through `collect.js`: what a selector finds, and everything that it could have meant.
'use strict';

const fs = require('fs');
const path = require('path');
const { joined, legsOf } = require('./legs.cjs');
const { argumentOf, ask, valueOf } = require('./versions.cjs');
const { pause, within } = require('./waiting.cjs');

/**
 * @typedef {import('./playwright').Frame} Frame
 * @typedef {import('./wire').Element} Element
 * @typedef {import('./wire').Snapshot} Snapshot
 * @typedef {{digest: string, shape: string}} Glance
 * @typedef {{prefix: string[], leg: string, rest: string[]}} Break what resolved, what did not, what comes behind
 */

const PROBE_MS = 5000;
const LEAST_PROBE_MS = 500;
const SNAPSHOT_MS = 10_000;
const QUIET_MS = 60;
const MOST_LOOKS = 5;
const ROOT = 'css=:root';
const NO_FRAME = /failed to find frame|frame for selector|did not resolve/i;

/** @type {string | undefined} */
let program;

/**
 * JSON is cut off by nothing and ten times shorter than the protocol's own form, but pages with old libraries have a
 * `toJSON` of their own: those get the long form. A glance leaves the elements in the page.
 */
function programText() {
  if (program === undefined) {
    // Without comments and indentation: it travels with every look.
    const source = fs.readFileSync(path.join(__dirname, 'collect.js'), 'utf8');
    const collect = source.replace(/^\s*\/\/.*$/gm, '').replace(/^\s+/gm, '').trim().replace(/;$/, '');
    program = `(matched, options) => {
      const found = (${collect})(matched, options);
      const plain = !Array.prototype.toJSON && !Object.prototype.toJSON && !String.prototype.toJSON;
      if (options.glance) {
        const shape = found.elements.map((element) => element.ref).join();
        return { digest: found.digest, shape };
      }
      return plain ? JSON.stringify(found) : found;
    }`;
  }
  return program;
}

class Looking {
  /** @param {Frame} frame @param {string} testIdAttribute @param {number} timeoutMs of the call that it is for; 0: none */
  constructor(frame, testIdAttribute, timeoutMs) {
    this.frame = frame;
    this.testIdAttribute = testIdAttribute;
    this.probeMs = timeoutMs ? Math.min(PROBE_MS, Math.max(LEAST_PROBE_MS, timeoutMs / 2)) : PROBE_MS;
  }

  /** @param {string} selector @param {object} options @param {number} ms @returns {Promise<any>} */
  async run(selector, options, ms) {
    const arg = argumentOf({ testIdAttribute: this.testIdAttribute, ...options });
    const asked = ask(this.frame, 'evalOnSelectorAll', { selector, expression: programText(), isFunction: true, arg }, 0);
    const value = valueOf((await within(asked, ms, 'looking at the page')).value);
    return typeof value === 'string' ? JSON.parse(value) : value;
  }

  /** What the selector finds. @param {string} selector @returns {Promise<Snapshot>} */
  async matches(selector) {
    try {
      return await this.run(selector, { describe: 'matches' }, this.probeMs);
    } catch (error) {
      if (!NO_FRAME.test(String(error))) throw error;
      return { url: '', title: '', count: 0, total: 0, truncated: false, elements: [], digest: '' };
    }
  }

  /** How much it finds. @param {string} selector @returns {Promise<number>} */
  async count(selector) {
    if (typeof this.frame._channel.queryCount !== 'function') return (await this.matches(selector)).count;
    try {
      return (await within(ask(this.frame, 'queryCount', { selector }, 0), this.probeMs, 'counting')).value;
    } catch (error) {
      if (NO_FRAME.test(String(error))) return 0;
      throw error;
    }
  }

  /** Whether it turns up within the time. @param {string} selector @param {number} ms */
  async appears(selector, ms) {
    const params = { selector, state: 'attached', strict: false, omitReturnValue: true };
    try {
      await ask(this.frame, 'waitForSelector', params, Math.max(1, Math.round(ms)));
      return true;
    } catch (error) {
      if (/Timeout/.test(String(error))) return false;
      throw error;
    }
  }

  /** The leg that does not resolve: the last, or that of a frame. @param {string} selector @returns {Promise<Break>} */
  async broken(selector) {
    const legs = legsOf(selector);
    for (let at = 0; at < legs.length - 1; at++) {
      const found = await this.count(joined(legs.slice(0, at + 1)));
      if (found !== 1) return { prefix: legs.slice(0, at), leg: legs[at] || '', rest: legs.slice(at + 1) };
    }
    return { prefix: legs.slice(0, -1), leg: legs[legs.length - 1] || '', rest: [] };
  }

  /** @param {string[]} prefix legs of frames @returns {Promise<Glance>} */
  glance(prefix) {
    return this.run(joined([...prefix, ROOT]), { describe: 'all', glance: true }, SNAPSHOT_MS);
  }

  /** @param {string[]} prefix legs of frames @returns {Promise<Snapshot>} */
  everything(prefix) {
    return this.run(joined([...prefix, ROOT]), { describe: 'all' }, SNAPSHOT_MS);
  }

  /**
   * The page once it stands still: its digest twice the same, or at least, where a clock ticks, the same elements.
   * @param {string[]} prefix legs of frames
   * @param {Glance | null} earlier a glance of at least `QUIET_MS` ago
   * @param {number} ms in which it must have been found
   * @returns {Promise<Snapshot | null>} null: it keeps changing
   */
  async quiet(prefix, earlier, ms) {
    const until = Date.now() + ms;
    let before = earlier;
    for (let look = 0; look < MOST_LOOKS && Date.now() < until; look++) {
      const now = await this.everything(prefix);
      const shape = now.elements.map((element) => element.ref).join();
      if (before && (before.digest === now.digest || (look > 1 && before.shape === shape))) return now;
      before = { digest: now.digest, shape };
      await pause(QUIET_MS);
    }
    return null;
  }
}

module.exports = { Looking, QUIET_MS };
