'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { idOf, refOf } = require('../reporter/messages.cjs');
const { Share } = require('../reporter/share.cjs');
const { testsOf } = require('../reporter/tests.cjs');

const RUN = '11111111-1111-4111-8111-111111111111';
const FILE = { type: 'file', title: 'a.spec.js', location: { file: '/repo/a.spec.js', line: 0, column: 0 }, project: () => ({ name: 'p' }) };

/** @param {string} title */
function testCase(title) {
  return { id: title, title, parent: FILE, location: { file: '/repo/a.spec.js', line: 1, column: 1 }, titlePath: () => ['', 'p', 'a.spec.js', title], tags: [] };
}

/** A share of the first of two machines, as the server plans it. @param {(ids: string[]) => string[][]} plan */
function shareOf(plan) {
  /** @type {any} */
  const suite = { suites: [], tests: [], allTests: () => ['one', 'two', 'three'].map(testCase) };
  const ids = testsOf(suite).map((listed) => idOf(refOf('/repo', listed)));
  /** @type {any} */
  const server = {
    call: async (/** @type {string} */ method, /** @type {string} */ route) => {
      if (route === '/orchestrate') return { runId: RUN, workerCount: 2 };
      if (route.endsWith('/plan')) return { shards: plan(ids).map((testIds, index) => ({ index, testIds })) };
      return { kind: 'lease', token: 'lease', expiresInMs: 60_000 };
    },
  };
  /** @type {any} */
  const settings = { root: '/repo', runId: RUN, buildId: 'b', tenantId: 't', project: 'p', attempt: '1', shardIndex: 0, totalShards: 2, planMs: 0 };
  /** @type {any} */
  const notes = { say: () => undefined };
  return { share: new Share(server, settings, notes), suite, settings };
}

test('what is planned here runs here, wherever else it is planned', async () => {
  const { share, suite } = shareOf(([one = '', two = '', three = '']) => [[one, two], [two, three]]);
  /** @type {string[]} */
  const excluded = [];
  /** @type {any} */
  const testRun = { skipSharding: () => undefined, exclude: (/** @type {any} */ left) => excluded.push(left.title) };

  await share.take(/** @type {any} */ ({ shard: null }), suite, testRun, () => 'main');
  share.close();

  assert.deepEqual(excluded, ['three']);
});

test('a share that can not be taken after all leaves no lease behind', async () => {
  const { share, suite, settings } = shareOf(([one = '', two = '', three = '']) => [[one], [two, three]]);
  /** @type {any} */
  const testRun = {
    skipSharding: () => undefined,
    exclude: () => {
      throw new Error('not now');
    },
  };

  await share.take(/** @type {any} */ ({ shard: null }), suite, testRun, () => 'main');

  assert.equal(share.lease, null);
  assert.equal(share.leaseOf(() => 'any'), null);
  assert.notEqual(settings.runId, RUN);
  assert.equal(settings.totalShards, 1);
});
