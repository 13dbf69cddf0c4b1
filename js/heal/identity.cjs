// Names that must come out as in the reporter and in the server (`src/shifty/ids.py`).
'use strict';

const crypto = require('crypto');
const path = require('path');

/** Relative to the repository, if it is in there. @param {string} root @param {string} file */
function relativeTo(root, file) {
  const relative = path.relative(root, file);
  return (relative.startsWith('..') || path.isAbsolute(relative) ? file : relative).split(path.sep).join('/');
}

/**
 * @param {string} file from the root of the repository
 * @param {string} projectName
 * @param {string[]} titles describes and the test's own title
 * @param {number} repeat
 */
function stableTestId(file, projectName, titles, repeat) {
  const parts = [file.replace(/^\.\//, ''), projectName, ...titles];
  if (repeat) parts.push(`repeat:${repeat}`);
  return crypto.createHash('sha256').update(parts.join('\x1f')).digest('hex').slice(0, 20);
}

module.exports = { relativeTo, stableTestId };
