// The two ways to the server: the contract's stream, and the same messages posted. Both return when all is stored.
'use strict';

const { Away, Refused } = require('./errors.cjs');
const { connect } = require('./socket.cjs');

const ACK_MS = 20_000;
/** As long HTTP is used after the stream was refused: there are more producers than the server has sockets for. */
const WITHOUT_SOCKET_MS = 30_000;

/**
 * @typedef {object} Sent
 * @property {number} seq
 * @property {string} line
 * @typedef {object} Told who is told about a message: it is stored, or it never will be
 * @property {(seq: number) => void} stored
 * @property {(seq: number, why: string) => void} dropped
 */

class HttpLink {
  /** @param {import('./http.cjs').Server} server @param {string} runId */
  constructor(server, runId) {
    this.server = server;
    this.route = `/runs/${runId}/events`;
  }

  /** @param {Sent[]} messages @param {Told} told @returns {Promise<void>} */
  async send(messages, told) {
    try {
      const answer = await this.server.call('POST', this.route, `[${messages.map((message) => message.line).join(',')}]`);
      const errors = new Map((answer.errors || []).map((/** @type {any} */ fault) => [fault.index, fault.error]));
      messages.forEach(({ seq }, index) => (errors.has(index) ? told.dropped(seq, errors.get(index)) : told.stored(seq)));
    } catch (error) {
      if (!(error instanceof Refused) || ![400, 413, 415].includes(error.status)) throw error;
      await this.sendSmaller(messages, told, error);
    }
  }

  /** One message that the server can't take must not hold up those behind it. @param {Sent[]} messages @param {Told} told @param {Refused} error */
  async sendSmaller(messages, told, error) {
    const [first] = messages;
    if (!first || messages.length === 1) return first && told.dropped(first.seq, error.message);
    const half = messages.length >> 1;
    await this.send(messages.slice(0, half), told);
    return this.send(messages.slice(half), told);
  }

  close() {
    return undefined;
  }
}

class SocketLink {
  /** @param {import('./socket.cjs').Socket} socket */
  constructor(socket) {
    this.socket = socket;
    /** @type {Set<number>} */
    this.open = new Set();
    /** @type {(() => void) | undefined} */
    this.done = undefined;
    /** @type {((error: Error) => void) | undefined} */
    this.fail = undefined;
    /** @type {Told | undefined} */
    this.told = undefined;
    socket.onMessage = (message) => this.receive(message);
    socket.onClose = (reason) => this.fail && this.fail(new Away(`the stream broke: ${reason}`));
  }

  get usable() {
    return this.socket.open;
  }

  /** @param {Sent[]} messages @param {Told} told @returns {Promise<void>} */
  send(messages, told) {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => this.socket.cut('no acknowledgement'), ACK_MS);
      const settled = () => {
        clearTimeout(late);
        this.done = this.fail = this.told = undefined;
      };
      this.told = told;
      this.open = new Set(messages.map((message) => message.seq));
      this.done = () => (settled(), resolve());
      this.fail = (error) => (settled(), reject(error));
      if (!this.socket.open) return this.fail(new Away('the stream broke'));
      for (const message of messages) this.socket.send(message.line);
      return undefined;
    });
  }

  /** @param {{type?: string, payload?: any}} message */
  receive(message) {
    const payload = message.payload || {};
    if (message.type === 'error') return this.refused(payload);
    if (message.type !== 'ack' || !this.open.delete(payload.seq)) return undefined;
    if (this.told) this.told.stored(payload.seq);
    return this.settle();
  }

  /** @param {{seq?: number, code?: string, error?: string}} fault */
  refused(fault) {
    const text = fault.error || fault.code || 'refused';
    if (['SERVICE_UNAVAILABLE', 'INTERNAL_ERROR', 'RATE_LIMIT_EXCEEDED'].includes(fault.code || '')) {
      return this.fail && this.fail(new Away(text));
    }
    if (fault.code === 'RUN_NOT_FOUND') return this.fail && this.fail(new Refused(text, 404, 'RUN_NOT_FOUND'));
    // It could not even be read, so the server can't say which one it was; over HTTP it can.
    if (typeof fault.seq !== 'number') return this.fail && this.fail(new Unreadable(text));
    if (!this.open.delete(fault.seq)) return undefined;
    if (this.told) this.told.dropped(fault.seq, text);
    return this.settle();
  }

  settle() {
    if (!this.open.size && this.done) this.done();
  }

  close() {
    this.socket.close();
  }
}

class Unreadable extends Error {}

/** Chooses between the two. */
class Links {
  /** @param {import('./http.cjs').Server} server @param {string} runId */
  constructor(server, runId) {
    this.server = server;
    this.runId = runId;
    this.http = new HttpLink(server, runId);
    /** @type {SocketLink | undefined} */
    this.socket = undefined;
    this.withoutSocketUntil = 0;
  }

  /** @returns {Promise<SocketLink | HttpLink>} rejects where neither will do */
  async best() {
    if (this.socket && this.socket.usable) return this.socket;
    if (Date.now() < this.withoutSocketUntil) return this.http;
    try {
      const headers = { ...this.server.headers, 'X-Run-ID': this.runId };
      this.socket = new SocketLink(await connect(`${this.server.base}/ws`, headers));
      return this.socket;
    } catch (error) {
      if (error instanceof Refused && (error.status === 401 || error.status === 403)) throw error;
      if (error instanceof Away && 'nobody' in error && error.nobody) throw error;
      const pause = error instanceof Away ? Math.max(error.retryAfterMs, WITHOUT_SOCKET_MS) : Infinity;
      this.withoutSocketUntil = Date.now() + pause;
      return this.http;
    }
  }

  /** @param {Sent[]} messages @param {Told} told */
  async send(messages, told) {
    const link = await this.best();
    try {
      await link.send(messages, told);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      await this.http.send(messages, told);
    }
  }

  close() {
    if (this.socket) this.socket.close();
  }
}

module.exports = { HttpLink, Links };
