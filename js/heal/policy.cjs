// What may be healed at all, and how far: everything that is not listed here is left to Playwright alone.
'use strict';

/**
 * @typedef {import('./playwright').Annotation} Annotation
 * @typedef {import('./playwright').Params} Params
 * @typedef {import('./playwright').HealableParams} HealableParams
 * @typedef {import('./wire').Mode} Mode
 */

/** @param {string} words */
const setOf = (words) => new Set(words.split(/\s+/));

// Calls that wait for their element: `$eval` does not. `dragAndDrop` has two selectors, neither of them called so.
const ACTIONS = setOf(
  `click dblclick tap fill type press check uncheck hover focus blur selectOption setInputFiles dispatchEvent waitForSelector
  textContent innerText innerHTML getAttribute inputValue isChecked isDisabled isEnabled isEditable`,
);
// Of one element that is there. Absence (`to.be.hidden`, `to.be.detached`), `to.have.count` and `….array` are answered by
// what is not found, so healing them would turn a right answer into a wrong one.
const EXPECTATIONS = setOf(
  `to.be.visible to.be.attached to.be.enabled to.be.disabled to.be.checked to.be.unchecked to.be.editable to.be.readonly
  to.be.focused to.be.empty to.be.in.viewport to.have.text to.have.value to.have.values to.have.attribute
  to.have.attribute.value to.have.class to.contain.class to.have.css to.have.id to.have.accessible.name
  to.have.accessible.description to.have.accessible.error.message to.have.role to.match.aria`,
);
const ABSENT = setOf('hidden detached');
const STRICTNESS = /** @type {const} */ (['off', 'propose', 'heal']);

/** @param {string} method @param {Params | undefined} params @returns {params is HealableParams} */
function mayHeal(method, params) {
  if (!params || typeof params.selector !== 'string') return false;
  if (method === 'expect') return !params.isNot && EXPECTATIONS.has(String(params.expression));
  return ACTIONS.has(method) && !ABSENT.has(String(params.state));
}

/**
 * What the server judges by. Waiting for an element expects it to be there, unless something is done with the handle:
 * then the wait is strict and returns it.
 * @param {string} method @param {Params} params
 */
function actionOf(method, params) {
  if (method === 'waitForSelector' && !(params.strict && !params.omitReturnValue)) return 'expect:wait.for';
  return method === 'expect' ? `expect:${params.expression}` : method;
}

/** Whether more than one match fails the call. @param {string} method @param {Params} params */
function isStrict(method, params) {
  return method === 'expect' || params.strict === true;
}

/** @param {Mode[]} modes @returns {Mode} */
function strictest(...modes) {
  return STRICTNESS.find((mode) => modes.includes(mode)) || 'off';
}

/** What a test says about itself. @param {Annotation[]} annotations @returns {Mode} */
function modeOf(annotations) {
  const types = annotations.map((annotation) => annotation.type);
  if (types.includes('shifty:no-heal')) return 'off';
  return types.includes('shifty:propose') ? 'propose' : 'heal';
}

module.exports = { actionOf, isStrict, mayHeal, modeOf, strictest };
