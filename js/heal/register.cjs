// What `NODE_OPTIONS=--require` loads into every Node process of a test run. Playwright's workers are forked, and learn
// only later that they are workers; any other process is left alone here.
'use strict';

if (typeof process.send === 'function' && (process.env.SHIFTY_HEAL || process.env.SHIFTY_API_URL)) {
  try {
    require('./loading.cjs').awaitPlaywright();
  } catch {
    // A broken installation of ours must not keep a test process from starting.
  }
}
