// Tests, attempts and errors as plain data, bounded: a test that prints a gigabyte must not become an event of one.
'use strict';

const fs = require('fs');
const { healsOf, isHeal } = require('./heals.cjs');

const LONGEST_TEXT = 64 * 1024;
const LONGEST_TITLE = 500;
const MOST_STEPS = 200;
const MOST_ERRORS = 20;
const ERRORS_CUT = 'More errors of this attempt were cut by Shifty.';
const MOST_ATTACHMENTS = 100;

/**
 * @typedef {import('./playwright').Suite} Suite
 * @typedef {import('./playwright').TestCase} TestCase
 * @typedef {import('./playwright').TestResult} TestResult
 * @typedef {import('./playwright').TestError} TestError
 * @typedef {import('./playwright').TestStep} TestStep
 * @typedef {import('./playwright').Attachment} Attachment
 * @typedef {import('./playwright').Location} Location
 */

/**
 * @typedef {object} StepEvent
 * @property {string} title
 * @property {string} category
 * @property {number} durationMs
 * @property {string | null} error
 * @property {{file: string, line: number, column: number} | null} location
 * @property {number} depth
 */

/** @param {string | undefined} text @param {number} [longest] */
function plain(text, longest = LONGEST_TEXT) {
  if (!text) return null;
  // eslint-disable-next-line no-control-regex
  const bare = text.slice(0, longest * 2).replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '');
  if (bare.length <= longest) return bare;
  return `${bare.slice(0, longest)}\n[cut by Shifty after ${longest} characters]`;
}

/** @param {Location | undefined} location */
function placeOf(location) {
  return location ? { file: location.file, line: location.line, column: location.column } : null;
}

/** @param {TestError} error */
function faultOf(error) {
  return {
    message: plain(error.message || error.value) || 'Unknown error',
    stack: plain(error.stack),
    snippet: plain(error.snippet),
    location: placeOf(error.location),
  };
}

/** Stands for errors that are left out: a quarantine rule about those that are kept must not excuse the others. */
function errorsCut() {
  return faultOf({ message: ERRORS_CUT });
}

/** @param {TestError[]} errors of an attempt */
function faultsOf(errors) {
  const kept = errors.slice(0, MOST_ERRORS).map(faultOf);
  return errors.length > kept.length ? [...kept, errorsCut()] : kept;
}

/** @param {(string | Buffer)[]} chunks */
function printed(chunks) {
  let text = '';
  for (const chunk of chunks) {
    text += chunk.toString();
    if (text.length > LONGEST_TEXT * 2) break;
  }
  return plain(text) || '';
}

/**
 * The steps in the order in which they began, nested ones after their parent.
 * @param {TestStep[]} steps
 * @param {StepEvent[]} kept
 * @param {number} [depth]
 */
function collectSteps(steps, kept, depth = 0) {
  for (const step of steps) {
    if (kept.length >= MOST_STEPS) return;
    kept.push({
      title: plain(step.title, LONGEST_TITLE) || '',
      category: step.category,
      durationMs: Math.max(0, Math.round(step.duration)),
      error: step.error ? plain(step.error.message || step.error.value) : null,
      location: placeOf(step.location),
      depth,
    });
    collectSteps(step.steps || [], kept, depth + 1);
  }
}

/** @param {TestResult} result */
function stepsOf(result) {
  /** @type {StepEvent[]} */
  const kept = [];
  collectSteps(result.steps || [], kept);
  return kept;
}

/** @param {Attachment} attachment */
function sizeOf(attachment) {
  if (attachment.body) return attachment.body.length;
  try {
    return attachment.path ? fs.statSync(attachment.path).size : null;
  } catch {
    return null;
  }
}

/** @param {Attachment} attachment */
function attached(attachment) {
  return {
    name: attachment.name,
    contentType: attachment.contentType,
    path: attachment.path || null,
    sizeBytes: sizeOf(attachment),
  };
}

/** @param {TestCase} test */
function fileOf(test) {
  for (let suite = /** @type {Suite | undefined} */ (test.parent); suite; suite = suite.parent) {
    if (suite.type === 'file' && suite.location) return suite.location.file;
  }
  return test.location.file;
}

/** @param {Suite} suite */
function describesOf(suite) {
  const titles = [];
  for (let at = /** @type {Suite | undefined} */ (suite); at && at.type === 'describe'; at = at.parent) {
    titles.unshift(at.title);
  }
  return titles.join(' › ') || '(file)';
}

/**
 * Whether the test may run apart from the others of its file, and which ones it must stay with: those of the outermost
 * suite that runs in order. `_parallelMode` is private; where it is missing nothing counts as parallel, which is safe.
 * @param {TestCase} test
 */
function companyOf(test) {
  let parallel = false;
  let together = /** @type {Suite | undefined} */ (undefined);
  let serial = /** @type {Suite | undefined} */ (undefined);
  for (let suite = /** @type {Suite | undefined} */ (test.parent); suite; suite = suite.parent) {
    if (suite._parallelMode === 'parallel') parallel = true;
    if (suite._parallelMode === 'serial') serial = suite;
    if (suite._parallelMode === 'serial' || suite._parallelMode === 'default') together = suite;
  }
  return {
    parallel,
    serial: serial ? describesOf(serial) : null,
    together: together ? describesOf(together) : null,
  };
}

/** @param {TestCase} test @param {boolean} focused */
function testOf(test, focused) {
  const file = fileOf(test);
  const project = test.parent.project();
  return {
    id: test.id,
    project: project ? project.name : '',
    file,
    titlePath: test.titlePath().slice(3),
    line: test.location.file === file ? test.location.line : null,
    tags: test.tags || [],
    retries: test.retries,
    repeat: test.repeatEachIndex || 0,
    expectedStatus: test.expectedStatus,
    focused,
    ...companyOf(test),
  };
}

/**
 * The tests that `.only` leaves, as Playwright picks them when it runs; empty where nothing has it. Listing ignores it.
 * @param {Suite} suite
 * @param {Set<TestCase>} kept
 * @returns {boolean} whether the suite holds something focused
 */
function collectFocused(suite, kept) {
  let found = false;
  for (const child of suite.suites) {
    if (collectFocused(child, kept)) {
      found = true;
    } else if (child._only) {
      child.allTests().forEach((test) => kept.add(test));
      found = true;
    }
  }
  for (const test of suite.tests) {
    if (!test._only) continue;
    kept.add(test);
    found = true;
  }
  return found;
}

/** @param {Suite} root */
function testsOf(root) {
  /** @type {Set<TestCase>} */
  const focused = new Set();
  collectFocused(root, focused);
  return root.allTests().map((test) => testOf(test, focused.has(test)));
}

/** @param {TestCase} test @param {TestResult} result */
function attemptBegan(test, result) {
  return { event: 'testBegin', id: test.id, retry: result.retry };
}

/** @param {TestCase} test @param {TestResult} result */
function attemptEnded(test, result) {
  const annotations = result.annotations && result.annotations.length ? result.annotations : test.annotations;
  return {
    event: 'testEnd',
    id: test.id,
    retry: result.retry,
    status: result.status || 'interrupted',
    outcome: test.outcome(),
    expectedStatus: test.expectedStatus,
    retries: test.retries,
    startedAt: result.startTime instanceof Date ? result.startTime.toISOString() : null,
    durationMs: Math.max(0, Math.round(result.duration)),
    workerIndex: result.workerIndex,
    errors: faultsOf(result.errors),
    steps: stepsOf(result),
    stdout: printed(result.stdout),
    stderr: printed(result.stderr),
    attachments: result.attachments.slice(0, MOST_ATTACHMENTS).map(attached),
    annotations: annotations
      .filter((annotation) => !isHeal(annotation))
      .map(({ type, description }) => ({ type, description: plain(description) })),
    heals: healsOf(annotations),
  };
}

module.exports = { attemptBegan, attemptEnded, errorsCut, faultOf, testOf, testsOf };
