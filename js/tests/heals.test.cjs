'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { fromRoot, healsOf } = require('../reporter/heals.cjs');

const HEAL = { originalSelector: '#a', decision: 'heal', confidence: 0.9, strategy: 'text-content-matching' };

/** @param {unknown} description */
function told(description) {
  return { type: 'shifty:heal', description: typeof description === 'string' ? description : JSON.stringify(description) };
}

test('what a test has written itself, and makes no sense, is left out', () => {
  const senseless = ['', '{', 'null', '[]', '1', { ...HEAL, originalSelector: 1 }, { ...HEAL, decision: 'maybe' }, { ...HEAL, explanation: 'x'.repeat(70_000) }];

  const heals = healsOf([...senseless.map(told), { type: 'shifty:heal' }, { type: 'issue', description: JSON.stringify(HEAL) }, told(HEAL)]);

  assert.deepEqual(heals.map((heal) => heal.originalSelector), ['#a']);
});

test('fields of a wrong kind become what the server takes', () => {
  const odd = {
    ...HEAL, confidence: 7, success: 'yes', reason: 'none', strategy: 9, waitedMs: -3, executionTimeMs: 12.6, healedSelector: {}, alternatives: [1, { locator: 'x' }],
    callSite: { file: 'a.ts', line: '1' }, frames: [null, { file: '/r/b.ts', line: 2, column: 3 }, {}], before: [], after: { tag: 'a', attributes: { id: 'x', n: 1 }, box: [1, null, 'x', 2] }, unknown: 1,
  };

  const [heal] = healsOf([told(odd)]);

  assert.ok(heal);
  assert.deepEqual([heal.confidence, heal.success, heal.reason, heal.strategy], [1, false, 'not-found', '']);
  assert.deepEqual([heal.waitedMs, heal.executionTimeMs, heal.healedSelector], [0, 13, null]);
  assert.deepEqual(heal.alternatives, [{ locator: 'x', confidence: 0 }]);
  assert.deepEqual(heal.callSite, { file: 'a.ts', line: 0, column: 0 });
  assert.deepEqual([heal.before, heal.after], [null, { tag: 'a', role: '', name: '', attributes: { id: 'x' }, box: [1, 2] }]);
  assert.ok(!('unknown' in heal));
  assert.deepEqual(fromRoot('/r', heal).frames, [{ file: 'b.ts', line: 2, column: 3 }]);
});

test('there are never more than fifty, and no more than a message can hold', () => {
  assert.equal(healsOf(Array(60).fill(told(HEAL))).length, 50);
  const late = healsOf([...Array(60).fill(told({ ...HEAL, decision: 'refuse' })), told({ ...HEAL, success: true })]);
  assert.deepEqual([late.length, late.at(-1)?.success], [50, true], 'a healed pass is never told as a plain one');
  assert.ok(JSON.stringify(healsOf(Array(60).fill(told({ ...HEAL, healedLocator: 'x'.repeat(10_000), originalLocator: 'x'.repeat(10_000) })))).length < 300_000);
});
