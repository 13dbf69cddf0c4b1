// What providers of continuous integration tell in the environment: which build this is, which try at it, which part.
'use strict';

/**
 * @typedef {Record<string, string | undefined>} Env
 * @typedef {object} Build
 * @property {string | null} id the same on all machines of a build and for none of another
 * @property {string} attempt counts how often the build was started again
 * @property {string | null} branch
 * @property {string | null} commit
 * @property {number | null} index this machine's part, from 0
 * @property {number | null} total
 */

/**
 * @typedef {object} Provider
 * @property {string} sign a variable that only this provider sets
 * @property {(env: Env) => (string | undefined)[]} id
 * @property {string[]} [attempt]
 * @property {string[]} branch
 * @property {string[]} commit
 * @property {[string, string, number]} [part] index, total, and what the first index is
 */

/** Jobs of one name are parts of one run; GitLab puts the part into the name. @param {string | undefined} name */
function withoutPart(name) {
  return name && name.replace(/:? (\d+\/\d+|\[.*\])$/, '');
}

/** @type {Record<string, Provider>} */
const PROVIDERS = {
  github: {
    sign: 'GITHUB_RUN_ID',
    id: (env) => [env.GITHUB_REPOSITORY, env.GITHUB_RUN_ID, env.GITHUB_JOB],
    attempt: ['GITHUB_RUN_ATTEMPT'],
    branch: ['GITHUB_HEAD_REF', 'GITHUB_REF_NAME'],
    commit: ['GITHUB_SHA'],
  },
  gitlab: {
    sign: 'CI_PIPELINE_ID',
    id: (env) => [env.CI_PROJECT_ID, env.CI_PIPELINE_ID, withoutPart(env.CI_JOB_NAME)],
    branch: ['CI_MERGE_REQUEST_SOURCE_BRANCH_NAME', 'CI_COMMIT_REF_NAME'],
    commit: ['CI_COMMIT_SHA'],
    part: ['CI_NODE_INDEX', 'CI_NODE_TOTAL', 1],
  },
  circleci: {
    sign: 'CIRCLE_WORKFLOW_ID',
    id: (env) => [env.CIRCLE_WORKFLOW_ID, env.CIRCLE_JOB],
    branch: ['CIRCLE_BRANCH'],
    commit: ['CIRCLE_SHA1'],
    part: ['CIRCLE_NODE_INDEX', 'CIRCLE_NODE_TOTAL', 0],
  },
  buildkite: {
    sign: 'BUILDKITE_BUILD_ID',
    id: (env) => [env.BUILDKITE_BUILD_ID, env.BUILDKITE_STEP_ID],
    attempt: ['BUILDKITE_RETRY_COUNT'],
    branch: ['BUILDKITE_BRANCH'],
    commit: ['BUILDKITE_COMMIT'],
    part: ['BUILDKITE_PARALLEL_JOB', 'BUILDKITE_PARALLEL_JOB_COUNT', 0],
  },
  azure: {
    sign: 'BUILD_BUILDID',
    id: (env) => [env.SYSTEM_COLLECTIONID, env.BUILD_BUILDID, env.SYSTEM_PHASENAME],
    attempt: ['SYSTEM_JOBATTEMPT'],
    branch: ['SYSTEM_PULLREQUEST_SOURCEBRANCH', 'BUILD_SOURCEBRANCH'],
    commit: ['BUILD_SOURCEVERSION'],
    part: ['SYSTEM_JOBPOSITIONINPHASE', 'SYSTEM_TOTALJOBSINPHASE', 1],
  },
  jenkins: {
    sign: 'JENKINS_URL',
    id: (env) => [env.BUILD_TAG || env.BUILD_URL],
    branch: ['CHANGE_BRANCH', 'BRANCH_NAME', 'GIT_BRANCH'],
    commit: ['GIT_COMMIT'],
  },
};

/** @param {Env} env @param {string[]} names */
function first(env, names) {
  for (const name of names) if (env[name]) return env[name] || null;
  return null;
}

/** @param {Env} env @param {Provider} provider */
function partOf(env, provider) {
  if (!provider.part) return { index: null, total: null };
  const [indexName, totalName, lowest] = provider.part;
  const index = Number.parseInt(env[indexName] || '', 10) - lowest;
  const total = Number.parseInt(env[totalName] || '', 10);
  return total > 1 && index >= 0 && index < total ? { index, total } : { index: null, total: null };
}

/** @param {Env} env @returns {Build} */
function buildOf(env) {
  for (const [name, provider] of Object.entries(PROVIDERS)) {
    if (!env[provider.sign]) continue;
    const parts = provider.id(env).filter(Boolean);
    const branch = first(env, provider.branch);
    return {
      id: parts.length ? [name, ...parts].join('/') : null,
      attempt: (provider.attempt && first(env, provider.attempt)) || '1',
      branch: branch && branch.replace(/^refs\/heads\//, ''),
      commit: first(env, provider.commit),
      ...partOf(env, provider),
    };
  }
  return { id: null, attempt: '1', branch: null, commit: null, index: null, total: null };
}

module.exports = { buildOf };
