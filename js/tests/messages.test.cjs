'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { artifactsOf } = require('../reporter/attachments.cjs');
const { healsOf } = require('../reporter/heals.cjs');
const { inParts, resultOf, startsOf, unspeakable } = require('../reporter/messages.cjs');
const { attemptEnded } = require('../reporter/tests.cjs');

const REF = { testFile: 'a.spec.ts', testName: 'x', titlePath: ['x'], projectName: '', line: 1, tags: [], repeat: 0, serial: null };
const TEST = { id: '1', project: '', file: '/r/a.spec.ts', titlePath: ['x'], line: 1, tags: [], retries: 9, repeat: 0, expectedStatus: 'passed', focused: false, parallel: false, serial: null, together: null };

const HEAL = JSON.stringify({
  originalSelector: '#save', healedSelector: 'internal:testid=[data-testid="save"s]', decision: 'heal', confidence: 0.97, strategy: 'data-testid-recovery',
  success: true, explanation: 'x'.repeat(3000), callSite: { file: '/r/pages/cart.ts', line: 3, column: 9 },
  frames: [{ file: '/r/pages/cart.ts', line: 3, column: 9 }, { file: 'a.spec.ts', line: 1, column: 1 }],
});

const CUT = /^More errors of this attempt were cut by Shifty\.$/;

/** @param {number} retry @param {string} text */
function attempt(retry, text) {
  const location = { file: '/r/a.spec.ts', line: 1, column: 1 };
  const error = { message: text, stack: text, snippet: text, location };
  const step = { title: 'step', category: 'pw:api', durationMs: 1, error: text, location };
  return {
    event: 'testEnd', id: '1', retry, status: 'failed', outcome: 'unexpected', expectedStatus: 'passed', retries: 9,
    startedAt: null, durationMs: 1, workerIndex: 0, errors: Array(20).fill(error), steps: Array(200).fill(step),
    stdout: text, stderr: text, attachments: [], annotations: [], heals: healsOf([{ type: 'shifty:heal', description: HEAL }]),
  };
}

test('a result always fits into a message, and keeps its verdict and the first error', () => {
  for (const size of [10, 1000, 30_000]) {
    const attempts = Array.from({ length: 4 }, (_, retry) => attempt(retry, '\u{1f3ad}\u0001'.repeat(size / 3)));

    const text = resultOf('/r', { test: TEST, ref: REF, attempts, running: false, final: true });

    assert.ok(Buffer.byteLength(text) <= 800 * 1024);
    const result = JSON.parse(text);
    assert.deepEqual([result.status, result.retryCount, result.final], ['failed', 3, true]);
    assert.ok(result.errorMessage.startsWith('\u{1f3ad}'));
    assert.equal(result.attempts[3].heals[0].callSite.file, 'pages/cart.ts');
    assert.ok(result.attempts[3].errors[0].message.startsWith('\u{1f3ad}'));
  }
});

test('a result too large in all its parts keeps what was healed, and at last the verdict alone', () => {
  for (const [count, expected] of /** @type {const} */ ([[60, 60], [3000, 1]])) {
    const attempts = Array.from({ length: count }, (_, retry) => ({ ...attempt(retry, 'x'), heals: Array(4).fill(attempt(0, '').heals[0]) }));

    const text = resultOf('/r', { test: TEST, ref: REF, attempts, running: false, final: true });

    assert.ok(Buffer.byteLength(text) <= 800 * 1024);
    const result = JSON.parse(text);
    assert.equal(result.attempts.length, expected);
    assert.match(result.attempts.at(-1).errors.at(-1).message, CUT);
    assert.deepEqual([result.status, result.retryCount], ['failed', count - 1]);
    if (expected > 1) assert.equal(result.attempts[0].heals[3].healedSelector, 'internal:testid=[data-testid="save"s]');
  }
});

test('errors that are cut are never left out without a word, at each size', () => {
  for (const size of [2, 3000, 6000, 100_000, 3_000_000]) {
    // The last of them is what no rule names.
    const errors = [...Array(3).fill('known\n'), 'money'].map((text) => ({ message: text.padEnd(size / 4, 'z'), stack: null, snippet: null, location: null }));
    const attempts = Array.from({ length: 40 }, (_, retry) => ({ ...attempt(retry, ''), errors }));

    const result = JSON.parse(resultOf('/r', { test: TEST, ref: REF, attempts, running: false, final: true }));

    assert.ok(result.attempts.length);
    for (const told of result.attempts) assert.match(told.errors.at(-1).message, /^money|^More errors of this attempt were cut/);
  }
});

test('an attempt has at most 20 errors, and says when it had more', () => {
  /** @type {any} */
  const testCase = { id: '1', expectedStatus: 'passed', retries: 0, annotations: [], outcome: () => 'unexpected' };
  const ended = (/** @type {number} */ count) => {
    /** @type {any} */
    const result = { retry: 0, status: 'failed', duration: 1, workerIndex: 0, steps: [], stdout: [], stderr: [], attachments: [], errors: Array(count).fill({ message: 'x' }) };
    return attemptEnded(testCase, result).errors.map(({ message }) => message);
  };

  assert.deepEqual(ended(20), Array(20).fill('x'));
  assert.equal(ended(21).length, 21);
  assert.match(ended(21)[20] || '', CUT);
});

test('a large suite is told in several messages, each below a megabyte', () => {
  const refs = Array.from({ length: 9000 }, (_, line) => ({ ...REF, line, titlePath: ['a describe of some length', `test ${line}`] }));
  const settings = /** @type {import('../reporter/settings.cjs').Settings} */ ({ runId: 'r', shardIndex: 1, totalShards: 2, project: 'p', branch: null, commit: null });

  const payloads = startsOf(settings, refs);

  assert.ok(payloads.length > 1);
  for (const payload of payloads) assert.ok(Buffer.byteLength(payload) < 1024 * 1024);
  const told = payloads.flatMap((payload) => JSON.parse(payload).tests);
  assert.deepEqual(told, refs);
  assert.deepEqual(JSON.parse(startsOf(settings, [])[0] || '').tests, []);
});

test('lists are cut by bytes and by number', () => {
  assert.deepEqual(inParts([]), []);
  assert.deepEqual(inParts(['1', '2', '3'], 2), [['1', '2'], ['3']]);
  assert.equal(inParts(Array(4).fill('x'.repeat(300 * 1024))).length, 2);
});

test('what the server would refuse is known before it is sent', () => {
  assert.equal(unspeakable(REF), null);
  assert.match(unspeakable({ ...REF, titlePath: ['x'.repeat(10_001)] }) || '', /title/);
  assert.match(unspeakable({ ...REF, testFile: 'x'.repeat(1025) }) || '', /path/);
});

test('attachments become artifacts of the four kinds, with names that are safe', () => {
  const body = Buffer.from('x');
  const attachments = [
    { name: 'trace', contentType: 'application/zip', path: '/r/out/trace.zip' },
    { name: 'screenshot', contentType: 'image/png', path: '/r/out/test-failed-1.png' },
    { name: 'video', contentType: 'video/webm', path: '/r/out/video.webm' },
    { name: 'error-context', contentType: 'text/markdown', path: '/r/out/error-context.md' },
    { name: '../ä weird: name?', contentType: 'text/plain; charset=utf-8', body },
    { name: 'odd', contentType: 'no type\r\nX: y', body },
    { name: 'empty', contentType: 'text/plain', body: Buffer.alloc(0) },
    { name: 'nothing', contentType: 'text/plain' },
  ];
  const result = /** @type {import('../reporter/playwright').TestResult} */ (/** @type {unknown} */ ({ retry: 1, attachments }));

  const found = artifactsOf('run', 'test', result);

  assert.deepEqual(
    found.map((artifact) => [artifact.artifactType, artifact.filename, artifact.contentType]),
    [
      ['trace', 'trace.zip', 'application/zip'],
      ['screenshot', 'test-failed-1.png', 'image/png'],
      ['video', 'video.webm', 'video/webm'],
      ['log', 'error-context.md', 'text/markdown'],
      ['log', 'weird-name-.txt', 'text/plain; charset=utf-8'],
      ['log', 'odd.bin', 'application/octet-stream'],
    ],
  );
  assert.equal(new Set(found.map((artifact) => artifact.uploadId)).size, 6);
  assert.deepEqual(artifactsOf('run', 'test', result).map((artifact) => artifact.uploadId), found.map((artifact) => artifact.uploadId));
});
