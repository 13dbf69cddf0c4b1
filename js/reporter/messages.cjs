// From what Playwright tells to the contract's messages, cut to what a message may hold. Pure.
'use strict';

const { fromRoot, slimHeal } = require('./heals.cjs');
const { relativeTo, stableTestId } = require('./identity.cjs');
const { toJson } = require('./json.cjs');
const { lastOf } = require('./results.cjs');
const { errorsCut } = require('./tests.cjs');

const LONGEST_TITLE = 10_000;
const LONGEST_PATH = 1024;
const LARGEST_RESULT = 700 * 1024;
const LARGEST_MESSAGE = 800 * 1024;
const MOST_RESULTS = 200;
const UNEXPECTEDLY_GOOD = 'Expected to fail, but passed: the test is marked with test.fail().';

/**
 * @typedef {import('./results.cjs').Standing} Standing
 * @typedef {import('./results.cjs').AttemptEvent} AttemptEvent
 * @typedef {import('./results.cjs').TestEvent} TestEvent
 * @typedef {import('./settings.cjs').Settings} Settings
 * @typedef {object} TestRef
 * @property {string} testFile
 * @property {string} testName
 * @property {string[]} titlePath
 * @property {string} projectName
 * @property {number | null} line
 * @property {string[]} tags
 * @property {number} repeat
 * @property {string | null} serial
 */

/** The test as it is named on the wire. @param {string} root @param {TestEvent} test @returns {TestRef} */
function refOf(root, test) {
  return {
    testFile: relativeTo(root, test.file),
    testName: test.titlePath[test.titlePath.length - 1] || '',
    titlePath: test.titlePath,
    projectName: test.project,
    line: test.line,
    tags: test.tags,
    repeat: test.repeat,
    serial: test.together,
  };
}

/** @param {TestRef} ref */
function idOf(ref) {
  return stableTestId(ref.testFile, ref.projectName, ref.titlePath.length ? ref.titlePath : [ref.testName], ref.repeat);
}

/** What keeps the server from taking the test at all; null for nearly all. @param {TestRef} ref */
function unspeakable(ref) {
  if (Buffer.byteLength(ref.testFile) > LONGEST_PATH) return `its path has more than ${LONGEST_PATH} bytes`;
  const long = [...ref.titlePath, ref.projectName, ...ref.tags].some((title) => title.length > LONGEST_TITLE);
  return long ? `a title or tag has more than ${LONGEST_TITLE} characters` : null;
}

/** @param {string} root @param {{file: string, line: number, column: number} | null} place */
function placeOf(root, place) {
  return place && { ...place, file: relativeTo(root, place.file) };
}

/** @param {string} root @param {ReturnType<typeof import('./tests.cjs').faultOf>} fault */
function errorOf(root, fault) {
  return { ...fault, location: placeOf(root, fault.location) };
}

/** @param {string} root @param {AttemptEvent} event */
function attemptOf(root, event) {
  return {
    attempt: event.retry,
    status: event.status,
    durationMs: event.durationMs,
    startedAt: event.startedAt,
    errors: event.errors.map((fault) => errorOf(root, fault)),
    // The attempt's own errors say it in full.
    steps: event.steps.map((step) => ({ ...step, error: cut(step.error, 4000), location: placeOf(root, step.location) })),
    stdout: event.stdout,
    stderr: event.stderr,
    attachments: event.attachments,
    heals: event.heals.map((heal) => fromRoot(root, heal)),
    workerIndex: event.workerIndex,
  };
}

/** How a test stands, as JSON that fits into a message. @param {string} root @param {Standing} standing */
function resultOf(root, standing) {
  const last = /** @type {AttemptEvent} */ (lastOf(standing));
  const result = {
    ...standing.ref,
    status: statusOf(last),
    durationMs: last.durationMs,
    retryCount: last.retry,
    expectedStatus: last.expectedStatus,
    errorMessage: messageOf(standing.attempts),
    attempts: standing.attempts.map((event) => attemptOf(root, event)),
    final: standing.final,
    reason: skipReason(last),
  };
  return fitting(result);
}

/** @param {TestRef} ref @param {string} reason */
function notRunOf(ref, reason) {
  return toJson({ ...ref, status: 'notRun', reason, final: true });
}

/**
 * Less and less of the attempts, until it fits: first what a result can live without, at last all but the verdict.
 * @template {{attempts: ReturnType<typeof attemptOf>[], errorMessage: string | null}} Result
 * @param {Result} result
 */
function fitting(result) {
  let text = toJson(result);
  for (let level = 1; level <= 4 && Buffer.byteLength(text) > LARGEST_RESULT; level++) {
    const attempts = level === 4 ? lastOnly(result.attempts) : result.attempts.map((attempt) => slimmer(attempt, level));
    text = toJson({ ...result, attempts, errorMessage: cut(result.errorMessage, 20_000) });
  }
  return text;
}

/** @param {ReturnType<typeof attemptOf>} attempt @param {number} level */
function slimmer(attempt, level) {
  const slim = { ...attempt, steps: [], stdout: cut(attempt.stdout, 2000), stderr: cut(attempt.stderr, 2000) };
  if (level === 1) return slim;
  const slimmest = { ...slim, errors: shorter(attempt.errors, 4000), stdout: '', stderr: '', attachments: [] };
  return level === 2 ? slimmest : { ...slimmest, errors: shorter(attempt.errors, 500), heals: slim.heals.map(slimHeal) };
}

/** @param {ReturnType<typeof errorOf>[]} errors @param {number} longest */
function shorter(errors, longest) {
  // The first may only say that the time of the test was over.
  const kept = errors.slice(0, 2).map((error) => ({ ...error, message: cut(error.message, longest), stack: null, snippet: null }));
  const isWhole = errors.every((error, index) => kept[index]?.message === error.message);
  return isWhole ? kept : [...kept, errorsCut()];
}

/**
 * The verdict alone. With no attempt at all the server would make one up, whose only error were the result's message.
 * @param {ReturnType<typeof attemptOf>[]} attempts
 */
function lastOnly(attempts) {
  return attempts.slice(-1).map((attempt) => ({ ...slimmer(attempt, 3), heals: [] }));
}

/** @template {string | null} T @param {T} text @param {number} longest */
function cut(text, longest) {
  return text && text.length > longest ? `${text.slice(0, longest)}\n[cut by Shifty]` : text;
}

/** @param {AttemptEvent} event */
function statusOf(event) {
  if (event.outcome === 'flaky') return 'flaky';
  // Its retry was broken off; that it had failed before stands.
  return event.status === 'interrupted' && event.outcome === 'unexpected' ? 'failed' : event.status;
}

/** @param {AttemptEvent[]} attempts */
function messageOf(attempts) {
  const last = attempts[attempts.length - 1];
  if (!last || last.outcome === 'expected' || last.outcome === 'skipped') return null;
  if (last.status === 'passed' && last.expectedStatus === 'failed') return UNEXPECTEDLY_GOOD;
  for (const attempt of [...attempts].reverse()) if (attempt.errors[0]) return attempt.errors[0].message;
  return null;
}

/** @param {AttemptEvent} event */
function skipReason(event) {
  if (event.status !== 'skipped') return null;
  const asked = event.annotations.find(({ type }) => type === 'skip' || type === 'fixme');
  return asked ? asked.description || asked.type : null;
}

/**
 * The suite of this machine: the payload of one `run:start` or, for a large one, of several.
 * @param {Settings} settings
 * @param {TestRef[]} refs
 * @param {string | null} codeowners the text of the repository's file, told once
 */
function startsOf(settings, refs, codeowners = null) {
  const common = {
    runId: settings.runId,
    totalTests: refs.length,
    shardIndex: settings.shardIndex,
    totalShards: settings.totalShards,
    project: settings.project,
    branch: settings.branch,
    commitSha: settings.commit,
  };
  const parts = inParts(refs.map((ref) => toJson(ref)), Infinity);
  return (parts.length ? parts : [[]]).map((part, index) => withList(codeowners && !index ? { ...common, codeowners } : common, 'tests', part));
}

/** @param {object} payload @param {string} name @param {string[]} texts the list's items, JSON already */
function withList(payload, name, texts) {
  return `${toJson(payload).slice(0, -1)},"${name}":[${texts.join(',')}]}`;
}

/** @param {string[]} texts JSON of results or tests @param {number} most */
function inParts(texts, most = MOST_RESULTS) {
  /** @type {string[][]} */
  const parts = [];
  let size = Infinity;
  for (const text of texts) {
    const bytes = Buffer.byteLength(text) + 1;
    const last = parts[parts.length - 1];
    if (last && size + bytes <= LARGEST_MESSAGE && last.length < most) {
      last.push(text);
      size += bytes;
    } else {
      parts.push([text]);
      size = bytes;
    }
  }
  return parts;
}

module.exports = { errorOf, idOf, inParts, notRunOf, refOf, resultOf, startsOf, unspeakable, withList };
