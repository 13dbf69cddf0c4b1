// What an earlier start on this machine could not deliver: found by its file, claimed by a rename, and posted.
'use strict';

const fs = require('fs');
const os = require('os');
const path = require('path');
const { Refused } = require('./errors.cjs');
const { HttpLink } = require('./links.cjs');
const { ours, ownerOf } = require('./spool.cjs');

const MOST_MESSAGES = 200;
const MOST_BYTES = 900 * 1024;
const SILENT_MS = 10 * 60_000;
const OLD_MS = 30 * 24 * 3600_000;

/**
 * @typedef {import('./settings.cjs').Settings} Settings
 * @typedef {import('./http.cjs').Server} Server
 * @typedef {import('./notes.cjs').Notes} Notes
 */

/**
 * Deliver what is there for the same server, tenant and project, and belongs to no living process. Files that fail stay.
 * @param {Server} server
 * @param {Settings} settings
 * @param {Notes} notes
 * @param {string} own the file that this process writes
 * @param {() => boolean} stopped
 */
async function deliverLeftovers(server, settings, notes, own, stopped) {
  for (const name of await namesIn(settings.spoolDir)) {
    if (stopped()) return;
    const file = path.join(settings.spoolDir, name);
    if (file === own || ours.has(file)) continue;
    const header = await headerOf(file);
    if (!header || !(await abandoned(file, header, settings))) continue;
    const claimed = path.join(settings.spoolDir, `${name.replace(/(\.by-\d+)?\.ndjson$/, '')}.by-${process.pid}.ndjson`);
    try {
      await fs.promises.rename(file, claimed);
    } catch {
      // Another process was quicker.
      continue;
    }
    const count = await deliver(server, header.runId, claimed, stopped);
    if (count) notes.say(`delivered ${count} messages of run ${header.runId} that an earlier start had left`);
  }
}

/** @param {string} folder */
async function namesIn(folder) {
  try {
    const names = await fs.promises.readdir(folder);
    return names.filter((name) => name.endsWith('.ndjson'));
  } catch {
    return [];
  }
}

/** @param {string} file @returns {Promise<any>} */
async function headerOf(file) {
  try {
    const handle = await fs.promises.open(file, 'r');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16 * 1024), 0, 16 * 1024, 0);
    await handle.close();
    return JSON.parse(buffer.subarray(0, bytesRead).toString().split('\n')[0] || '');
  } catch {
    return undefined;
  }
}

/** @param {string} file @param {any} header @param {Settings} settings */
async function abandoned(file, header, settings) {
  const same = Object.entries(ownerOf(settings)).every(([name, value]) => header[name] === value);
  if (!same) return false;
  const adopter = /\.by-(\d+)\.ndjson$/.exec(file);
  if (header.host === os.hostname()) return !alive(adopter ? Number(adopter[1]) : header.pid);
  const stat = await fs.promises.stat(file).catch(() => undefined);
  if (stat && Date.now() - stat.mtimeMs > OLD_MS) await fs.promises.rm(file, { force: true });
  return Boolean(stat && Date.now() - stat.mtimeMs > SILENT_MS);
}

/** Of two containers the first process has the same number: ours is no other that lives. @param {number} pid */
function alive(pid) {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/** @param {Server} server @param {string} runId @param {string} file @param {() => boolean} stopped */
async function deliver(server, runId, file, stopped) {
  const [, ...lines] = (await fs.promises.readFile(file, 'utf8')).split('\n');
  // The last one may have been cut off by the end of its process.
  lines.pop();
  const link = new HttpLink(server, runId);
  const told = { stored: () => undefined, dropped: () => undefined };
  try {
    for (let at = 0; at < lines.length && !stopped(); ) {
      const group = groupOf(lines, at);
      await link.send(group, told);
      at += group.length;
    }
  } catch (error) {
    // Nobody will ever take it, or somebody else at another time.
    if (!(error instanceof Refused) || error.code !== 'RUN_NOT_FOUND') return 0;
  }
  if (stopped()) return 0;
  await fs.promises.rm(file, { force: true });
  return lines.length;
}

/** @param {string[]} lines @param {number} at */
function groupOf(lines, at) {
  const group = [];
  let size = 0;
  for (let index = at; index < lines.length && group.length < MOST_MESSAGES; index++) {
    const line = lines[index] || '';
    size += Buffer.byteLength(line) + 1;
    if (group.length && size > MOST_BYTES) break;
    group.push({ seq: index, line });
  }
  return group;
}

module.exports = { deliverLeftovers };
