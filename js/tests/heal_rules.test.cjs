'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { isGenerated } = require('../heal/generated.cjs');
const { joined, legsOf } = require('../heal/legs.cjs');
const { isPoor, spellings } = require('../heal/locators.cjs');
const { actionOf, mayHeal, modeOf, strictest } = require('../heal/policy.cjs');
const { sentenceOf } = require('../heal/reporting.cjs');
const { settingsOf } = require('../heal/settings.cjs');
const { RunningTest } = require('../heal/running.cjs');
const { isTooEarly, patience } = require('../heal/waiting.cjs');

const selector = '#a';

test('what waits for one element may be healed', () => {
  const healable = [
    ['click', { selector }],
    ['fill', { selector }],
    ['waitForSelector', { selector, state: 'visible' }],
    ['expect', { selector, expression: 'to.be.visible', isNot: false }],
    ['expect', { selector, expression: 'to.have.text', isNot: false }],
  ];
  for (const [method, params] of healable) assert.ok(mayHeal(String(method), /** @type {any} */ (params)), JSON.stringify([method, params]));
});

test('absence, counts and questions are never healed', () => {
  const left = [
    ['expect', { selector, expression: 'to.be.visible', isNot: true }],
    ['expect', { selector, expression: 'to.be.hidden' }],
    ['expect', { selector, expression: 'to.be.detached' }],
    ['expect', { selector, expression: 'to.have.count' }],
    ['expect', { selector, expression: 'to.have.text.array' }],
    ['expect', { selector, expression: 'to.be.invented' }],
    ['waitForSelector', { selector, state: 'hidden' }],
    ['waitForSelector', { selector, state: 'detached' }],
    ['queryCount', { selector }],
    ['isVisible', { selector }],
    ['querySelector', { selector }],
    ['evalOnSelector', { selector }],
    ['evalOnSelectorAll', { selector }],
    ['dragAndDrop', { source: '#a', target: '#b' }],
    ['click', {}],
    ['goto', undefined],
  ];
  for (const [method, params] of left) assert.ok(!mayHeal(String(method), /** @type {any} */ (params)), JSON.stringify([method, params]));
});

test('to wait for an element is to expect it, unless something is done with it', () => {
  assert.equal(actionOf('waitForSelector', { selector, strict: true, omitReturnValue: true }), 'expect:wait.for');
  assert.equal(actionOf('waitForSelector', { selector, state: 'visible' }), 'expect:wait.for');
  assert.equal(actionOf('waitForSelector', { selector, strict: true, state: 'attached' }), 'waitForSelector');
  assert.equal(actionOf('expect', { expression: 'to.have.text' }), 'expect:to.have.text');
  assert.equal(actionOf('click', { selector }), 'click');
});

test('whoever forbids most decides', () => {
  assert.equal(strictest('heal', 'propose', 'heal'), 'propose');
  assert.equal(strictest('heal', 'off', 'propose'), 'off');
  assert.equal(modeOf([{ type: 'issue' }]), 'heal');
  assert.equal(modeOf([{ type: 'shifty:propose' }, { type: 'shifty:no-heal' }]), 'off');
});

test('a locator is believed for longer than it ever needed, and never to the end of the time', () => {
  const seen = { availableMs: 30_000, healedBefore: false };

  assert.equal(patience({ ...seen, longestWaitMs: 0 }), 2000);
  assert.equal(patience({ ...seen, longestWaitMs: 3000 }), 9000);
  assert.equal(patience({ ...seen, longestWaitMs: 20_000 }), 22_500, 'bounded by its time');
  assert.equal(patience({ ...seen, longestWaitMs: null }), 22_500, 'never seen: nearly all of it');
  assert.equal(patience({ ...seen, longestWaitMs: null, healedBefore: true }), 1000);
  assert.equal(patience({ ...seen, availableMs: 500, longestWaitMs: 0 }), 250);
  assert.ok(Number.isFinite(patience({ ...seen, availableMs: Infinity, longestWaitMs: null })));
});

test('a step with little time is only broken once it has been missing for long: it may be tried in a loop', () => {
  const info = { file: '/repo/a.spec.js', project: { name: '' }, titlePath: ['', 'a'] };
  const running = new RunningTest(/** @type {any} */ (info), /** @type {any} */ ({ root: '/repo' }));
  /** @param {number} now */
  const missingMs = (now) => now - running.missingSince('use', now);
  assert.ok(isTooEarly(500, missingMs(10_000)));
  assert.ok(isTooEarly(500, missingMs(11_000)));
  assert.ok(!isTooEarly(500, missingMs(12_500)));
  assert.ok(!isTooEarly(2000, 0), 'the author has waited');
  assert.ok(!isTooEarly(0, 0), 'no time-out of its own');
});

test('made-up names are told from written ones', () => {
  for (const name of ['css-1x2y3z', 'ember123', ':r3:', 'button__x1Y2z', '3f2504e0-4f89-11d3-9a0c-0305e82c3301', 'a1b2c3d4', 'item-20419']) {
    assert.ok(isGenerated(name), name);
  }
  for (const name of ['username-input', 'buy', 'col-2', 'h1', 'step2-address', 'login_form', 'btn-primary']) assert.ok(!isGenerated(name), name);
});

test('locators that nobody would write are not offered', () => {
  const form = { tag: 'form', ref: 'form' };
  const button = { tag: 'button', ref: 'button' };

  assert.ok(isPoor('internal:text="User name Password"i', form));
  assert.ok(isPoor('#css-1x2y3z', button));
  assert.ok(isPoor('xpath=//div[2]/button', button));
  assert.ok(isPoor('internal:testid=[data-testid="row-20419"s]', button));
  assert.ok(!isPoor('internal:text="Save"i', button));
  assert.ok(!isPoor('internal:role=button[name="Save 20419"i]', button));
  assert.ok(!isPoor('#save', button));
});

test('an element is spelled by what people read before what builds make', () => {
  const element = { tag: 'input', testId: 'user', role: 'textbox', accessibleName: 'A "user"', id: 'ember12', name: 'login', ref: 'input' };

  assert.deepEqual(spellings(element, 'data-qa'), [
    'internal:testid=[data-qa="user"s]',
    'internal:role=textbox[name="A \\"user\\""i]',
    'input[name="login"]',
  ]);
});

test('legs are what is looked for in one frame after the other', () => {
  const whole = '#pay >> internal:control=enter-frame >> form >> #card';

  assert.deepEqual(legsOf(whole), ['#pay', 'form >> #card']);
  assert.equal(joined(legsOf(whole)), whole);
});

test('the hook does nothing without an address, and what it does not know it takes for off', () => {
  const told = { url: 'http://127.0.0.1:9/', token: 't', project: 'shop', root: '/repo' };
  /** @param {object} more */
  const told_ = (more) => settingsOf({ SHIFTY_HEAL: JSON.stringify({ ...told, ...more }) }, '/');

  assert.equal(told_({})?.url, 'http://127.0.0.1:9');
  assert.equal(told_({})?.mode, 'heal');
  assert.equal(told_({ mode: 'propose' })?.mode, 'propose');
  for (const mode of ['off', 'HEAL', 7]) assert.equal(told_({ mode }), null);
  assert.equal(told_({ url: 'file:///etc' }), null);
  assert.equal(settingsOf({}, '/'), null);
});

test('without a worker it takes what the reporter takes', () => {
  const env = { SHIFTY_API_URL: 'https://shifty.example/', SHIFTY_API_KEY: 'k', SHIFTY_TENANT_ID: 't', SHIFTY_HEALING: 'propose' };

  assert.deepEqual(settingsOf(env, '/nowhere'), {
    url: 'https://shifty.example/api/v1',
    token: 'k',
    tenant: 't',
    project: 'default',
    runId: undefined,
    root: '/nowhere',
    mode: 'propose',
    testIdAttribute: 'data-testid',
  });
  assert.equal(settingsOf({ ...env, SHIFTY_HEALING: 'off' }, '/'), null);
  assert.equal(settingsOf({ ...env, SHIFTY_ENABLED: '0' }, '/'), null);
});

test('the report says what was done, and how sure it was', () => {
  const heal = {
    originalLocator: "locator('#buy')",
    healedLocator: "getByTestId('buy')",
    callSite: { file: 'a.spec.js', line: 3, column: 1 },
    confidence: 0.954,
    decision: 'heal',
    success: true,
    reason: 'not-found',
    explanation: 'Same text.',
  };
  /** @param {object} more */
  const said = (more) => sentenceOf(/** @type {any} */ ({ ...heal, ...more }));

  assert.equal(said({}), "locator('#buy') found nothing (a.spec.js:3); went on with getByTestId('buy') (95 % sure). Same text.");
  assert.match(said({ success: false }), /The step failed all the same/);
  assert.match(said({ decision: 'propose', reason: 'strict' }), /found more than one element .* Perhaps meant: getByTestId\('buy'\)/);
  assert.match(said({ decision: 'refuse' }), /nothing on the page is surely meant/);
});
