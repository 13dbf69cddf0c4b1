'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { toJson } = require('../reporter/json.cjs');

test('half characters and NUL become readable, and what only looks like them stays', () => {
  const odd = { half: '\ud83c', other: 'x\udfad', nul: 'a\0b', whole: '\u{1f3ad}', looks: '\\ud83c \\\\u0000 \\', both: '\\\ud83c' };

  const read = JSON.parse(toJson(odd));

  assert.deepEqual(read, { ...odd, half: '\ufffd', other: 'x\ufffd', nul: 'a\ufffdb', both: '\\\ufffd' });
});
