'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { buildOf } = require('../reporter/ci.cjs');
const { lookAt } = require('../reporter/checkout.cjs');
const { settingsOf } = require('../reporter/settings.cjs');

/** @type {import('../reporter/playwright').FullConfig} */
const CONFIG = { version: '1.65.1', rootDir: os.tmpdir(), workers: 1, maxFailures: 0, globalTimeout: 0, shard: null, projects: [] };
const SERVER = { SHIFTY_API_URL: 'https://shifty.example/api/v1/', SHIFTY_API_KEY: 'shf_a_b', SHIFTY_TENANT_ID: 't' };

/** @param {Record<string, string>} env @param {import('../reporter/index').Options} [options] @param {object} [config] */
function settled(env, options = {}, config = {}) {
  return settingsOf(options, { ...CONFIG, ...config }, env);
}

test('every provider names the build, and the same on all of its machines', () => {
  const builds = [
    [{ GITHUB_RUN_ID: '7', GITHUB_JOB: 'e2e', GITHUB_RUN_ATTEMPT: '2', GITHUB_SHA: 'abc', GITHUB_REF_NAME: 'main' }, 'github/7/e2e', '2'],
    [{ CI_PIPELINE_ID: '7', CI_JOB_NAME: 'e2e 1/3', CI_NODE_INDEX: '1', CI_NODE_TOTAL: '3' }, 'gitlab/7/e2e', '1'],
    [{ CI_PIPELINE_ID: '7', CI_JOB_NAME: 'e2e: [2, 3]' }, 'gitlab/7/e2e', '1'],
    [{ CIRCLE_WORKFLOW_ID: 'w', CIRCLE_JOB: 'e2e', CIRCLE_NODE_INDEX: '0', CIRCLE_NODE_TOTAL: '2' }, 'circleci/w/e2e', '1'],
    [{ BUILDKITE_BUILD_ID: 'b', BUILDKITE_STEP_ID: 's', BUILDKITE_RETRY_COUNT: '0' }, 'buildkite/b/s', '0'],
    [{ BUILD_BUILDID: '9', SYSTEM_PHASENAME: 'e2e', SYSTEM_JOBATTEMPT: '1' }, 'azure/9/e2e', '1'],
    [{ JENKINS_URL: 'x', BUILD_TAG: 'jenkins-shop-4' }, 'jenkins/jenkins-shop-4', '1'],
    [{}, null, '1'],
  ];

  for (const [env, id, attempt] of builds) {
    const build = buildOf(/** @type {Record<string, string>} */ (env));
    assert.deepEqual([build.id, build.attempt], [id, attempt]);
  }
});

test('parts count from zero, whatever the provider counts from', () => {
  const gitlab = buildOf({ CI_PIPELINE_ID: '7', CI_NODE_INDEX: '3', CI_NODE_TOTAL: '3' });
  const circle = buildOf({ CIRCLE_WORKFLOW_ID: '7', CIRCLE_NODE_INDEX: '0', CIRCLE_NODE_TOTAL: '2' });
  const alone = buildOf({ CI_PIPELINE_ID: '7', CI_NODE_INDEX: '1', CI_NODE_TOTAL: '1' });

  assert.deepEqual([gitlab.index, gitlab.total], [2, 3]);
  assert.deepEqual([circle.index, circle.total], [0, 2]);
  assert.deepEqual([alone.index, alone.total], [null, null]);
});

test('all machines of a build come to one run, another attempt or build to another', () => {
  const run = (/** @type {Record<string, string>} */ env) => settled({ ...SERVER, SHIFTY_PROJECT: 'shop', ...env }).settings.runId;
  const build = { GITHUB_RUN_ID: '7', GITHUB_JOB: 'e2e', GITHUB_RUN_ATTEMPT: '1' };

  assert.equal(run({ ...build, SHIFTY_SHARD_INDEX: '0', SHIFTY_TOTAL_SHARDS: '2' }), run({ ...build, SHIFTY_SHARD_INDEX: '1', SHIFTY_TOTAL_SHARDS: '2' }));
  const others = [{ GITHUB_RUN_ATTEMPT: '2' }, { GITHUB_RUN_ID: '8' }, { SHIFTY_PROJECT: 'blog' }, { SHIFTY_TENANT_ID: 'u' }];
  const runs = [build, ...others.map((other) => ({ ...build, ...other }))].map(run);
  assert.equal(new Set(runs).size, 5);
  assert.notEqual(run({}), run({}));
  assert.equal(run({ SHIFTY_RUN_ID: '0F0E0D0C-0b0a-4908-8706-050403020100' }), '0f0e0d0c-0b0a-4908-8706-050403020100');
  assert.equal(run({ SHIFTY_RUN_ID: 'nightly-7' }), run({ SHIFTY_RUN_ID: 'nightly-7' }));
});

test('options win over the environment, that over --shard, and that over the provider', () => {
  const shard = { shard: { current: 2, total: 5 } };
  const provider = { CI_PIPELINE_ID: '7', CI_NODE_INDEX: '1', CI_NODE_TOTAL: '3' };
  const own = { SHIFTY_SHARD_INDEX: '3', SHIFTY_TOTAL_SHARDS: '4' };
  const cases = [
    [settled({ ...SERVER, ...provider, ...own }, { shardIndex: 0, totalShards: 2 }, shard), [0, 2]],
    [settled({ ...SERVER, ...provider, ...own }, {}, shard), [3, 4]],
    [settled({ ...SERVER, ...provider }, {}, shard), [1, 5]],
    [settled({ ...SERVER, ...provider }), [0, 3]],
    [settled(SERVER), [0, 1]],
  ];

  for (const [{ settings, faults }, expected] of /** @type {[ReturnType<typeof settled>, number[]][]} */ (cases)) {
    assert.deepEqual([settings.shardIndex, settings.totalShards], expected);
    assert.deepEqual(faults, []);
  }
  assert.equal(settled(SERVER).settings.base, 'https://shifty.example');
});

test('what is wrong is named', () => {
  const faults = (/** @type {Record<string, string>} */ env) => settled(env).faults.join('; ');

  assert.match(faults({}), /SHIFTY_API_URL and SHIFTY_API_KEY and SHIFTY_TENANT_ID not set/);
  assert.match(faults({ ...SERVER, SHIFTY_API_URL: 'shifty.example' }), /no address/);
  assert.match(faults({ ...SERVER, SHIFTY_API_KEY: 'a\nb' }), /odd characters/);
  assert.match(faults({ ...SERVER, SHIFTY_SHARD_INDEX: '2', SHIFTY_TOTAL_SHARDS: '2' }), /counts from 0/);
  assert.match(faults({ ...SERVER, SHIFTY_TOTAL_SHARDS: '2' }), /which of them is this machine/);
});

test('the checkout tells project, branch and commit without git', () => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'shifty-checkout-'));
  const git = path.join(root, '.git');
  fs.mkdirSync(path.join(git, 'refs', 'heads'), { recursive: true });
  fs.mkdirSync(path.join(root, 'apps', 'shop'), { recursive: true });
  fs.writeFileSync(path.join(git, 'HEAD'), 'ref: refs/heads/feature/x\n');
  fs.writeFileSync(path.join(git, 'packed-refs'), '# pack-refs\n0123abcd refs/heads/feature/x\n');
  fs.writeFileSync(path.join(git, 'config'), '[core]\n\tbare = false\n[remote "origin"]\n\turl = git@example.org:owner/repo.git\n[branch "x"]\n');

  const found = lookAt(path.join(root, 'apps', 'shop'));

  assert.deepEqual(found, { root, project: 'owner/repo/apps/shop', branch: 'feature/x', commit: '0123abcd' });
  fs.mkdirSync(path.join(git, 'refs', 'heads', 'feature'));
  fs.writeFileSync(path.join(git, 'refs', 'heads', 'feature', 'x'), 'newer\n');
  assert.equal(lookAt(root).commit, 'newer');
  fs.writeFileSync(path.join(git, 'config'), '[core]\n');
  fs.writeFileSync(path.join(root, 'package.json'), '{"name": "the-shop"}');
  assert.equal(lookAt(root).project, 'the-shop');
  fs.rmSync(root, { recursive: true });
});
