// What the checkout says: the root of the repository, the project's name, branch and commit. It reads git's own files:
// starting git takes longer than all else that the reporter does before the first test. Only whether files have changed
// is asked of git, on somebody's own machine.
'use strict';

const { spawnSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { relativeTo } = require('./identity.cjs');

const REMOTE = /^(?:[a-z+]+:\/\/(?:[^@/]+@)?[^/]+\/|[^@/]+@[^:/]+:)(.+?)(?:\.git)?\/?$/;
const LONGEST_PROJECT = 200;

/** @param {string} file */
function textOf(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The root of the repository around a folder, else the folder itself. @param {string} folder */
function rootOf(folder) {
  for (let at = folder; ; at = path.dirname(at)) {
    if (fs.existsSync(path.join(at, '.git'))) return at;
    if (at === path.dirname(at)) return folder;
  }
}

/** Where git keeps what this working tree has checked out, and what all its working trees share. @param {string} root */
function gitFolders(root) {
  const place = path.join(root, '.git');
  const pointer = /^gitdir: (.+)$/m.exec(textOf(place));
  const own = pointer && pointer[1] ? path.resolve(root, pointer[1].trim()) : place;
  const common = textOf(path.join(own, 'commondir')).trim();
  return { own, common: common ? path.resolve(own, common) : own };
}

/** @param {string} root */
function headOf(root) {
  const { own, common } = gitFolders(root);
  const head = textOf(path.join(own, 'HEAD')).trim();
  const ref = head.startsWith('ref: ') ? head.slice(5) : null;
  if (!ref) return { branch: null, commit: head || null };
  const loose = textOf(path.join(own, ref)).trim() || textOf(path.join(common, ref)).trim();
  const packed = textOf(path.join(common, 'packed-refs'))
    .split('\n')
    .find((line) => line.endsWith(` ${ref}`));
  const branch = ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : null;
  return { branch, commit: loose || (packed ? packed.split(' ')[0] || null : null) };
}

/** @param {string} root */
function remoteSlug(root) {
  const config = textOf(path.join(gitFolders(root).common, 'config'));
  const section = /^\[remote "origin"\]\s*$([\s\S]*?)(?=^\[|(?![\s\S]))/m.exec(config);
  const url = section && section[1] ? /^\s*url\s*=\s*(.+?)\s*$/m.exec(section[1]) : null;
  const slug = url && url[1] ? REMOTE.exec(url[1]) : null;
  return slug && slug[1] ? slug[1] : null;
}

/** @param {string} folder */
function packageName(folder) {
  try {
    const name = JSON.parse(textOf(path.join(folder, 'package.json'))).name;
    return typeof name === 'string' && name.trim() ? name : null;
  } catch {
    return null;
  }
}

/**
 * `owner/repo` of the git remote and the folder below it, else the name in package.json, else the folder's. As
 * `shifty run` names it, so that both learn from each other.
 * @param {string} root
 * @param {string} folder
 */
function projectOf(root, folder) {
  const slug = remoteSlug(root);
  const name = slug ? [slug, relativeTo(root, folder)].filter(Boolean).join('/') : packageName(folder);
  return (name || path.basename(folder) || 'default').slice(0, LONGEST_PROJECT);
}

/**
 * The commit, with `-dirty` behind it when files that git knows differ from it: two runs of it may be of different code.
 * In CI what a job has changed, such as a lock file, its other runs of the commit have changed alike; and there git
 * need not be started. Without git it is taken for unchanged.
 * @param {{root: string, commit: string | null}} checkout
 * @param {Record<string, string | undefined>} env
 */
function stateOf({ root, commit }, env) {
  if (!commit || env.CI) return commit;
  const asked = ['--no-optional-locks', 'status', '--porcelain', '--untracked-files=no'];
  const { stdout, status } = spawnSync('git', asked, { cwd: root, encoding: 'utf8', timeout: 5000, windowsHide: true });
  return status === 0 && stdout.trim() ? `${commit}-dirty` : commit;
}

/** @param {string} folder where the configuration of Playwright is */
function lookAt(folder) {
  const root = rootOf(folder);
  return { root, project: projectOf(root, folder), ...headOf(root) };
}

module.exports = { lookAt, stateOf };
