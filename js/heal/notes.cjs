// What the hook says on stderr: each thing once, since the next step will run into it as well.
'use strict';

class Notes {
  constructor() {
    /** @type {Set<string>} */
    this.said = new Set();
  }

  /** @param {string} sentence */
  once(sentence) {
    if (this.said.has(sentence)) return;
    this.said.add(sentence);
    process.stderr.write(`shifty heal: ${sentence}\n`);
  }
}

/** @param {unknown} error its first line */
function reasonOf(error) {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n')[0] || 'no reason given').slice(0, 300);
}

module.exports = { Notes, reasonOf };
