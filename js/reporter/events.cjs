// The file of events: one JSON object a line, written at once, so that a killed process loses nothing it has told.
'use strict';

const fs = require('fs');
const { toJson } = require('./json.cjs');

class Events {
  /** @param {string | undefined} path where the lines go; without it nothing is written */
  constructor(path) {
    this.fd = -1;
    this.guard(() => {
      if (path) this.fd = fs.openSync(path, 'a');
    });
  }

  /** @param {object} event */
  put(event) {
    if (this.fd < 0) return;
    const line = Buffer.from(toJson(event) + '\n');
    let written = 0;
    while (written < line.length) written += fs.writeSync(this.fd, line, written);
  }

  /**
   * Run our own code inside Playwright's callback. Whatever fails here must not fail the user's tests.
   * @param {() => void} action
   */
  guard(action) {
    try {
      action();
    } catch (error) {
      if (process.env.SHIFTY_DEBUG) console.error('shifty reporter:', error);
    }
  }
}

module.exports = { Events };
