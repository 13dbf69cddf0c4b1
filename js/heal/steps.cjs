// One step of a test: plan what to send, send it once, tell what came of it. Only the plan may take a different selector,
// and a plan that goes wrong is to send the original.
'use strict';

const { Server } = require('./asking.cjs');
const { Fingerprints } = require('./fingerprints.cjs');
const { Healing } = require('./healing.cjs');
const { joined, legsOf } = require('./legs.cjs');
const { Looking, QUIET_MS } = require('./looking.cjs');
const { Notes, reasonOf } = require('./notes.cjs');
const { actionOf, isStrict, strictest } = require('./policy.cjs');
const { tell } = require('./reporting.cjs');
const { Running } = require('./running.cjs');
const { isTooEarly, patience } = require('./waiting.cjs');

/**
 * @typedef {import('./healing.cjs').Symptom} Symptom
 * @typedef {import('./healing.cjs').Use} Use
 * @typedef {import('./settings.cjs').Settings} Settings
 * @typedef {import('./versions.cjs').Call} Call
 * @typedef {import('./wire').Heal} Heal
 * @typedef {import('./wire').Snapshot} Snapshot
 *
 * @typedef {object} Plan
 * @property {string} selector
 * @property {number | null} timeoutMs null: the author's
 * @property {Heal | null} heal to be told
 * @property {Use | null} use
 * @property {Promise<{selector: string, page: Snapshot}[]> | null} seen what the locator hits, for its fingerprint
 * @property {number} waitedMs
 */

const LEAST_MS = 250;
const LEAST_HEALED_MS = 500;
const UNNOTICED_MS = 100;
const MOST_REFUSALS = 3;
const GLANCE_BEFORE_MS = 4 * QUIET_MS;

class Steps {
  /** @param {Settings} settings @param {(own: () => Promise<any>) => Promise<any>} unhooked */
  constructor(settings, unhooked) {
    this.settings = settings;
    this.unhooked = unhooked;
    this.notes = new Notes();
    this.server = new Server(settings);
    this.running = new Running(settings);
    this.fingerprints = new Fingerprints(this.server, settings, this.notes);
    // The runner speaks to its worker between tests, and last before it ends.
    process.on('message', () => this.fingerprints.sendEnded(this.running.current()));
  }

  /** @param {Call} call @returns {Promise<unknown>} */
  async perform(call) {
    const plan = await this.plan(call);
    try {
      const result = await call.send(plan.selector, plan.timeoutMs);
      this.after(call, plan, !isUnmet(result));
      if (plan.timeoutMs !== null) speakOfAuthorsTime(result, plan.timeoutMs, call.timeoutMs);
      return result;
    } catch (error) {
      this.after(call, plan, false);
      if (plan.timeoutMs !== null) speakOfAuthorsTime(error, plan.timeoutMs, call.timeoutMs);
      throw error;
    }
  }

  /** @param {Call} call @returns {Promise<Plan>} */
  async plan(call) {
    try {
      return await this.unhooked(() => this.planned(call));
    } catch (error) {
      this.notes.once(`a step was left alone, ${reasonOf(error)}`);
      return { ...original(call), timeoutMs: this.remaining(call, LEAST_MS) };
    }
  }

  /** @param {Call} call @returns {Promise<Plan>} */
  async planned(call) {
    const use = this.useOf(call);
    if (!use) return original(call);
    const { test, site, looking } = use;
    const probed = await this.probe(use);
    if (probed.count === 1) return { ...original(call), use, seen: probed.seen };
    if (this.isHopeless(use) || (probed.count > 1 && !isStrict(call.method, call.params))) return original(call);
    const availableMs = Math.min(call.timeoutMs || Infinity, test.leftMs());
    if (probed.count > 1) return this.healed(use, { reason: 'strict', waitedMs: 0, availableMs, earlier: null });
    if (isTooEarly(call.timeoutMs, call.startedAt - test.missingSince(keyOf(use), call.startedAt))) return original(call);
    await this.fingerprints.settled(test);
    const longestWaitMs = this.fingerprints.longestWaitMs(test, site, call.selector);
    const ms = patience({ availableMs, longestWaitMs, healedBefore: test.healed.has(call.selector) });
    const earlier = await this.waitFor(use, ms - call.spentMs());
    const waitedMs = call.spentMs();
    const timeoutMs = this.remaining(call, LEAST_MS);
    if (earlier === 'found') return { ...original(call), use, seen: this.describe(looking, call.selector), waitedMs, timeoutMs };
    return this.healed(use, { reason: 'not-found', waitedMs, availableMs, earlier });
  }

  /** @param {Call} call @returns {Use | null} null: not ours */
  useOf(call) {
    const test = this.running.current();
    const places = call.places(this.settings.root);
    const site = places[0];
    if (!test || !site) return null;
    this.fingerprints.prepare(test);
    const mode = strictest(this.settings.mode, test.mode, this.fingerprints.allowed(test));
    if (mode === 'off') return null;
    const looking = new Looking(call.frame, test.testIdAttribute, call.timeoutMs);
    return { call, test, site, places, mode, looking, action: actionOf(call.method, call.params) };
  }

  /** A test may try the same in a loop until it works. @param {Use} use */
  isHopeless(use) {
    return this.server.away() || (use.test.refused.get(keyOf(use)) || 0) >= MOST_REFUSALS;
  }

  /** How much the locator finds, and what. @param {Use} use @returns {Promise<{count: number, seen: Plan['seen']}>} */
  async probe({ call, test, site, looking }) {
    const described = this.fingerprints.described(test, site, call.selector);
    if (described === 'now') {
      const page = await looking.matches(call.selector);
      return { count: page.count, seen: page.count === 1 ? this.describe(looking, call.selector, page) : null };
    }
    const count = await looking.count(call.selector);
    return { count, seen: described === 'behind' && count === 1 ? this.describe(looking, call.selector) : null };
  }

  /**
   * Not awaited before the real call, and sent right behind it: the page does the step first, and what the step acts on
   * is still there while Playwright waits for it to stand still.
   * @param {Looking} looking @param {string} selector @param {Snapshot} [known]
   * @returns {Plan['seen']}
   */
  describe(looking, selector, known) {
    const legs = legsOf(selector);
    const frames = legs.slice(0, -1).map((_, at) => joined(legs.slice(0, at + 1)));
    const own = known ? Promise.resolve(known) : new Promise(setImmediate).then(() => looking.matches(selector));
    const pages = [own, ...frames.map((frame) => looking.matches(frame))];
    const seen = Promise.all(pages).then((all) => all.map((page, at) => ({ selector: at ? frames[at - 1] || '' : selector, page })));
    seen.catch(() => {}); // A page that is gone has nothing to remember.
    return seen;
  }

  /**
   * @param {Use} use @param {number} ms
   * @returns {Promise<'found' | Symptom['earlier']>} a glance at the page from shortly before the end of the wait
   */
  async waitFor({ call, looking }, ms) {
    const until = Date.now() + ms;
    if (await looking.appears(call.selector, ms - GLANCE_BEFORE_MS)) return 'found';
    const { prefix } = await looking.broken(call.selector);
    const glance = await looking.glance(prefix);
    if (await looking.appears(call.selector, until - Date.now())) return 'found';
    return { prefix, glance };
  }

  /** @param {Use} use @param {Symptom} symptom @returns {Promise<Plan>} */
  async healed(use, symptom) {
    const { call } = use;
    const { selector, heal } = await new Healing(this.server, this.settings, use, symptom).verdict();
    const least = selector === null ? LEAST_MS : LEAST_HEALED_MS;
    const timeoutMs = symptom.reason === 'strict' ? null : this.remaining(call, least);
    return { ...original(call), selector: selector ?? call.selector, timeoutMs, heal, use };
  }

  /** Of the author's own time; null: all of it, or it has no end. @param {Call} call @param {number} least */
  remaining(call, least) {
    const spentMs = call.spentMs();
    return call.timeoutMs && spentMs > UNNOTICED_MS ? Math.max(least, call.timeoutMs - spentMs) : null;
  }

  /** @param {Call} call @param {Plan} plan @param {boolean} passed */
  after(call, plan, passed) {
    const { use, heal, seen, waitedMs } = plan;
    if (!use) return;
    try {
      if (heal) {
        heal.success = passed && plan.selector !== call.selector;
        if (heal.success) use.test.healed.add(call.selector);
        const refused = use.test.refused.get(keyOf(use)) || 0;
        if (heal.decision !== 'heal') use.test.refused.set(keyOf(use), refused + 1);
        if (heal.decision === 'heal' || refused === 0) tell(use.test, heal);
      } else if (seen && passed) {
        seen.then((all) => all.forEach(({ selector, page }) => this.remember(use, selector, page, waitedMs))).catch(() => {});
      }
    } catch (error) {
      this.notes.once(`a heal could not be told, ${reasonOf(error)}`);
    }
  }

  /** @param {Use} use @param {string} selector @param {Snapshot} page @param {number} waitedMs */
  remember({ test, site }, selector, page, waitedMs) {
    const element = page.elements[0];
    if (page.count !== 1 || !element) return;
    const attempt = test.info.retry;
    this.fingerprints.remember(test, { testId: test.id, callSite: site, selector, element, url: page.url, waitedMs, attempt });
  }
}

/** @param {Call} call @returns {Plan} */
function original(call) {
  return { selector: call.selector, timeoutMs: null, heal: null, use: null, seen: null, waitedMs: 0 };
}

/** @param {Use} use */
function keyOf({ call, site }) {
  return `${site.file}:${site.line} ${call.selector}`;
}

/** Expectations of older versions do not throw. @param {unknown} result */
function isUnmet(result) {
  return typeof result === 'object' && result !== null && 'matches' in result && result.matches === false;
}

/**
 * The real call had what was left of the author's time; its message and its log shall name the whole.
 * @param {unknown} outcome an error, or an unmet expectation's result
 * @param {number} sent @param {number} authors
 */
function speakOfAuthorsTime(outcome, sent, authors) {
  if (typeof outcome !== 'object' || outcome === null) return;
  const pattern = new RegExp(`(timeout:?\\s+)${sent}ms`, 'gi');
  /** @param {unknown} text */
  const told = (text) => (typeof text === 'string' ? text.replace(pattern, `$1${authors}ms`) : text);
  const words = /** @type {{message?: unknown, stack?: unknown, log?: unknown}} */ (outcome);
  for (const key of /** @type {const} */ (['message', 'stack'])) {
    if (typeof words[key] === 'string') words[key] = told(words[key]);
  }
  if (Array.isArray(words.log)) words.log = words.log.map(told);
}

module.exports = { Steps, speakOfAuthorsTime };
