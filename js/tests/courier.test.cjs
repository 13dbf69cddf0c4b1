'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { Courier } = require('../reporter/courier.cjs');
const { Refused } = require('../reporter/errors.cjs');

/** @param {(Error | null)[]} answers to one try after the other; null: stored */
function courierWith(answers) {
  /** @type {any} */
  const links = {
    send: async (/** @type {any[]} */ messages, /** @type {any} */ told) => {
      const error = answers.shift();
      if (error) throw error;
      for (const { seq } of messages) told.stored(seq);
    },
    close: () => undefined,
  };
  /** @type {any} */
  const spool = {
    add: (/** @type {number} */ seq, /** @type {string} */ line) => ({ seq, size: line.length, offset: 0, line }),
    flushed: async () => undefined,
    read: async (/** @type {any} */ entry) => entry.line,
    forget: () => undefined,
    close: async () => undefined,
  };
  /** @type {any} */
  const notes = { say: () => undefined, guarded: (/** @type {() => Promise<void>} */ action) => action() };
  return new Courier(links, spool, notes);
}

test('a page of a proxy, where Shifty has answered before, is waited out', async () => {
  const courier = courierWith([null, new Refused('404 Not Found', 404, '')]);
  courier.put('run:start', '{}');
  await courier.drain(5_000);
  courier.put('test:batch', '{}');

  assert.equal(await courier.drain(20_000), true);
  await courier.close();
});

test('what Shifty itself refuses, or something else than Shifty from the start, is not tried again', async () => {
  for (const answers of [[null, new Refused('no', 403, 'FORBIDDEN')], [new Refused('404 Not Found', 404, '')]]) {
    const courier = courierWith(answers);
    courier.put('run:start', '{}');
    await courier.drain(5_000);
    courier.put('test:batch', '{}');

    assert.equal(await courier.drain(5_000), false);
    assert.ok(courier.refusal);
    await courier.close();
  }
});
