// Takes the place of the one method through which every call of Playwright's client goes, after making sure that it is
// the method that we know.
'use strict';

const { AsyncLocalStorage } = require('async_hooks');
const { mayHeal } = require('./policy.cjs');
const { settingsOf } = require('./settings.cjs');
const { Steps } = require('./steps.cjs');
const { Call } = require('./versions.cjs');

/**
 * @typedef {import('./playwright').ChannelOwner} ChannelOwner
 * @typedef {import('./playwright').Connection} Connection
 * @typedef {import('./playwright').Frame} Frame
 * @typedef {import('./playwright').Playwright} Playwright
 * @typedef {import('./playwright').Send} Send
 */

const ARGUMENTS = new Set([4, 6]);
/** Known to every copy of this package: a project's own and a worker's may meet in one process. */
const PATCHED = Symbol.for('shifty.heal');
/** Our own calls pass by the hook. @type {AsyncLocalStorage<boolean>} */
const own = new AsyncLocalStorage();
/** @type {Steps | null | undefined} null: off */
let steps;

/** Decided at the first call: only then does a process know that it is a worker. */
function stepsOfThisWorker() {
  if (steps === undefined) {
    const settings = process.env.TEST_WORKER_INDEX === undefined ? null : settingsOf(process.env, process.cwd());
    steps = settings && new Steps(settings, (plan) => own.run(true, plan));
  }
  return steps;
}

/** What the hook relies on is there. @param {ChannelOwner} object @returns {object is Frame} */
function isFrame(object) {
  const frame = /** @type {Partial<Frame>} */ (object);
  return object._type === 'Frame' && typeof frame._channel?.evalOnSelectorAll === 'function' && typeof frame.locator === 'function';
}

/** Said by workers, once they know that they are. @param {string} why */
function stayOut(why) {
  process.on('message', function say() {
    if (process.env.TEST_WORKER_INDEX === undefined) return;
    process.off('message', say);
    process.stderr.write(`shifty heal: this Playwright is not known, so nothing is healed: ${why}\n`);
  });
}

/** @param {Playwright} playwright */
function patch(playwright) {
  const prototype = playwright._connection && /** @type {Connection | null} */ (Object.getPrototypeOf(playwright._connection));
  if (!prototype || PATCHED in prototype) return;
  const send = prototype.sendMessageToServer;
  if (typeof send !== 'function' || !ARGUMENTS.has(send.length)) return stayOut('its connection sends in another way');
  Object.defineProperty(prototype, PATCHED, { value: true });
  prototype.sendMessageToServer = hooked(send);
}

/** @param {Send} send @returns {Send} */
function hooked(send) {
  return function sendMessageToServer(object, method, params, ...rest) {
    const call = callOf(this, send, object, method, params, rest);
    return call ? call() : send.call(this, object, method, params, ...rest);
  };
}

/**
 * @param {Connection} connection @param {Send} send @param {ChannelOwner} object @param {string} method
 * @param {import('./playwright').Params} params @param {unknown[]} rest
 * @returns {(() => Promise<unknown>) | null} null: not a call for us
 */
function callOf(connection, send, object, method, params, rest) {
  try {
    if (!mayHeal(method, params) || own.getStore() || !isFrame(object)) return null;
    const ours = stepsOfThisWorker();
    if (!ours) return null;
    const call = new Call(connection, send, object, method, params, rest);
    return () => ours.perform(call);
  } catch {
    return null;
  }
}

module.exports = { patch };
