// Messages on disk before they are sent, so that neither a server that is away nor a killed machine loses one. The file
// goes when the server has all of it. Otherwise the next start on this machine delivers it: storing is idempotent.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const os = require('os');
const path = require('path');

/** Above this much in memory a message is read back from disk when its turn comes. */
const MOST_IN_MEMORY = 16 * 1024 * 1024;
/** Files of this process; two reporters may share a folder. @type {Set<string>} */
const ours = new Set();

/**
 * @typedef {object} Entry
 * @property {number} seq
 * @property {number} size
 * @property {number} offset
 * @property {string | null} line null: it is on disk only
 */

class Spool {
  /** @param {string} folder @param {import('./settings.cjs').Settings} settings @param {import('./notes.cjs').Notes} notes */
  constructor(folder, settings, notes) {
    this.folder = folder;
    this.notes = notes;
    this.file = path.join(folder, `${settings.runId}-${settings.shardIndex}-${process.pid}-${crypto.randomBytes(4).toString('hex')}.ndjson`);
    ours.add(this.file);
    this.header = JSON.stringify({ ...ownerOf(settings), runId: settings.runId, pid: process.pid, host: os.hostname() });
    this.size = 0;
    this.inMemory = 0;
    /** @type {Entry[]} */
    this.unwritten = [];
    /** @type {fs.promises.FileHandle | undefined} */
    this.handle = undefined;
    this.broken = false;
    this.writing = Promise.resolve();
  }

  /** @param {number} seq @param {string} line @returns {Entry} */
  add(seq, line) {
    const entry = { seq, size: Buffer.byteLength(line), offset: -1, line };
    this.inMemory += entry.size;
    this.unwritten.push(entry);
    this.writing = this.writing.then(() => this.write());
    return entry;
  }

  /** Resolves when all that was added is in the file, or when it turned out that nothing can be kept. */
  flushed() {
    return this.writing;
  }

  /** @param {Entry} entry @returns {Promise<string>} */
  async read(entry) {
    if (entry.line !== null || !this.handle) return entry.line || '';
    const data = Buffer.alloc(entry.size);
    await this.handle.read(data, 0, entry.size, entry.offset);
    return data.toString();
  }

  /** @param {Entry} entry whose message the server has */
  forget(entry) {
    if (entry.line !== null) this.inMemory -= entry.size;
    entry.line = null;
  }

  /** @param {boolean} remove everything was delivered */
  async close(remove) {
    await this.writing;
    if (!this.handle) return;
    await this.handle.close();
    this.handle = undefined;
    if (remove) await fs.promises.rm(this.file, { force: true });
  }

  async write() {
    const entries = this.unwritten.splice(0);
    if (!entries.length || this.broken) return;
    try {
      if (!this.handle) await this.open();
      await this.append(entries);
    } catch (error) {
      this.broken = true;
      this.notes.say(`results are only kept in memory: ${error instanceof Error ? error.message : error}`);
    }
  }

  async open() {
    await makePrivate(this.folder);
    this.handle = await fs.promises.open(this.file, 'wx+', 0o600);
    const header = Buffer.from(`${this.header}\n`);
    await this.handle.write(header, 0, header.length, 0);
    this.size = header.length;
  }

  /** @param {Entry[]} entries */
  async append(entries) {
    const data = Buffer.from(entries.map((entry) => `${entry.line}\n`).join(''));
    for (let done = 0; done < data.length; ) {
      const part = await /** @type {fs.promises.FileHandle} */ (this.handle).write(data, done, data.length - done, this.size + done);
      done += part.bytesWritten;
    }
    for (const entry of entries) {
      entry.offset = this.size;
      this.size += entry.size + 1;
      if (this.inMemory > MOST_IN_MEMORY) this.forget(entry);
    }
  }
}

/** Whose server may have it. @param {import('./settings.cjs').Settings} settings */
function ownerOf(settings) {
  return { shifty: 1, server: settings.base, tenant: settings.tenantId, project: settings.project };
}

/** Results hold what tests print, and with it what they know. @param {string} folder */
async function makePrivate(folder) {
  await fs.promises.mkdir(folder, { recursive: true, mode: 0o700 });
  const stat = await fs.promises.lstat(folder);
  const ours = !process.getuid || stat.uid === process.getuid();
  if (!stat.isDirectory() || !ours) throw new Error(`${folder} belongs to somebody else; set SHIFTY_SPOOL_DIR`);
}

module.exports = { Spool, ours, ownerOf };
