// What was healed in an attempt, as the hook tells it in annotations. They come through test code, and the server would
// refuse the whole result for one field of a wrong kind: only what is as it should be goes on, cut to size.
'use strict';

const path = require('path');
const { relativeTo } = require('./identity.cjs');

const ANNOTATION = 'shifty:heal';
const LONGEST_ANNOTATION = 64 * 1024;
const LONGEST_SELECTOR = 10_000;
const LONGEST_TEXT = 4000;
const LONGEST_WORD = 200;
const MOST_HEALS = 50;
const MOST_BYTES = 256 * 1024;
const MOST_FRAMES = 20;
const MOST_ALTERNATIVES = 5;
const MOST_ATTRIBUTES = 30;
const LARGEST_NUMBER = 2_147_483_647;

/**
 * @typedef {import('./playwright').Annotation} Annotation
 * @typedef {Record<string, unknown>} Told
 * @typedef {{file: string, line: number, column: number}} Place
 * @typedef {NonNullable<ReturnType<typeof healOf>>} Heal
 */

/** @param {unknown} value @param {number} [longest] */
function text(value, longest = LONGEST_TEXT) {
  return typeof value === 'string' ? value.slice(0, longest) : '';
}

/** @param {unknown} value @param {number} [longest] */
function textOrNull(value, longest = LONGEST_SELECTOR) {
  return typeof value === 'string' && value ? value.slice(0, longest) : null;
}

/** @param {unknown} value */
function whole(value) {
  return typeof value === 'number' && value > 0 ? Math.min(Math.round(value), LARGEST_NUMBER) : 0;
}

/** @param {unknown} value */
function chance(value) {
  return typeof value === 'number' && value > 0 ? Math.min(value, 1) : 0;
}

/** @param {unknown} value @returns {Told | null} */
function objectOf(value) {
  return value && typeof value === 'object' && !Array.isArray(value) ? /** @type {Told} */ (value) : null;
}

/** @template T @param {unknown} value @param {(item: unknown) => T | null} read @param {number} most @returns {T[]} */
function listOf(value, read, most) {
  if (!Array.isArray(value)) return [];
  return value.slice(0, most).flatMap((item) => {
    const found = read(item);
    return found === null ? [] : [found];
  });
}

/** @param {unknown} value @returns {Place | null} */
function placeOf(value) {
  const place = objectOf(value);
  const file = place && text(place['file'], 1024);
  return place && file ? { file, line: whole(place['line']), column: whole(place['column']) } : null;
}

/** @param {unknown} value */
function alternativeOf(value) {
  const told = objectOf(value);
  const locator = told && text(told['locator']);
  return told && locator ? { locator, confidence: chance(told['confidence']) } : null;
}

/** @param {unknown} value */
function elementOf(value) {
  const told = objectOf(value);
  if (!told) return null;
  const attributes = Object.entries(objectOf(told['attributes']) || {})
    .filter(([, content]) => typeof content === 'string')
    .slice(0, MOST_ATTRIBUTES)
    .map(([name, content]) => [name.slice(0, LONGEST_WORD), text(content, 1000)]);
  return {
    tag: text(told['tag'], LONGEST_WORD),
    role: text(told['role'], LONGEST_WORD),
    name: text(told['name'], 1000),
    attributes: Object.fromEntries(attributes),
    box: listOf(told['box'], (number) => (Number.isFinite(number) ? Number(number) : null), 4),
  };
}

/** @param {unknown} value */
function healOf(value) {
  const told = objectOf(value);
  const originalSelector = told && textOrNull(told['originalSelector']);
  const decision = ['heal', 'propose', 'refuse'].find((known) => told && told['decision'] === known);
  if (!told || !originalSelector || !decision) return null;
  return {
    originalSelector,
    originalLocator: text(told['originalLocator'], LONGEST_SELECTOR),
    healedSelector: textOrNull(told['healedSelector']),
    healedLocator: textOrNull(told['healedLocator']),
    decision,
    confidence: chance(told['confidence']),
    strategy: text(told['strategy'], LONGEST_WORD),
    success: told['success'] === true,
    reason: told['reason'] === 'strict' ? 'strict' : 'not-found',
    action: text(told['action'], LONGEST_WORD),
    explanation: text(told['explanation']),
    alternatives: listOf(told['alternatives'], alternativeOf, MOST_ALTERNATIVES),
    callSite: placeOf(told['callSite']),
    frames: listOf(told['frames'], placeOf, MOST_FRAMES),
    pageUrl: text(told['pageUrl']),
    before: elementOf(told['before']),
    after: elementOf(told['after']),
    waitedMs: whole(told['waitedMs']),
    executionTimeMs: whole(told['executionTimeMs']),
    screenshot: textOrNull(told['screenshot'], LONGEST_WORD),
  };
}

/** @param {Annotation} annotation */
function isHeal(annotation) {
  return annotation.type === ANNOTATION;
}

/** @param {Annotation} annotation @returns {Heal | null} */
function read({ description }) {
  if (!description || description.length > LONGEST_ANNOTATION) return null;
  try {
    return healOf(JSON.parse(description));
  } catch {
    return null;
  }
}

/** @param {Annotation[]} annotations of an attempt */
function healsOf(annotations) {
  const told = annotations.filter(isHeal).flatMap((annotation) => read(annotation) || []);
  /** @type {Set<Heal>} */
  const kept = new Set();
  let size = 0;
  // Those that a pass rests on come before those that did nothing: a healed pass is never told as a plain one.
  for (const heal of [...told.filter(({ success }) => success), ...told.filter(({ success }) => !success)]) {
    size += Buffer.byteLength(JSON.stringify(heal));
    if (kept.size === MOST_HEALS || size > MOST_BYTES) break;
    kept.add(heal);
  }
  return told.filter((heal) => kept.has(heal));
}

/** Files as others name them. @param {string} root @param {Heal} heal */
function fromRoot(root, heal) {
  /** @param {Place} place */
  const named = (place) => (path.isAbsolute(place.file) ? { ...place, file: relativeTo(root, place.file) } : place);
  return { ...heal, callSite: heal.callSite && named(heal.callSite), frames: heal.frames.map(named) };
}

/** What a repair of the source needs, and no more. @param {ReturnType<typeof fromRoot>} heal */
function slimHeal(heal) {
  return { ...heal, explanation: heal.explanation.slice(0, 500), alternatives: [], before: null, after: null, frames: heal.frames.slice(0, 5) };
}

module.exports = { fromRoot, healsOf, isHeal, slimHeal };
