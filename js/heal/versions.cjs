// One call of Playwright's client, however its version writes it down:
//   ≤ 1.52  sendMessageToServer(object, method, params, apiName, frames, stepId); no `params.timeout`: the page's default
//   ≥ 1.53  sendMessageToServer(object, method, params, {frames, …}), `params.timeout` always there
//   ≥ 1.62  the same with `options.timeout` in its place
'use strict';

const { relativeTo } = require('./identity.cjs');

/**
 * @typedef {import('./playwright').Connection} Connection
 * @typedef {import('./playwright').Frame} Frame
 * @typedef {import('./playwright').HealableParams} HealableParams
 * @typedef {import('./playwright').Params} Params
 * @typedef {import('./playwright').Send} Send
 * @typedef {import('./playwright').SendOptions} SendOptions
 * @typedef {import('./playwright').StackFrame} StackFrame
 * @typedef {import('./wire').Place} Place
 */

const FOREIGN = /[\\/]node_modules[\\/]|^node:/;

/** @param {unknown} value @returns {value is SendOptions} */
function isOptions(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

class Call {
  /**
   * @param {Connection} connection
   * @param {Send} original
   * @param {Frame} frame
   * @param {string} method
   * @param {HealableParams} params
   * @param {unknown[]} rest
   */
  constructor(connection, original, frame, method, params, rest) {
    this.connection = connection;
    this.original = original;
    this.frame = frame;
    this.method = method;
    this.params = params;
    this.rest = rest;
    this.selector = params.selector;
    this.startedAt = Date.now();
    const options = rest[0];
    this.options = isOptions(options) ? options : null;
    /** The author's own time-out in ms; 0: none. */
    this.timeoutMs = this.ownTimeout();
  }

  ownTimeout() {
    if (typeof this.params.timeout === 'number') return this.params.timeout;
    if (this.options) return typeof this.options.timeout === 'number' ? this.options.timeout : 0;
    const settings = this.frame.page()._timeoutSettings;
    const timeout = settings && settings.timeout ? settings.timeout({}) : 0;
    return typeof timeout === 'number' ? timeout : 0;
  }

  spentMs() {
    return Date.now() - this.startedAt;
  }

  /** The author's code on the stack, innermost first. @param {string} root @returns {Place[]} */
  places(root) {
    const frames = /** @type {unknown} */ (this.options ? this.options.frames : this.rest[1]);
    if (!Array.isArray(frames)) return [];
    return /** @type {StackFrame[]} */ (frames)
      .filter((frame) => frame && typeof frame.file === 'string' && frame.file && !FOREIGN.test(frame.file))
      .map((frame) => ({ file: relativeTo(root, frame.file), line: frame.line || 0, column: frame.column || 0 }));
  }

  /**
   * The one real call.
   * @param {string} selector
   * @param {number | null} timeoutMs null: the author's
   */
  send(selector, timeoutMs) {
    const params = { ...this.params, selector };
    if (timeoutMs === null) return this.original.call(this.connection, this.frame, this.method, params, ...this.rest);
    if (this.options && typeof this.params.timeout !== 'number') {
      const rest = [{ ...this.options, timeout: timeoutMs }, ...this.rest.slice(1)];
      return this.original.call(this.connection, this.frame, this.method, params, ...rest);
    }
    return this.original.call(this.connection, this.frame, this.method, { ...params, timeout: timeoutMs }, ...this.rest);
  }
}

/**
 * A call of our own on the same channel; every version ignores the time-out that it keeps elsewhere.
 * @param {Frame} frame @param {string} method @param {object} params @param {number} timeoutMs 0: none
 */
function ask(frame, method, params, timeoutMs) {
  const call = frame._channel[method];
  if (typeof call !== 'function') return Promise.reject(new Error(`this Playwright has no Frame.${method}`));
  return call.call(frame._channel, { ...params, timeout: timeoutMs }, { timeout: timeoutMs });
}

const VALUES = /** @type {const} */ (['n', 's', 'b']);

/** The protocol's SerializedValue: what JSON can say of it. @param {any} value @returns {any} */
function valueOf(value) {
  if (value === null || typeof value !== 'object') return value;
  for (const kind of VALUES) if (kind in value) return value[kind];
  if ('a' in value) return value.a.map(valueOf);
  if ('o' in value) return Object.fromEntries(value.o.map((/** @type {{k: string, v: unknown}} */ entry) => [entry.k, valueOf(entry.v)]));
  return null;
}

/** The protocol's SerializedArgument of a plain value. @param {unknown} value */
function argumentOf(value) {
  return { value: serialized(value), handles: [] };
}

/** @param {unknown} value @returns {object} */
function serialized(value) {
  if (typeof value === 'number') return { n: value };
  if (typeof value === 'boolean') return { b: value };
  if (typeof value === 'string') return { s: value };
  if (value === null || typeof value !== 'object') return { v: 'undefined' };
  return { o: Object.entries(value).map(([k, v]) => ({ k, v: serialized(v) })), id: 1 };
}

module.exports = { Call, argumentOf, ask, valueOf };
