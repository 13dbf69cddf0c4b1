// From a locator that is taken for broken to what is sent in its place, if anything: look, ask, look again.
'use strict';

const { joined } = require('./legs.cjs');
const { Locators } = require('./locators.cjs');
const { cut, picture, shortly } = require('./reporting.cjs');
const { pause } = require('./waiting.cjs');

/**
 * @typedef {import('./looking.cjs').Break} Break
 * @typedef {import('./looking.cjs').Glance} Glance
 * @typedef {import('./looking.cjs').Looking} Looking
 * @typedef {import('./asking.cjs').Server} Server
 * @typedef {import('./running.cjs').RunningTest} RunningTest
 * @typedef {import('./settings.cjs').Settings} Settings
 * @typedef {import('./versions.cjs').Call} Call
 * @typedef {import('./wire').Element} Element
 * @typedef {import('./wire').Heal} Heal
 * @typedef {import('./wire').HealAnswer} HealAnswer
 * @typedef {import('./wire').Mode} Mode
 * @typedef {import('./wire').Place} Place
 * @typedef {import('./wire').Snapshot} Snapshot
 *
 * @typedef {object} Use a locator, where and for what it is used
 * @property {Call} call
 * @property {RunningTest} test
 * @property {Place} site
 * @property {Place[]} places
 * @property {string} action
 * @property {Mode} mode
 * @property {Looking} looking
 *
 * @typedef {object} Symptom
 * @property {'not-found' | 'strict'} reason
 * @property {number} waitedMs
 * @property {number} availableMs when the call began; may be infinite
 * @property {{prefix: string[], glance: Glance} | null} earlier
 *
 * @typedef {{selector: string | null, heal: Heal | null}} Verdict null: the original; null: nothing to tell
 * @typedef {{at: Break, page: Snapshot}} Look
 */

const MOST_ASKS = 3;
const ANSWER_MS = 15_000;
// What the real call gets at least.
const LEAST_MS = 300;
const FRAMES = new Set(['iframe', 'frame']);
/** @type {(keyof Element)[]} */
const IDENTITY = ['tag', 'id', 'name', 'type', 'role', 'accessibleName', 'text', 'testId', 'href', 'placeholder', 'visible'];
/** @type {Verdict} */
const LEFT_ALONE = { selector: null, heal: null };

/** @param {Element} was @param {Element | undefined} now */
function isUnchanged(was, now) {
  return now !== undefined && IDENTITY.every((key) => (was[key] ?? '') === (now[key] ?? ''));
}

class Healing {
  /** @param {Server} server @param {Settings} settings @param {Use} use @param {Symptom} symptom */
  constructor(server, settings, use, symptom) {
    this.server = server;
    this.settings = settings;
    this.use = use;
    this.symptom = symptom;
    this.looking = use.looking;
    this.locators = new Locators(use.call.frame, use.looking, use.test.testIdAttribute);
    this.startedAt = Date.now();
    this.waitedMs = symptom.waitedMs;
  }

  /** What may still be spent before the real call. */
  leftMs() {
    return this.symptom.availableMs - this.use.call.spentMs() - LEAST_MS;
  }

  /** @returns {Promise<Verdict>} */
  async verdict() {
    for (let asked = 0; asked < MOST_ASKS; asked++) {
      if (this.leftMs() <= 0) return this.refusal('There was no time left to look for it.');
      const look = await this.look();
      if (look === null) return this.refusal('The page keeps changing.');
      const answer = await this.ask(look);
      if (answer.decision === 'wait') {
        if (await this.waitOn(answer.waitMs || 0)) return LEFT_ALONE;
        continue;
      }
      const verdict = await this.act(look, answer);
      if (verdict) return verdict;
    }
    return this.refusal('The page kept changing under the element that was chosen.');
  }

  /** @returns {Promise<Look | null>} null: the page does not come to rest */
  async look() {
    const { earlier, reason } = this.symptom;
    const at = await this.looking.broken(this.use.call.selector);
    const same = earlier && joined(earlier.prefix) === joined(at.prefix) ? earlier.glance : null;
    this.symptom.earlier = null;
    const page = await this.looking.quiet(at.prefix, same, this.leftMs());
    if (!page) return null;
    const found = at.rest.length ? page.elements.filter((element) => FRAMES.has(element.tag)) : page.elements;
    const elements = reason === 'strict' ? await this.amongMatches(found) : found;
    return { at, page: { ...page, elements } };
  }

  /** Too many were found: it is one of them. @param {Element[]} elements */
  async amongMatches(elements) {
    const matches = await this.looking.matches(this.use.call.selector);
    const refs = new Set(matches.elements.map((element) => element.ref));
    return elements.filter((element) => refs.has(element.ref));
  }

  /** @param {Look} look @returns {Promise<HealAnswer>} */
  ask({ at, page }) {
    const { call, test, site, action, mode } = this.use;
    const inFrame = at.rest.length > 0;
    const request = {
      project: this.settings.project,
      runId: this.settings.runId,
      testId: test.id,
      selector: inFrame ? joined([...at.prefix, at.leg]) : call.selector,
      leg: at.leg,
      action: inFrame ? 'frame' : action,
      reason: this.symptom.reason,
      callSite: site,
      url: page.url,
      waitedMs: Math.round(this.waitedMs),
      mode,
      candidates: page.elements,
      truncated: page.truncated,
    };
    return this.server.post('/healing/heal', request, Math.min(ANSWER_MS, Math.max(LEAST_MS, this.leftMs())));
  }

  /** It has needed longer before. @param {number} ms @returns {Promise<boolean>} whether the original is right by now */
  async waitOn(ms) {
    const from = Date.now();
    const right = await this.turnsRight(Math.max(0, Math.min(ms, this.leftMs())));
    this.waitedMs += Date.now() - from;
    this.startedAt += Date.now() - from;
    return right;
  }

  /** @param {number} ms */
  async turnsRight(ms) {
    const { selector } = this.use.call;
    if (this.symptom.reason === 'not-found') return this.looking.appears(selector, ms);
    await pause(ms);
    return (await this.looking.count(selector)) === 1;
  }

  /** @param {Look} look @param {HealAnswer} answer @returns {Promise<Verdict | null>} null: look again */
  async act({ at, page }, answer) {
    const chosen = typeof answer.candidate === 'number' ? page.elements[answer.candidate] : undefined;
    const heals = answer.decision === 'heal' && this.use.mode === 'heal' && chosen !== undefined;
    if (!chosen || answer.decision === 'refuse') return { selector: null, heal: this.heal(answer, page, { decision: 'refuse' }) };
    const leg = await this.locators.idiomatic(at.prefix, chosen);
    const healed = joined([...at.prefix, leg, ...at.rest]);
    const heal = this.heal(answer, page, {
      decision: heals ? 'heal' : 'propose',
      healedSelector: healed,
      healedLocator: this.locators.code(healed),
      after: shortly(chosen),
      alternatives: this.alternatives(at, page, answer),
    });
    heal.screenshot = await this.pictured(joined([...at.prefix, leg]));
    if (!heals) return { selector: null, heal };
    if (!(await this.isStillSo(at, chosen))) return null;
    if (at.rest.length && (await this.looking.count(healed)) === 0) return this.refusal('The frame that was found holds no such element.');
    heal.executionTimeMs = Date.now() - this.startedAt;
    return { selector: healed, heal };
  }

  /** @param {string} selector */
  async pictured(selector) {
    if (this.leftMs() < 10 * LEAST_MS) return null;
    const { test, call } = this.use;
    return picture(test, call.frame, selector);
  }

  /** The original still fails, and the chosen one still stands there as it was. @param {Break} at @param {Element} chosen */
  async isStillSo(at, chosen) {
    const strict = this.symptom.reason === 'strict';
    const [original, now] = await Promise.all([
      this.looking.count(this.use.call.selector),
      this.looking.matches(joined([...at.prefix, chosen.ref])),
    ]);
    return (strict ? original > 1 : original === 0) && now.count === 1 && isUnchanged(chosen, now.elements[0]);
  }

  /** @param {Break} at @param {Snapshot} page @param {HealAnswer} answer */
  alternatives(at, page, answer) {
    return (answer.alternatives || []).slice(0, 4).flatMap(({ candidate, confidence }) => {
      const element = page.elements[candidate];
      return element ? [{ locator: cut(this.locators.short(at.prefix, element), 500), confidence }] : [];
    });
  }

  /** @param {string} explanation @returns {Verdict} */
  refusal(explanation) {
    return { selector: null, heal: this.heal({ decision: 'refuse', explanation }, null, { decision: 'refuse' }) };
  }

  /** @param {HealAnswer} answer @param {Snapshot | null} page @param {Partial<Heal> & Pick<Heal, 'decision'>} rest @returns {Heal} */
  heal(answer, page, rest) {
    const { call, site, places, action } = this.use;
    return {
      originalSelector: cut(call.selector),
      originalLocator: cut(this.locators.code(call.selector)),
      healedSelector: null,
      healedLocator: null,
      confidence: answer.confidence || 0,
      strategy: answer.strategy || 'css-hierarchy-analysis',
      success: false,
      reason: this.symptom.reason,
      action,
      explanation: cut(answer.explanation),
      alternatives: [],
      callSite: site,
      frames: places.slice(0, 20),
      pageUrl: cut(page?.url),
      before: shortly(answer.fingerprint),
      after: null,
      waitedMs: Math.round(this.waitedMs),
      executionTimeMs: Date.now() - this.startedAt,
      screenshot: null,
      ...rest,
    };
  }
}

module.exports = { Healing, isUnchanged };
