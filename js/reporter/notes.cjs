// What the reporter says, each thing once, and the guard around everything it does inside Playwright's callbacks.
'use strict';

class Notes {
  constructor() {
    /** @type {Set<string>} */
    this.said = new Set();
  }

  /** One line for the person who reads the log. @param {string} line */
  say(line) {
    if (this.said.has(line)) return;
    this.said.add(line);
    process.stderr.write(`shifty: ${line.replace(/\s+/g, ' ').slice(0, 600)}\n`);
  }

  /**
   * Run our own code inside Playwright. Whatever fails here must not fail the user's tests.
   * @template T
   * @param {() => T} action
   * @returns {T | undefined}
   */
  guard(action) {
    try {
      return action();
    } catch (error) {
      this.fault(error);
      return undefined;
    }
  }

  /**
   * @template T
   * @param {() => Promise<T>} action
   * @returns {Promise<T | undefined>}
   */
  async guarded(action) {
    try {
      return await action();
    } catch (error) {
      this.fault(error);
      return undefined;
    }
  }

  /** @param {unknown} error */
  fault(error) {
    const text = error instanceof Error ? error.message : String(error);
    this.say(`a fault in the reporter, your tests are not affected: ${text}`);
    if (process.env.SHIFTY_DEBUG) console.error('shifty:', error);
  }
}

module.exports = { Notes };
