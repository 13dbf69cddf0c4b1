// Names that must come out the same in every process, here and in the server (`src/shifty/ids.py`).
'use strict';

const crypto = require('crypto');
const path = require('path');

/** RFC 9562's namespace for URLs. */
const NAMESPACE = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex');
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** @param {string} root @param {string} file */
function relativeTo(root, file) {
  return path.relative(root, file).split(path.sep).join('/');
}

/**
 * The stable identity of a test within a Shifty project: it survives moved lines.
 * @param {string} file from the root of the repository
 * @param {string} projectName
 * @param {string[]} titles describes and the test's own title
 * @param {number} repeat
 */
function stableTestId(file, projectName, titles, repeat) {
  const parts = [file.replace(/\\/g, '/').replace(/^\.\//, ''), projectName, ...titles];
  if (repeat) parts.push(`repeat:${repeat}`);
  return crypto.createHash('sha256').update(parts.join('\x1f')).digest('hex').slice(0, 20);
}

/** The same UUID for the same parts, on every machine. @param {string[]} parts */
function uuidOf(...parts) {
  const hash = crypto.createHash('sha1').update(NAMESPACE).update(['shifty', ...parts].join('\x1f')).digest();
  hash[6] = ((hash[6] || 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] || 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** @param {string} text */
function isUuid(text) {
  return UUID.test(text);
}

module.exports = { isUuid, relativeTo, stableTestId, uuidOf };
