// Gathers what happens within a moment, so that many quick tests become one message.
'use strict';

const { toJson } = require('./json.cjs');
const { inParts, withList } = require('./messages.cjs');

const WINDOW_MS = 150;

class Window {
  /** @param {string} runId @param {import('./courier.cjs').Courier} courier */
  constructor(runId, courier) {
    this.runId = runId;
    this.courier = courier;
    /** @type {Map<string, {ref: object, attempt: number, lease: string | null}>} */
    this.started = new Map();
    /** @type {Map<string | null, string[]>} */
    this.results = new Map();
    /** @type {NodeJS.Timeout | undefined} */
    this.timer = undefined;
  }

  /** @param {string} id @param {object} ref @param {number} attempt @param {string | null} lease */
  start(id, ref, attempt, lease) {
    this.started.set(id, { ref, attempt, lease });
    this.arm();
  }

  /** @param {string} id @param {string} result JSON @param {string | null} lease the right under which it counts, if any */
  result(id, result, lease) {
    // Begun and ended within a moment: nobody could have seen it run.
    this.started.delete(id);
    const results = this.results.get(lease);
    if (results) results.push(result);
    else this.results.set(lease, [result]);
    this.arm();
  }

  arm() {
    if (this.timer === undefined) this.timer = setTimeout(() => this.close(), WINDOW_MS);
  }

  /** Say what was gathered. */
  close() {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const [lease, results] of this.results) {
      const payload = lease ? { runId: this.runId, lease } : { runId: this.runId };
      for (const part of inParts(results)) this.courier.put('test:batch', withList(payload, 'results', part));
    }
    this.results.clear();
    for (const { ref, attempt, lease } of this.started.values()) {
      this.courier.put('test:start', toJson({ ...ref, runId: this.runId, attempt, lease }));
    }
    this.started.clear();
  }
}

module.exports = { Window };
