// Which tests a quarantine rule is about, as the server (`quarantine/match.py`) and the pytest plugin decide it:
// tests/quarantine/examples.json holds for all three. Pure.
'use strict';

/**
 * @typedef {object} Rule
 * @property {string} id
 * @property {string} kind test, file, title, tag; error is for the server, which alone groups errors
 * @property {string} value a test id; a path, or a test's title alone or behind those of its describes (` › `), with `*` for any
 *   characters; a tag
 * @property {string} projectName of Playwright; empty: any
 * @property {string} owner
 * @property {string} reason
 * @property {string} expiresAt
 * @typedef {object} Subject
 * @property {string} testId
 * @property {string} file from the root of the repository
 * @property {string} projectName
 * @property {string[]} titlePath
 * @property {string[]} tags
 */

/** Whether the server has sent what a rule must be: one that is half understood could excuse too much. @param {unknown} told @returns {told is Rule} */
function isRule(told) {
  if (!told || typeof told !== 'object') return false;
  /** @type {Record<string, unknown>} */
  const fields = { ...told };
  const isWhole = ['kind', 'value', 'projectName', 'owner', 'reason', 'expiresAt'].every((name) => typeof fields[name] === 'string');
  return isWhole && !Number.isNaN(Date.parse(String(fields.expiresAt)));
}

/** @param {Rule} rule @param {Subject} test */
function isAbout(rule, test) {
  if (rule.projectName && rule.projectName !== test.projectName) return false;
  if (rule.kind === 'test') return rule.value === test.testId;
  if (rule.kind === 'file') return fits(rule.value, test.file);
  if (rule.kind === 'title') return [test.titlePath.join(' › '), test.titlePath.at(-1) || ''].some((title) => fits(rule.value, title));
  return rule.kind === 'tag' && test.tags.some((tag) => bare(tag) === bare(rule.value));
}

/**
 * Whether `*` in the pattern can stand for what makes it the text. Piece by piece, since a regular expression may try for
 * minutes what a long title holds of it.
 * @param {string} pattern
 * @param {string} text
 */
function fits(pattern, text) {
  const [first = '', ...pieces] = pattern.split('*');
  const last = pieces.pop();
  if (last === undefined) return pattern === text;
  const end = text.length - last.length;
  let at = first.length;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  for (const piece of pieces) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= end;
}

/** Tests of older Playwrights have tags without their sign. @param {string} tag */
function bare(tag) {
  return tag.startsWith('@') ? tag.slice(1) : tag;
}

module.exports = { isAbout, isRule };
