// Waits until this process loads Playwright, and patches it then: whatever the version calls its files.
'use strict';

const Module = require('module');
const { patch } = require('./patch.cjs');

/**
 * @typedef {(request: string, parent: unknown, isMain: boolean) => unknown} Load
 * @typedef {import('./playwright').Playwright} Playwright
 */

/** @param {unknown} loaded @returns {loaded is Playwright} */
function isPlaywright(loaded) {
  return typeof loaded === 'object' && loaded !== null && '_connection' in loaded && 'chromium' in loaded;
}

function awaitPlaywright() {
  const modules = /** @type {{_load: Load}} */ (/** @type {unknown} */ (Module));
  const load = modules._load;
  if (typeof load !== 'function') return;
  modules._load = function (request, parent, isMain) {
    const loaded = load.call(this, request, parent, isMain);
    if (typeof request === 'string' && request.includes('playwright-core') && isPlaywright(loaded)) patch(loaded);
    return loaded;
  };
}

module.exports = { awaitPlaywright };
