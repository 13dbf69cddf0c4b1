// Tells what became of a broken locator: as annotations of the test, for every reporter, and a picture of the element.
'use strict';

const fs = require('fs');
const { dirname } = require('path');
const { within } = require('./waiting.cjs');

/**
 * @typedef {import('./playwright').Frame} Frame
 * @typedef {import('./running.cjs').RunningTest} RunningTest
 * @typedef {import('./wire').Element} Element
 * @typedef {import('./wire').Heal} Heal
 * @typedef {import('./wire').HealedElement} HealedElement
 */

const LONGEST = 2000;
const LONGEST_ANNOTATION = 30_000;
const SCREENSHOT_MS = 1500;
const MARK = 'rgba(255, 0, 128, 0.35)';

/** @param {string | undefined} text */
function cut(text, longest = LONGEST) {
  const whole = text || '';
  return whole.length > longest ? `${whole.slice(0, longest - 1)}…` : whole;
}

/** @param {Partial<Element> | null | undefined} element @returns {HealedElement | null} */
function shortly(element) {
  if (!element) return null;
  const { id, name, type, classes, data, attributes, placeholder, href } = element;
  const own = { id, class: (classes || []).join(' '), name, type, placeholder, href };
  const all = Object.entries({ ...own, ...attributes, ...data }).filter(([, value]) => value);
  return {
    tag: element.tag || '',
    role: element.role || '',
    name: cut(element.accessibleName || element.text, 200),
    attributes: Object.fromEntries(all.slice(0, 20).map(([key, value]) => [key, cut(String(value), 200)])),
    box: [element.x || 0, element.y || 0, element.w || 0, element.h || 0],
  };
}

/** @param {Heal} heal */
function sentenceOf(heal) {
  const place = `${heal.callSite.file}:${heal.callSite.line}`;
  const sure = `${Math.round(heal.confidence * 100)} % sure`;
  const why = heal.explanation ? ` ${heal.explanation}` : '';
  const was = heal.reason === 'strict' ? 'found more than one element' : 'found nothing';
  if (heal.decision === 'refuse') return `${heal.originalLocator} ${was} (${place}), and nothing on the page is surely meant.${why}`;
  if (heal.decision === 'propose') return `${heal.originalLocator} ${was} (${place}). Perhaps meant: ${heal.healedLocator} (${sure}).${why}`;
  const end = heal.success ? '' : ' The step failed all the same.';
  return `${heal.originalLocator} ${was} (${place}); went on with ${heal.healedLocator} (${sure}).${end}${why}`;
}

/** @param {Heal} heal */
function typeOf(heal) {
  if (heal.decision === 'heal') return heal.success ? 'healed' : 'heal-failed';
  return heal.decision === 'propose' ? 'heal-proposed' : 'heal-refused';
}

/** @param {Heal} heal */
function described(heal) {
  const text = JSON.stringify(heal);
  if (Buffer.byteLength(text) <= LONGEST_ANNOTATION) return text;
  return JSON.stringify({ ...heal, alternatives: [], frames: heal.frames.slice(0, 5), before: null, after: null, explanation: cut(heal.explanation, 500) });
}

/** @param {RunningTest} test @param {Heal} heal */
function tell(test, heal) {
  test.info.annotations.push({ type: 'shifty:heal', description: described(heal) });
  test.info.annotations.push({ type: typeOf(heal), description: sentenceOf(heal) });
}

/**
 * The page with the element under a tint, which Playwright lays over it for the moment of the picture.
 * @param {RunningTest} test @param {Frame} frame @param {string} selector
 * @returns {Promise<string | null>} the attachment's name
 */
async function picture(test, frame, selector) {
  try {
    const channel = frame.page()._channel;
    const take = channel.screenshot;
    if (typeof take !== 'function') return null;
    const look = { type: 'png', caret: 'initial', animations: 'allow', scale: 'css', mask: [{ frame: frame._channel, selector }], maskColor: MARK };
    const taken = take.call(channel, { ...look, timeout: SCREENSHOT_MS }, { timeout: SCREENSHOT_MS });
    const { binary } = await within(taken, SCREENSHOT_MS, 'a picture');
    const body = Buffer.isBuffer(binary) ? binary : Buffer.from(String(binary), 'base64');
    test.screenshots += 1;
    const name = `shifty-heal-${test.screenshots}.png`;
    const path = test.info.outputPath(name);
    await fs.promises.mkdir(dirname(path), { recursive: true });
    await fs.promises.writeFile(path, body);
    // A file, not a body: that is what workers keep.
    test.info.attachments.push({ name, path, contentType: 'image/png' });
    return name;
  } catch {
    return null; // A heal without its picture is told all the same.
  }
}

module.exports = { cut, picture, sentenceOf, shortly, tell };
