// What the reporter brings along of the repository: owners, and whether the checkout is its commit.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');

const { lookAt, stateOf } = require('../reporter/checkout.cjs');
const { startsOf } = require('../reporter/messages.cjs');
const { ownersOf } = require('../reporter/owners.cjs');

/** @param {Record<string, string>} files */
function folderOf(files) {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'shifty-owners-'));
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
  return root;
}

/** @param {Record<string, string>} files @param {Record<string, string>} env */
function owners(files, env = {}) {
  /** @type {string[]} */
  const said = [];
  const root = folderOf(files);
  const text = ownersOf(root, { say: (line) => said.push(line) }, env);
  fs.rmSync(root, { recursive: true });
  return { text, said };
}

test('owners are read where GitHub and GitLab look for them, in their order', () => {
  assert.equal(owners({}).text, null);
  assert.equal(owners({ CODEOWNERS: '* @b', 'docs/CODEOWNERS': '* @c', '.gitlab/CODEOWNERS': '* @d' }).text, '* @b');
  assert.equal(owners({ CODEOWNERS: '* @b', '.github/CODEOWNERS': '\uFEFF* @a' }).text, '* @a');
  assert.equal(owners({ '.gitlab/CODEOWNERS': '* @d' }).text, '* @d');
});

test('owners that do not fit are left out, aloud', () => {
  const { text, said } = owners({ CODEOWNERS: '#'.repeat(64 * 1024 + 1) });

  assert.equal(text, null);
  assert.match(said.join(), /CODEOWNERS is larger than 64 KiB/);
});

test('what is no text, or a folder, brings no owners', () => {
  assert.equal(owners({ CODEOWNERS: 'a\0b' }).text, null);
  assert.match(owners({ 'CODEOWNERS/x': '' }).said.join(), /can't be read/);
});

test('a fork says nothing about owners', () => {
  const files = { CODEOWNERS: '* @mallory' };
  const root = folderOf({
    'fork.json': JSON.stringify({ pull_request: { head: { repo: { full_name: 'mallory/shop' } }, base: { repo: { full_name: 'acme/shop' } } } }),
    'gone.json': JSON.stringify({ pull_request: { head: { repo: null }, base: { repo: { full_name: 'acme/shop' } } } }),
    'own.json': JSON.stringify({ pull_request: { head: { repo: { full_name: 'acme/shop' } }, base: { repo: { full_name: 'acme/shop' } } } }),
    'push.json': '{}',
  });
  /** @param {string} name */
  const event = (name) => ({ GITHUB_EVENT_PATH: path.join(root, name) });

  /** @type {Record<string, string>[]} */
  const forks = [event('fork.json'), event('gone.json'), { CIRCLE_PR_USERNAME: 'mallory' }, { SYSTEM_PULLREQUEST_ISFORK: 'True' }];
  for (const env of forks) {
    assert.equal(owners(files, env).text, null);
  }
  for (const env of [event('own.json'), event('push.json'), event('missing.json'), {}]) assert.equal(owners(files, env).text, '* @mallory');
  fs.rmSync(root, { recursive: true });
});

test('owners are told once, with the first part of a large suite', () => {
  const settings = { runId: 'r', shardIndex: 0, totalShards: 1, project: 'p', branch: null, commit: null };
  const refs = Array.from({ length: 9000 }, (_, index) => ({ testFile: 'a.spec.ts', testName: 'x'.repeat(100), titlePath: [`${index}`], projectName: '', line: 1, tags: [], repeat: 0, serial: null }));

  // @ts-expect-error only what run:start has of the settings
  const [first, ...rest] = startsOf(settings, refs, '* @a').map((payload) => JSON.parse(payload));

  assert.equal(first.codeowners, '* @a');
  assert.ok(rest.length > 0);
  for (const payload of rest) assert.equal(payload.codeowners, undefined);
});

test('a checkout with changes is not its commit', () => {
  const root = folderOf({ 'a.txt': 'one' });
  /** @param {string[]} words */
  const git = (...words) => execFileSync('git', ['-C', root, '-c', 'user.name=T', '-c', 'user.email=t@example.org', ...words], { encoding: 'utf8' }).trim();
  git('init', '-q', '-b', 'trunk');
  git('add', 'a.txt');
  git('commit', '-q', '-m', 'first');
  const sha = git('rev-parse', 'HEAD');

  assert.equal(stateOf(lookAt(root), {}), sha);
  fs.writeFileSync(path.join(root, 'new.txt'), 'not known to git');
  assert.equal(stateOf(lookAt(root), {}), sha);
  fs.writeFileSync(path.join(root, 'a.txt'), 'two');
  assert.equal(stateOf(lookAt(root), {}), `${sha}-dirty`);
  assert.equal(stateOf(lookAt(root), { CI: 'true' }), sha);
  assert.equal(stateOf({ root: os.tmpdir(), commit: 'abc' }, {}), 'abc');
  assert.equal(stateOf({ root, commit: null }, {}), null);
  fs.rmSync(root, { recursive: true });
});
