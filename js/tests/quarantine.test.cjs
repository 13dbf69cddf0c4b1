'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { Away, Refused } = require('../reporter/errors.cjs');
const { Quarantine } = require('../reporter/quarantine.cjs');
const { Session } = require('../reporter/session.cjs');

const RULE = { id: '1', kind: 'file', value: '*', projectName: '', owner: 'me', reason: 'why', expiresAt: '2999-01-01T00:00:00Z' };
const REF = { testFile: 'a', titlePath: ['a'], projectName: '', tags: [], repeat: 0 };

/** @type {any} */
const failed = { failures: () => [{ ref: REF, attempts: [{ outcome: 'unexpected' }] }] };
/** @type {any} */
const config = {};

/** @param {(() => Promise<any>)[]} answers of the server, one after the other */
function asking(answers) {
  /** @type {string[]} */
  const said = [];
  /** @type {any} */
  const server = { call: () => /** @type {() => Promise<any>} */ (answers.shift())() };
  /** @type {any} */
  const notes = { say: (/** @type {string} */ line) => said.push(line), guarded: (/** @type {() => Promise<any>} */ action) => action() };
  return { quarantine: new Quarantine(server, 'shop', notes), notes, said };
}

/** @param {any} answer */
function told(answer) {
  return async () => answer;
}

test('a rule that was released while the tests ran excuses nothing', async () => {
  const { quarantine } = asking([told({ rules: [RULE], cap: 9 }), told({ rules: [], cap: 9 })]);

  assert.equal(await quarantine.excuses(failed, 'failed', null, config), true);
  assert.equal(await quarantine.excuses(failed, 'failed', null, config), false);
});

test('what is no rule excuses nothing, and keeps no other from it', async () => {
  const wrong = [null, 'all', [], {}, { ...RULE, reason: null }, { ...RULE, owner: undefined }, { ...RULE, projectName: 0 }, { ...RULE, expiresAt: 'soon' }];

  const alone = asking([told({ rules: wrong, cap: 9 })]);
  const beside = asking([told({ rules: [...wrong, RULE], cap: 9 })]);

  assert.equal(await alone.quarantine.excuses(failed, 'failed', null, config), false);
  assert.equal(await beside.quarantine.excuses(failed, 'failed', null, config), true);
});

test('an answer without rules, or none in time, excuses nothing and says so', async () => {
  const never = () => new Promise(() => undefined);
  for (const answer of [told(null), told([]), told({ rules: {} }), never]) {
    const { quarantine, said } = asking([answer]);

    assert.equal(await quarantine.excuses(failed, 'failed', null, config, 20), false);
    assert.match(said.join(), /quarantine could not be asked, so every failure counts: (its answer has no rules|no answer within 0\.02 s)/);
  }
});

test('a server that is away is asked once more, one without quarantine is not', async () => {
  const back = asking([() => Promise.reject(new Away('503')), told({ rules: [RULE], cap: 9 })]);
  const old = asking([() => Promise.reject(new Refused('none', 404, 'NOT_FOUND'))]);

  assert.equal(await back.quarantine.excuses(failed, 'failed', null, config), true);
  assert.equal(await old.quarantine.excuses(failed, 'failed', null, config), false);
  assert.deepEqual(old.said, []);
});

test('results that the server never got are not excused', async () => {
  for (const [waiting, isExcused] of /** @type {const} */ ([[[], true], [[{ seq: 1 }], false]])) {
    const { quarantine, notes, said } = asking([told({ rules: [RULE], cap: 9 })]);
    const parts = { quarantine, notes, results: failed, config, erring: false, share: { missing: [] }, ways: { courier: { waiting, dropped: 0 } } };

    /** @type {Session} */
    const session = Object.assign(Object.create(Session.prototype), parts);

    assert.equal(await session.excuses('failed'), isExcused);
    assert.equal(/because of results that did not reach the server/.test(said.join()), !isExcused);
  }
});
