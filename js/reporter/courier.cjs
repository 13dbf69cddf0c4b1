// Delivers messages in order and again until the server has stored them, in the background.
'use strict';

const { Refused } = require('./errors.cjs');

const MOST_MESSAGES = 32;
const MOST_BYTES = 900 * 1024;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/**
 * @typedef {import('./spool.cjs').Entry} Entry
 * @typedef {import('./spool.cjs').Spool} Spool
 * @typedef {import('./links.cjs').Links} Links
 * @typedef {import('./notes.cjs').Notes} Notes
 */

class Courier {
  /** @param {Links} links @param {Spool} spool @param {Notes} notes */
  constructor(links, spool, notes) {
    this.links = links;
    this.spool = spool;
    this.notes = notes;
    /** @type {Entry[]} */
    this.waiting = [];
    this.seq = 0;
    this.delivered = 0;
    this.dropped = 0;
    /** Why the server takes nothing at all. @type {Refused | undefined} */
    this.refusal = undefined;
    /** Why the last try failed. */
    this.trouble = '';
    this.closed = false;
    this.running = false;
    /** @type {(() => void)[]} */
    this.listeners = [];
    /** @type {() => void} */
    this.wake = () => undefined;
  }

  /** @param {string} type @param {string} payload JSON of an object */
  put(type, payload) {
    if (this.refusal || this.closed) return;
    this.seq += 1;
    this.waiting.push(this.spool.add(this.seq, `{"type":"${type}","seq":${this.seq},"payload":${payload}}`));
    if (!this.running) this.start();
  }

  start() {
    this.running = true;
    void this.notes.guarded(async () => {
      await this.work();
      this.running = false;
      this.changed();
    });
  }

  async work() {
    let pause = FIRST_PAUSE_MS;
    while (this.waiting.length && !this.closed && !this.refusal) {
      try {
        await this.deliver();
        pause = FIRST_PAUSE_MS;
        this.trouble = '';
      } catch (error) {
        this.trouble = error instanceof Error ? error.message : String(error);
        // Without a code it is not Shifty's answer: while Shifty is away, a proxy in front of it may say anything.
        if (error instanceof Refused && (error.code || !this.delivered)) return this.stop(error);
        await this.sleep(Math.max(pause, retryAfter(error)) * (0.5 + Math.random()));
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    }
    return undefined;
  }

  async deliver() {
    const group = this.next();
    await this.spool.flushed();
    const messages = await Promise.all(group.map(async (entry) => ({ seq: entry.seq, line: await this.spool.read(entry) })));
    await this.links.send(messages, {
      stored: (seq) => this.settle(seq),
      dropped: (seq, why) => {
        this.dropped += 1;
        this.notes.say(`the server refused a message, which is lost: ${why}`);
        this.settle(seq);
      },
    });
  }

  next() {
    let size = 0;
    let count = 0;
    for (const entry of this.waiting) {
      size += entry.size + 1;
      if (count === MOST_MESSAGES || (count && size > MOST_BYTES)) break;
      count += 1;
    }
    return this.waiting.slice(0, count);
  }

  /** @param {number} seq */
  settle(seq) {
    const index = this.waiting.findIndex((entry) => entry.seq === seq);
    const [entry] = index < 0 ? [] : this.waiting.splice(index, 1);
    if (!entry) return;
    this.spool.forget(entry);
    this.delivered += 1;
    this.changed();
  }

  /** @param {Refused} refusal */
  stop(refusal) {
    this.refusal = refusal;
    this.notes.say(`not reporting: ${refusal.message}`);
    this.changed();
  }

  /** @param {number} ms */
  sleep(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.wake(), ms);
      this.wake = () => {
        clearTimeout(timer);
        this.wake = () => undefined;
        resolve(undefined);
      };
    });
  }

  /** Whether `holds` came true within `ms`. @param {() => boolean} holds @param {number} ms @returns {Promise<boolean>} */
  until(holds, ms) {
    return new Promise((resolve) => {
      /** @param {boolean} answer */
      const answer = (answer) => {
        clearTimeout(timer);
        this.listeners = this.listeners.filter((other) => other !== look);
        resolve(answer);
      };
      const look = () => {
        if (holds()) answer(true);
        else if (this.refusal || this.closed) answer(false);
      };
      const timer = setTimeout(() => answer(holds()), ms);
      this.listeners.push(look);
      look();
    });
  }

  /** Deliver what waits, now. Whether all of it was, within `ms`. @param {number} ms */
  drain(ms) {
    this.wake();
    return this.until(() => this.waiting.length === 0, ms);
  }

  changed() {
    for (const listener of [...this.listeners]) listener();
  }

  async close() {
    this.closed = true;
    this.wake();
    this.links.close();
    this.changed();
    await this.spool.close(this.waiting.length === 0 || Boolean(this.refusal && hopeless(this.refusal)));
  }
}

/** @param {unknown} error */
function retryAfter(error) {
  return error instanceof Error && 'retryAfterMs' in error ? Number(error.retryAfterMs) : 0;
}

/** Whether nobody will ever take it: a key that is corrected later may. @param {Refused} refusal */
function hopeless(refusal) {
  return refusal.code === 'RUN_NOT_FOUND';
}

module.exports = { Courier };
