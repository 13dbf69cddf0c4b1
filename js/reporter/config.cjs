// What the user's configuration says, and the few things that a part of a run must have otherwise.
'use strict';

/**
 * @typedef {import('./playwright').FullConfig} FullConfig
 * @typedef {import('./playwright').InternalConfig} InternalConfig
 * @typedef {import('./playwright').Options} Options
 * @typedef {import('./playwright').Plugin} Plugin
 * @typedef {import('./playwright').WebServer} WebServer
 */

/**
 * @param {FullConfig} config
 * @returns {InternalConfig | undefined} undefined where this version of Playwright keeps it elsewhere
 */
function internalOf(config) {
  for (const symbol of Object.getOwnPropertySymbols(config)) {
    const value = /** @type {Record<symbol, unknown>} */ (/** @type {unknown} */ (config))[symbol];
    if (value && typeof value === 'object' && 'plugins' in value && 'projects' in value) {
      return /** @type {InternalConfig} */ (value);
    }
  }
  return undefined;
}

/** @param {Plugin} plugin the options of the web server behind it, if it is one and keeps them where we look */
function serverOptions(plugin) {
  for (const candidate of [plugin.factory, plugin.instance]) {
    const server = /** @type {{_options?: WebServer} | undefined} */ (candidate);
    const options = server && typeof server === 'object' ? server._options : undefined;
    if (options && options.url) return options;
  }
  return undefined;
}

/** @param {WebServer} server @param {InternalConfig} internal */
function serverOf(server, internal) {
  const url = server.url || (server.port ? `http://localhost:${server.port}` : null);
  return {
    command: server.command || '',
    url,
    // Whether we shall be able to mark it as reusable; else a server of ours would be in Playwright's way.
    reusable: internal.plugins.some((plugin) => serverOptions(plugin)?.url === url),
    portOnly: server.port !== undefined,
    cwd: server.cwd || null,
    env: Object.fromEntries(Object.entries(server.env || {}).map(([name, value]) => [name, String(value)])),
    name: server.name || '',
    timeoutMs: server.timeout || 60000,
    ignoreHttpsErrors: Boolean(server.ignoreHTTPSErrors),
    reuse: Boolean(server.reuseExistingServer),
    stopSignal: server.gracefulShutdown ? server.gracefulShutdown.signal : null,
    stopTimeoutMs: (server.gracefulShutdown && server.gracefulShutdown.timeout) || 0,
    // A server that is recognised by what it prints may hand variables to the tests: only Playwright itself can do that.
    printed: Boolean(server.wait),
  };
}

/** @param {import('./playwright').Project} project */
function testIdAttributeOf(project) {
  const named = project.use && project.use.testIdAttribute;
  return typeof named === 'string' ? named : null;
}

/** @param {FullConfig} config */
function configured(config) {
  const internal = internalOf(config);
  return {
    event: 'configure',
    version: config.version,
    rootDir: config.rootDir,
    maxFailures: config.maxFailures || 0,
    globalTimeoutMs: config.globalTimeout || 0,
    projects: config.projects.map((project) => ({
      name: project.name,
      dependencies: project.dependencies || [],
      teardown: project.teardown || null,
      outputDir: project.outputDir,
      repeatEach: project.repeatEach || 1,
      testIdAttribute: testIdAttributeOf(project),
    })),
    webServers: internal ? (internal.webServers || []).map((server) => serverOf(server, internal)) : [],
  };
}

/**
 * A pattern for `testIgnore` that leaves `exclude` out and takes down all else that Playwright considers a test file.
 * @param {Set<string>} exclude
 * @param {Set<string>} seen
 */
function ignoring(exclude, seen) {
  const pattern = /^/;
  pattern.test = (file) => {
    seen.add(file);
    return exclude.has(file);
  };
  return pattern;
}

/** @param {Plugin} plugin @param {Set<string>} servers */
function reuse(plugin, servers) {
  const options = serverOptions(plugin);
  if (options && options.url && servers.has(options.url)) options.reuseExistingServer = true;
}

/**
 * @param {FullConfig} config
 * @param {Options} options
 * @param {Set<string>} files takes the test files that Playwright finds
 */
function applyOptions(config, options, files) {
  // A configured shard would cut every batch a second time: Shifty spreads the tests.
  config.shard = null;
  const servers = new Set(options.servers || []);
  const internal = internalOf(config);
  if (internal && servers.size) internal.plugins.forEach((plugin) => reuse(plugin, servers));
  if (!options.list) return;
  const exclude = new Set(options.exclude || []);
  for (const project of config.projects) {
    const ignored = Array.isArray(project.testIgnore) ? project.testIgnore : [project.testIgnore];
    project.testIgnore = [...ignored, ignoring(exclude, files)];
  }
}

module.exports = { applyOptions, configured };
