// How long a locator that finds nothing is believed. A wrong heal costs more than the time that it saves.
'use strict';

// Taken at once: a test may put false clocks in the place of the global ones.
const { clearTimeout, setTimeout } = require('timers');

const SHORTEST_MS = 2000;
const HEALED_BEFORE_MS = 1000;
const LONGEST_MS = 60_000;
// What is kept of the author's time for the healed call, or for the original that must still fail with its own words.
const RESERVE_SHARE = 0.25;
const RESERVE_MS = { least: 1500, most: 10_000 };

/**
 * @typedef {object} Circumstances
 * @property {number} availableMs what is left for this call, by its own time-out or the test's; may be infinite
 * @property {number | null} longestWaitMs how long it has needed at most, where it is known; null: never seen
 * @property {boolean} healedBefore in this test
 */

/** @param {number} availableMs */
function reserveOf(availableMs) {
  const share = Math.min(Math.max(availableMs * RESERVE_SHARE, RESERVE_MS.least), RESERVE_MS.most);
  return Math.min(share, availableMs / 2);
}

/** @param {Circumstances} circumstances @returns {number} milliseconds */
function patience({ availableMs, longestWaitMs, healedBefore }) {
  const all = Number.isFinite(availableMs) ? availableMs - reserveOf(availableMs) : LONGEST_MS;
  const most = Math.max(0, Math.min(all, LONGEST_MS));
  if (healedBefore) return Math.min(most, HEALED_BEFORE_MS);
  if (longestWaitMs === null) return most;
  return Math.min(most, Math.max(SHORTEST_MS, 3 * longestWaitMs));
}

/**
 * Whoever gives a step less than `SHORTEST_MS` tries again in a loop (`toPass`), or does not mind (`.catch(() => {})`): what
 * has not been missing for that long is not yet broken.
 * @param {number} timeoutMs the author's own; 0: none
 * @param {number} missingMs since it was first not found here
 */
function isTooEarly(timeoutMs, missingMs) {
  return timeoutMs > 0 && timeoutMs < SHORTEST_MS && missingMs < SHORTEST_MS;
}

/** @param {number} ms @returns {Promise<void>} */
function pause(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/**
 * @template T
 * @param {Promise<T>} promise @param {number} ms @param {string} what
 * @returns {Promise<T>}
 */
function within(promise, ms, what) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} took more than ${Math.round(ms)} ms`)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

module.exports = { isTooEarly, patience, pause, reserveOf, within };
