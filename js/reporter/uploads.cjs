// Uploads artifacts in the background: addresses for many at once, a few puts at a time, and again while it may help.
'use strict';

const { sizeOf } = require('./attachments.cjs');
const { Away, Refused } = require('./errors.cjs');

const MOST_AT_ONCE = 3;
const MOST_ASKED = 50;
const MOST_TRIES = 6;
const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 5_000;
const MOST_IN_MEMORY = 64 * 1024 * 1024;

/**
 * @typedef {import('./attachments.cjs').Artifact} Artifact
 * @typedef {import('./settings.cjs').Settings} Settings
 * @typedef {object} Job
 * @property {Artifact} artifact
 * @property {number} size
 * @property {number} tries
 * @typedef {object} Place where the server wants it
 * @property {string} [uploadUrl]
 * @property {string} [storageKey]
 * @property {Record<string, string>} [headers]
 * @property {number} [maxBytes]
 * @property {string} [error]
 * @property {string} [code]
 */

class Uploads {
  /** @param {import('./http.cjs').Server} server @param {Settings} settings @param {import('./notes.cjs').Notes} notes */
  constructor(server, settings, notes) {
    this.server = server;
    this.settings = settings;
    this.notes = notes;
    /** @type {Job[]} */
    this.waiting = [];
    this.open = 0;
    this.done = 0;
    this.lost = 0;
    this.inMemory = 0;
    /** True when the server has the run; before that it would not know what the artifact belongs to. */
    this.allowed = false;
    this.stopped = false;
    this.running = false;
    /** @type {(() => void)[]} */
    this.listeners = [];
  }

  /** @param {Artifact[]} artifacts */
  add(artifacts) {
    for (const artifact of artifacts) {
      const bytes = typeof artifact.content === 'string' ? 0 : artifact.content.length;
      if (this.stopped || this.inMemory + bytes > MOST_IN_MEMORY) {
        this.lose(`${artifact.filename} of ${bytes} bytes: too much is waiting`);
        continue;
      }
      this.inMemory += bytes;
      this.open += 1;
      this.waiting.push({ artifact, size: 0, tries: 0 });
    }
    this.start();
  }

  allow() {
    this.allowed = true;
    this.start();
  }

  start() {
    if (this.running || !this.allowed || this.stopped || !this.waiting.length) return;
    this.running = true;
    void this.notes.guarded(async () => {
      let pause = FIRST_PAUSE_MS;
      while (this.waiting.length && !this.stopped) {
        const again = await this.round(this.waiting.splice(0, MOST_ASKED));
        if (!again.jobs.length) continue;
        this.waiting.push(...again.jobs);
        await this.pause(Math.max(pause, again.retryAfterMs) * (0.5 + Math.random()));
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
      this.running = false;
    });
  }

  /** @param {Job[]} jobs @returns {Promise<{jobs: Job[], retryAfterMs: number}>} those to try again */
  async round(jobs) {
    const present = await this.present(jobs);
    if (!present.length) return { jobs: [], retryAfterMs: 0 };
    /** @type {Place[]} */
    let places;
    try {
      places = await this.ask(present);
    } catch (error) {
      return { jobs: this.failed(present, error), retryAfterMs: error instanceof Away ? error.retryAfterMs : 0 };
    }
    /** @type {Job[]} */
    const again = [];
    /** @type {Map<string, Job>} */
    const put = new Map();
    await inLanes(present.map((job, index) => ({ job, place: places[index] || {} })), MOST_AT_ONCE, async ({ job, place }) => {
      try {
        await this.put(job, place);
        put.set(String(place.storageKey), job);
      } catch (error) {
        again.push(...this.failed([job], error));
      }
    });
    again.push(...(await this.complete(put)));
    return { jobs: again, retryAfterMs: 0 };
  }

  /** Without those whose file has gone: Playwright removes what passing tests leave, if it is told to. @param {Job[]} jobs */
  async present(jobs) {
    const present = [];
    for (const job of jobs) {
      const size = await sizeOf(job.artifact);
      if (size === null || size === 0) this.settle(job);
      else if (size > this.settings.largestArtifact) {
        this.lose(`${job.artifact.filename} has ${size} bytes, more than maxArtifactBytes`);
        this.settle(job);
      } else present.push(Object.assign(job, { size }));
    }
    return present;
  }

  /** @param {Job[]} jobs @returns {Promise<Place[]>} */
  async ask(jobs) {
    const artifacts = jobs.map(({ artifact, size }) => ({ ...artifact, content: undefined, sizeBytes: size }));
    const answer = await this.server.call('POST', '/artifacts/presigned-uploads', { runId: this.settings.runId, artifacts });
    return answer.uploads || [];
  }

  /** @param {Job} job @param {Place} place */
  async put(job, place) {
    if (!place.uploadUrl) throw new Refused(place.error || 'the server gives no address for it', 400, place.code || '');
    await this.server.put(place.uploadUrl, place.headers || {}, job.artifact.content, job.size);
  }

  /** @param {Map<string, Job>} put @returns {Promise<Job[]>} */
  async complete(put) {
    if (!put.size) return [];
    try {
      const answer = await this.server.call('POST', '/artifacts/complete', { storageKeys: [...put.keys()] });
      for (const fault of answer.errors || []) {
        this.lose(fault.error);
      }
    } catch (error) {
      return this.failed([...put.values()], error);
    }
    for (const job of put.values()) {
      this.done += 1;
      this.settle(job);
    }
    return [];
  }

  /** @param {Job[]} jobs @param {unknown} error @returns {Job[]} those that are worth another try */
  failed(jobs, error) {
    const text = error instanceof Error ? error.message : String(error);
    return jobs.filter((job) => {
      job.tries += 1;
      if (!(error instanceof Refused) && job.tries < MOST_TRIES) return true;
      this.lose(`${job.artifact.filename}: ${text}`);
      this.settle(job);
      return false;
    });
  }

  /** @param {string} why */
  lose(why) {
    if (!this.lost) this.notes.say(`an artifact is not uploaded: ${why}`);
    this.lost += 1;
  }

  /** @param {Job} job */
  settle(job) {
    if (typeof job.artifact.content !== 'string') this.inMemory -= job.artifact.content.length;
    this.open -= 1;
    if (!this.open) for (const listener of this.listeners.splice(0)) listener();
  }

  /** @param {number} ms */
  pause(ms) {
    return new Promise((resolve) => {
      setTimeout(resolve, ms).unref();
    });
  }

  /** Whether all were settled within `ms`. @param {number} ms @returns {Promise<boolean>} */
  drain(ms) {
    return new Promise((resolve) => {
      if (!this.open) return resolve(true);
      const timer = setTimeout(() => resolve(false), ms);
      this.listeners.push(() => (clearTimeout(timer), resolve(true)));
      return undefined;
    });
  }

  close() {
    this.stopped = true;
  }
}

/**
 * @template T
 * @param {T[]} items
 * @param {number} lanes
 * @param {(item: T) => Promise<void>} work
 */
async function inLanes(items, lanes, work) {
  const queue = [...items];
  const lane = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

module.exports = { Uploads };
