// Options, environment and continuous integration, in this order, become one set of settings and a list of faults.
'use strict';

const crypto = require('crypto');
const os = require('os');
const path = require('path');
const { buildOf } = require('./ci.cjs');
const { lookAt, stateOf } = require('./checkout.cjs');
const { isUuid, uuidOf } = require('./identity.cjs');

const FLUSH_MS = 10_000;
const UPLOAD_MS = 60_000;
const PLAN_MS = 15_000;
const LARGEST_ARTIFACT = 100 * 1024 * 1024;

/**
 * @typedef {import('./index').Options} Options
 * @typedef {import('./playwright').FullConfig} FullConfig
 * @typedef {Record<string, string | undefined>} Env
 * @typedef {object} Settings
 * @property {string} base address of the server, without a slash at its end
 * @property {string} apiKey
 * @property {string} tenantId
 * @property {string} project
 * @property {string} root
 * @property {string} runId
 * @property {string | null} buildId
 * @property {string} attempt
 * @property {string | null} branch
 * @property {string | null} commit
 * @property {number} shardIndex
 * @property {number} totalShards
 * @property {boolean} orchestrate
 * @property {'all' | 'failed' | 'none'} artifacts
 * @property {number} largestArtifact
 * @property {number} flushMs
 * @property {number} uploadMs
 * @property {number} planMs
 * @property {string} spoolDir
 */

/**
 * @param {Options} options
 * @param {FullConfig} config
 * @param {Env} env
 * @returns {{settings: Settings, faults: string[]}}
 */
function settingsOf(options, config, env) {
  const build = buildOf(env);
  const checkout = lookAt(config.configFile ? path.dirname(config.configFile) : process.cwd());
  /** @type {string[]} */
  const faults = [];
  const server = serverOf(options, env, faults);
  const settings = {
    ...server,
    project: given(options.project, env.SHIFTY_PROJECT, checkout.project) || 'default',
    root: options.rootDir ? path.resolve(options.rootDir) : checkout.root,
    buildId: given(options.buildId, env.SHIFTY_BUILD_ID, build.id),
    attempt: given(env.SHIFTY_BUILD_ATTEMPT, build.attempt) || '1',
    branch: given(options.branch, env.SHIFTY_BRANCH, build.branch, checkout.branch),
    commit: given(options.commitSha, env.SHIFTY_COMMIT, build.commit) || stateOf(checkout, env),
    ...shardOf(options, config, env, build, faults),
    ...limitsOf(options, env),
  };
  return { settings: { ...settings, runId: runIdOf(settings, given(options.runId, env.SHIFTY_RUN_ID)) }, faults };
}

/** The first that says something. @param {(string | null | undefined)[]} values */
function given(...values) {
  return values.find(Boolean) || null;
}

/** @param {Options} options @param {Env} env */
function limitsOf(options, env) {
  return {
    orchestrate: orchestrates(options, env),
    artifacts: options.artifacts || 'all',
    largestArtifact: options.maxArtifactBytes || LARGEST_ARTIFACT,
    flushMs: positive(options.flushTimeoutMs, env.SHIFTY_FLUSH_TIMEOUT_MS, FLUSH_MS),
    uploadMs: positive(options.uploadTimeoutMs, env.SHIFTY_UPLOAD_TIMEOUT_MS, UPLOAD_MS),
    planMs: positive(options.planTimeoutMs, env.SHIFTY_PLAN_TIMEOUT_MS, PLAN_MS),
    spoolDir: given(options.spoolDir, env.SHIFTY_SPOOL_DIR) || defaultSpool(),
  };
}

/** @param {Options} options @param {Env} env @param {string[]} faults */
function serverOf(options, env, faults) {
  const address = given(options.apiUrl, env.SHIFTY_API_URL) || '';
  const apiKey = given(options.apiKey, env.SHIFTY_API_KEY) || '';
  const tenantId = given(options.tenantId, env.SHIFTY_TENANT_ID) || '';
  const needed = Object.entries({ SHIFTY_API_URL: address, SHIFTY_API_KEY: apiKey, SHIFTY_TENANT_ID: tenantId });
  const missing = needed.filter(([, value]) => !value).map(([name]) => name);
  if (missing.length) faults.push(`${missing.join(' and ')} not set`);
  if (address && !isAddress(address)) faults.push(`${address} is no address such as https://shifty.example`);
  if (/[^\x21-\x7e]/.test(apiKey + tenantId)) faults.push('the API key or the tenant holds blanks or other odd characters');
  return { base: address.replace(/\/+$/, '').replace(/\/api\/v1$/, ''), apiKey, tenantId };
}

/** @param {string} text */
function isAddress(text) {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

/**
 * @param {Options} options
 * @param {FullConfig} config
 * @param {Env} env
 * @param {import('./ci.cjs').Build} build
 * @param {string[]} faults
 */
function shardOf(options, config, env, build, faults) {
  const index = options.shardIndex === undefined ? env.SHIFTY_SHARD_INDEX : options.shardIndex;
  const total = options.totalShards === undefined ? env.SHIFTY_TOTAL_SHARDS : options.totalShards;
  if (index === undefined && total !== undefined && Number(total) !== 1) {
    faults.push('SHIFTY_TOTAL_SHARDS is set and SHIFTY_SHARD_INDEX is not: which of them is this machine?');
  }
  if (index !== undefined || total !== undefined) return checkedShard(index, total, faults);
  if (config.shard) return { shardIndex: config.shard.current - 1, totalShards: config.shard.total };
  return { shardIndex: build.index || 0, totalShards: build.total || 1 };
}

/** @param {string | number} [index] @param {string | number} [total] @param {string[]} [faults] */
function checkedShard(index = 0, total = Number(index) + 1, faults = []) {
  const [at, of] = [Number(index), Number(total)];
  const right = Number.isInteger(at) && Number.isInteger(of) && at >= 0 && at < of && of <= 1000;
  if (!right) faults.push(`SHIFTY_SHARD_INDEX=${index} of SHIFTY_TOTAL_SHARDS=${total}: the index counts from 0 and is below the total`);
  return { shardIndex: at, totalShards: of };
}

/**
 * All machines of one build come to the same run, and a build that is started again to another. Without a build, on
 * somebody's own machine, each start is a run.
 * @param {{tenantId: string, project: string, buildId: string | null, attempt: string}} settings
 * @param {string | null} asked
 */
function runIdOf(settings, asked) {
  if (asked) return isUuid(asked) ? asked.toLowerCase() : uuidOf('run', settings.tenantId, settings.project, asked, '1');
  if (!settings.buildId) return crypto.randomUUID();
  return uuidOf('run', settings.tenantId, settings.project, settings.buildId, settings.attempt);
}

/** Whether the server shall choose this machine's tests. @param {Options} options @param {Env} env */
function orchestrates(options, env) {
  if (options.orchestrate !== undefined) return options.orchestrate;
  return ['1', 'true', 'yes', 'on'].includes((env.SHIFTY_ORCHESTRATE || '').toLowerCase());
}

/** @param {number | undefined} option @param {string | undefined} text @param {number} otherwise */
function positive(option, text, otherwise) {
  const value = option === undefined ? Number.parseInt(text || '', 10) : option;
  return Number.isFinite(value) && value >= 0 ? value : otherwise;
}

function defaultSpool() {
  const user = process.getuid ? String(process.getuid()) : os.userInfo().username;
  return path.join(os.tmpdir(), `shifty-spool-${user}`);
}

module.exports = { orchestrates, settingsOf };
