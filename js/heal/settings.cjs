// What the hook has been told: by a worker of Shifty in SHIFTY_HEAL, else by the variables of the reporter.
'use strict';

const fs = require('fs');
const path = require('path');

/**
 * @typedef {import('./wire').Mode} Mode
 * @typedef {object} Settings
 * @property {string} url of the API, without a slash at its end
 * @property {string} token
 * @property {string} tenant empty: said by the token
 * @property {string} project
 * @property {string | undefined} runId
 * @property {string} root of the repository
 * @property {Mode} mode
 * @property {string} testIdAttribute
 */

const DEFAULT_TEST_ID = 'data-testid';

/** @param {unknown} value @param {string} [otherwise] */
function text(value, otherwise = '') {
  return typeof value === 'string' && value ? value : otherwise;
}

/** @param {unknown} value @returns {Mode} what we do not know must not heal */
function modeOf(value) {
  if (value === undefined || value === '' || value === 'heal') return 'heal';
  return value === 'propose' ? 'propose' : 'off';
}

/** The folder above with `.git`, else the folder itself. @param {string} folder */
function rootOf(folder) {
  for (let at = folder; ; at = path.dirname(at)) {
    if (fs.existsSync(path.join(at, '.git'))) return at;
    if (at === path.dirname(at)) return folder;
  }
}

/** @param {NodeJS.ProcessEnv} env @returns {Record<string, unknown>} */
function toldBy(env) {
  if (env.SHIFTY_HEAL) return JSON.parse(env.SHIFTY_HEAL);
  return {
    url: env.SHIFTY_API_URL && `${env.SHIFTY_API_URL.replace(/\/+$/, '')}/api/v1`,
    token: env.SHIFTY_API_KEY,
    tenant: env.SHIFTY_TENANT_ID,
    project: env.SHIFTY_PROJECT,
    runId: env.SHIFTY_RUN_ID,
    mode: env.SHIFTY_HEALING,
  };
}

/** @param {NodeJS.ProcessEnv} env @param {string} cwd @returns {Settings | null} null: leave everything alone */
function settingsOf(env, cwd) {
  const told = toldBy(env);
  const url = text(told.url).replace(/\/+$/, '');
  const token = text(told.token);
  const mode = modeOf(told.mode);
  if (!/^https?:\/\//.test(url) || !token || mode === 'off' || env.SHIFTY_ENABLED === '0') return null;
  return {
    url,
    token,
    tenant: text(told.tenant),
    project: text(told.project, 'default'),
    runId: text(told.runId) || undefined,
    root: text(told.root) || rootOf(cwd),
    mode,
    testIdAttribute: text(told.testIdAttribute, DEFAULT_TEST_ID),
  };
}

module.exports = { settingsOf };
