'use strict';

const assert = require('node:assert/strict');
const http = require('node:http');
const { test } = require('node:test');
const { Server } = require('../heal/asking.cjs');
const { speakOfAuthorsTime, Steps } = require('../heal/steps.cjs');
const { argumentOf, Call, valueOf } = require('../heal/versions.cjs');

const FRAMES = [
  { file: '/repo/node_modules/library/page.js', line: 1, column: 1 },
  { file: '/repo/tests/shop.js', line: 7, column: 20 },
  { file: '/elsewhere/a.spec.js', line: 3, column: 5 },
];

/** @param {object} params @param {unknown[]} rest */
function callOf(params, rest) {
  /** @type {unknown[][]} */
  const sent = [];
  const frame = { _type: 'Frame', page: () => ({ _timeoutSettings: { timeout: () => 30_000 } }) };
  /** @param {unknown[]} args */
  const original = async (...args) => {
    sent.push(args);
    return 'done';
  };
  /** @type {any} */
  const untyped = [{}, original, frame, 'click', { selector: '#a', strict: true, ...params }, rest];
  const [connection, send, object, method, given, others] = untyped;
  return { call: new Call(connection, send, object, method, given, others), sent, frame };
}

test('a call of every version of Playwright is read and sent in its own form', async () => {
  const oldest = callOf({}, ['locator.click', FRAMES, 'step']);
  assert.equal(oldest.call.timeoutMs, 30_000, 'the default of the page');
  await oldest.call.send('#b', 900);
  assert.deepEqual(oldest.sent, [[oldest.frame, 'click', { selector: '#b', strict: true, timeout: 900 }, 'locator.click', FRAMES, 'step']]);

  const middle = callOf({ timeout: 5000 }, [{ frames: FRAMES }]);
  assert.equal(middle.call.timeoutMs, 5000);
  await middle.call.send('#b', 900);
  assert.deepEqual(middle.sent, [[middle.frame, 'click', { selector: '#b', strict: true, timeout: 900 }, { frames: FRAMES }]]);

  const newest = callOf({}, [{ frames: FRAMES, timeout: 0 }]);
  assert.equal(newest.call.timeoutMs, 0, 'no time-out of its own');
  await newest.call.send('#b', 900);
  assert.deepEqual(newest.sent, [[newest.frame, 'click', { selector: '#b', strict: true }, { frames: FRAMES, timeout: 900 }]]);
  for (const { call } of [oldest, middle, newest]) {
    assert.deepEqual(call.places('/repo'), [
      { file: 'tests/shop.js', line: 7, column: 20 },
      { file: '/elsewhere/a.spec.js', line: 3, column: 5 },
    ]);
  }
});

test('the original goes out once and unchanged when the hook runs into something unexpected', async () => {
  const settings = { url: 'http://127.0.0.1:9', token: 't', tenant: '', project: 'p', runId: undefined, root: '/', mode: 'heal', testIdAttribute: 'id' };
  const steps = new Steps(/** @type {any} */ (settings), async () => {
    throw new Error('unexpected');
  });
  steps.notes.once = () => {};
  const { call, sent, frame } = callOf({}, [{ frames: FRAMES, timeout: 0 }]);

  assert.equal(await steps.perform(call), 'done');

  assert.deepEqual(sent, [[frame, 'click', { selector: '#a', strict: true }, { frames: FRAMES, timeout: 0 }]]);
  process.removeAllListeners('message');
});

test('a message names the time that the author gave', () => {
  const error = new Error('locator.click: Timeout 812ms exceeded.');
  const log = { matches: false, log: ['Expect "toBeVisible" with timeout 812ms', 'waiting for 812ms'] };

  speakOfAuthorsTime(error, 812, 5000);
  speakOfAuthorsTime(log, 812, 5000);

  assert.match(error.message, /Timeout 5000ms exceeded/);
  assert.deepEqual(log.log, ['Expect "toBeVisible" with timeout 5000ms', 'waiting for 812ms']);
});

test('values cross the protocol and come back', () => {
  const value = { text: 'ä', number: 7, yes: true, no: false };

  assert.deepEqual(valueOf(argumentOf(value).value), value);
  assert.deepEqual(valueOf({ a: [{ n: 1 }, { v: 'null' }, { o: [{ k: 'x', v: { s: 'y' } }] }] }), [1, null, { x: 'y' }]);
});

test('half a character does not keep a page from being read', async () => {
  const server = http.createServer((request, answer) => void request.pipe(answer));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  /** @type {any} */
  const settings = { url: `http://127.0.0.1:${port}`, token: 't' };
  const asking = new Server(settings);

  assert.deepEqual(await asking.post('/heal', { text: 'a\ud83d', whole: '\ud83d\ude00', code: '\\ud83d' }, 9000), { text: 'a\ufffd', whole: '\ud83d\ude00', code: '\\ud83d' });

  asking.agent.destroy();
  server.close();
});
