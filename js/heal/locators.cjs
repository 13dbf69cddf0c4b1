// A locator for an element as an author would write it, which hits exactly that element.
'use strict';

const { isGenerated } = require('./generated.cjs');
const { joined, legsOf } = require('./legs.cjs');
const { ask } = require('./versions.cjs');
const { within } = require('./waiting.cjs');

/**
 * @typedef {import('./looking.cjs').Looking} Looking
 * @typedef {import('./playwright').Frame} Frame
 * @typedef {import('./wire').Element} Element
 * @typedef {{injected: any, node: any}} InPage
 */

const GENERATE_MS = 2000;
const LONGEST_TEXT = 50;
const CONTAINERS = new Set('form div main section article aside header footer nav ul ol table tbody tr fieldset body dialog'.split(' '));
const PLAIN_ID = /^[A-Za-z_][\w-]*$/;

/** @param {string} text */
function quoted(text) {
  return `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"`;
}

/** What Playwright itself would write for it; throws where it has no opinion. @param {Frame} frame @param {string} selector */
async function suggested(frame, selector) {
  if (typeof frame._channel.resolveSelector === 'function') {
    const { resolvedSelector } = await within(ask(frame, 'resolveSelector', { selector }, 0), GENERATE_MS, 'a locator');
    return String(resolvedSelector);
  }
  // < 1.55: the same generator, behind the server's own handle.
  const connection = frame._connection;
  if (typeof connection.toImpl !== 'function') throw new Error('the browser is driven from elsewhere');
  const { element } = await ask(frame, 'querySelector', { selector, strict: false }, 0);
  const handle = /** @type {any} */ (connection.toImpl(element._object || element));
  const generate = (/** @type {[any, any]} */ [injected, node]) => injected.generateSelectorSimple(node);
  return String(await within(handle.evaluateInUtility(generate, {}), GENERATE_MS, 'a locator'));
}

/** Whether nobody would want it in their tests. @param {string} leg @param {Element} element */
function isPoor(leg, element) {
  if (/^(xpath=|\/\/|\.\.)/.test(leg) || / >> nth=/.test(leg) || leg.includes('nth-')) return true;
  if (/^internal:text=/.test(leg)) return CONTAINERS.has(element.tag) || leg.length > LONGEST_TEXT;
  if (/^internal:(role|label|attr|testid)/.test(leg)) return leg.length > 4 * LONGEST_TEXT || isGenerated(literalOf(leg));
  return (leg.match(/[#.][\w-]+/g) || []).some((name) => isGenerated(name.slice(1)));
}

/** Of a test id the value; elsewhere long numbers are what people read. @param {string} leg */
function literalOf(leg) {
  return /^internal:testid=\[[^=]*="(.*)"s?\]$/.exec(leg)?.[1] || '';
}

/** Our own suggestions, best first. @param {Element} element @param {string} testIdAttribute */
function spellings(element, testIdAttribute) {
  const { tag, role, accessibleName, label, placeholder, name } = element;
  const id = element.id && PLAIN_ID.test(element.id) ? lasting(element.id) : '';
  const testId = lasting(element.testId);
  return [
    testId && `internal:testid=[${testIdAttribute}=${quoted(testId)}s]`,
    role && brief(accessibleName) && `internal:role=${role}[name=${quoted(brief(accessibleName))}i]`,
    brief(label) && `internal:label=${quoted(brief(label))}i`,
    placeholder && `internal:attr=[placeholder=${quoted(placeholder)}i]`,
    id && `#${id}`,
    name && `${tag}[name=${quoted(name)}]`,
  ].flatMap((selector) => selector || []);
}

/** @param {string | undefined} name */
function lasting(name) {
  return name && !isGenerated(name) ? name : '';
}

/** @param {string | undefined} text */
function brief(text) {
  return text && text.length <= LONGEST_TEXT ? text : '';
}

/** By its place in the document: a ref is spelled by what else is known of the page. @param {Element} one @param {Element | undefined} other */
function isSamePlace(one, other) {
  return other !== undefined && one.xpath === other.xpath && String(one.shadow || '') === String(other.shadow || '');
}

class Locators {
  /** @param {Frame} frame @param {Looking} looking @param {string} testIdAttribute */
  constructor(frame, looking, testIdAttribute) {
    this.frame = frame;
    this.looking = looking;
    this.testIdAttribute = testIdAttribute;
  }

  /**
   * The best selector that hits the element and nothing else.
   * @param {string[]} prefix the author's own legs to its frame
   * @param {Element} element
   */
  async idiomatic(prefix, element) {
    const theirs = await suggested(this.frame, joined([...prefix, element.ref])).catch(() => null);
    const leg = theirs && legsOf(theirs).pop();
    const candidates = spellings(element, this.testIdAttribute);
    if (leg && !isPoor(leg, element)) candidates.unshift(leg);
    for (const candidate of candidates) {
      const found = await this.looking.matches(joined([...prefix, candidate])).catch(() => null);
      if (found && found.count === 1 && isSamePlace(element, found.elements[0])) return candidate;
    }
    return element.ref;
  }

  /** Without a look at the page, for those that were not chosen. @param {string[]} prefix @param {Element} element */
  short(prefix, element) {
    const [best] = spellings(element, this.testIdAttribute);
    return this.code(joined([...prefix, best || element.ref]));
  }

  /** @param {string} selector */
  code(selector) {
    try {
      return this.frame.locator(selector).toString();
    } catch {
      return selector;
    }
  }
}

module.exports = { Locators, isPoor, spellings };
