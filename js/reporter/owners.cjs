// The repository's CODEOWNERS file, which a run brings along.
'use strict';

const fs = require('fs');
const path = require('path');

/** Where GitHub and GitLab look for it, in this order. */
const PLACES = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS', '.gitlab/CODEOWNERS'];
const LARGEST = 64 * 1024;

/** @typedef {Record<string, string | undefined>} Env */

/**
 * Its text, whose patterns are relative to the root, like the names of test files; null: there is none, or none that
 * can be sent. What comes from a fork says nothing: its author may write into it whatever he likes.
 * @param {string} root of the repository
 * @param {{say: (line: string) => void}} notes
 * @param {Env} env
 */
function ownersOf(root, notes, env = process.env) {
  const place = PLACES.find((name) => fs.existsSync(path.join(root, name)));
  if (!place || isFork(env)) return null;
  let text = '';
  try {
    const content = fs.readFileSync(path.join(root, place));
    if (content.length > LARGEST) {
      notes.say(`${place} is larger than 64 KiB, so that owners of tests are not shown`);
      return null;
    }
    text = content.toString('utf8').replace(/^\uFEFF/, '');
  } catch {
    notes.say(`${place} can't be read, so that owners of tests are not shown`);
  }
  return text.includes('\0') ? null : text || null;
}

/** Whether what is built comes from somebody else's repository. @param {Env} env */
function isFork(env) {
  const differ = (/** @type {string} */ one, /** @type {string} */ other) => Boolean(env[one] && env[other] && env[one] !== env[other]);
  return (
    isPullOfFork(env.GITHUB_EVENT_PATH) ||
    differ('CI_MERGE_REQUEST_SOURCE_PROJECT_ID', 'CI_MERGE_REQUEST_PROJECT_ID') ||
    differ('BUILDKITE_PULL_REQUEST_REPO', 'BUILDKITE_REPO') ||
    Boolean(env.CIRCLE_PR_USERNAME || env.CHANGE_FORK) ||
    (env.SYSTEM_PULLREQUEST_ISFORK || '').toLowerCase() === 'true'
  );
}

/** GitHub's event file; the repository of a fork that has been deleted is null. @param {string | undefined} file */
function isPullOfFork(file) {
  try {
    const pull = JSON.parse(fs.readFileSync(file || '', 'utf8')).pull_request;
    return Boolean(pull) && (pull.head.repo || {}).full_name !== pull.base.repo.full_name;
  } catch {
    return false;
  }
}

module.exports = { ownersOf };
