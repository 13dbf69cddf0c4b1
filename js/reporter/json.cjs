// JSON that every reader takes.
'use strict';

// Half a character, left by whoever cut a text, and NUL: strict decoders refuse the one, PostgreSQL the other, and with
// it the whole message. `JSON.stringify` writes both as escapes; a backslash of the text itself is written as two.
const UNREADABLE = /(?<!\\)((?:\\\\)*)\\u(?:d[89a-f][0-9a-f]{2}|0000)/g;

/** @param {unknown} value */
function toJson(value) {
  return JSON.stringify(value).replace(UNREADABLE, '$1\\ufffd');
}

module.exports = { toJson };
