// This machine's share of a run that the server has planned, taken before the first test.
//
// Only what the plan gives to *another* machine of this build is left out. The plan is the server's, made once a build
// and never changed, so a job that is started again runs the same tests, the passed ones too: its exit code vouches for
// them. Whatever is in doubt runs here: tests that the plan does not know, and the whole suite where there is no plan.
// The lease is about the ledger alone: with it the results count in the planned run, without it in a run of their own.
'use strict';

const os = require('os');
const { Away, Refused } = require('./errors.cjs');
const { idOf, refOf } = require('./messages.cjs');
const { uuidOf } = require('./identity.cjs');
const { ownersOf } = require('./owners.cjs');
const { testsOf } = require('./tests.cjs');

const PAUSE_MS = 500;
const MOST_SHARES = 20;
const LONGEST_BUILD_ID = 500;

/**
 * @typedef {import('./playwright').FullConfig} FullConfig
 * @typedef {import('./playwright').Suite} Suite
 * @typedef {import('./playwright').TestRun} TestRun
 * @typedef {import('./playwright').TestCase} TestCase
 * @typedef {import('./settings.cjs').Settings} Settings
 * @typedef {import('./messages.cjs').TestRef} TestRef
 * @typedef {{case: TestCase, ref: TestRef, id: string, stage: string, parallel: boolean}} Listed
 */

class Share {
  /** @param {import('./http.cjs').Server} server @param {Settings} settings @param {import('./notes.cjs').Notes} notes */
  constructor(server, settings, notes) {
    this.server = server;
    this.settings = settings;
    this.notes = notes;
    /** Whether Playwright has asked which tests to run. */
    this.asked = false;
    /** Nothing of the suite is for this machine, so that there is nothing to report. */
    this.isEmpty = false;
    /** @type {string | null} */
    this.lease = null;
    /** Tests under the lease. @type {Set<string>} */
    this.held = new Set();
    /** Of these, those that this machine's suite does not have. @type {string[]} */
    this.missing = [];
    /** @type {NodeJS.Timeout | undefined} */
    this.timer = undefined;
    this.began = Date.now();
    /** Called when a lost lease was given again: what has been told has to be told again. @type {() => void} */
    this.onNewLease = () => undefined;
  }

  /**
   * Never throws: without a plan the whole suite runs here, whatever `--shard` says, because another machine may have
   * got one.
   * @param {FullConfig} config
   * @param {Suite} suite
   * @param {TestRun} testRun
   * @param {(test: string) => string} stageOf of a Playwright project
   */
  async take(config, suite, testRun, stageOf) {
    this.asked = true;
    try {
      testRun.skipSharding();
      await this.choose(config, suite, testRun, stageOf);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.lease = null;
      this.held = new Set();
      this.close();
      this.settings.runId = this.ownRun();
      this.alone();
      this.notes.say(`no share of this run, so that this machine runs the whole suite: ${why}`);
    }
  }

  /** @param {FullConfig} config @param {Suite} suite @param {TestRun} testRun @param {(project: string) => string} stageOf */
  async choose(config, suite, testRun, stageOf) {
    const { shardIndex, totalShards, buildId } = this.settings;
    if (!buildId) throw new Error('nothing tells this build from others; set SHIFTY_BUILD_ID to the same on all its machines');
    if (totalShards > MOST_SHARES) throw new Error(`${MOST_SHARES} machines are the most, not ${totalShards}`);
    const listed = this.list(suite, stageOf);
    const run = await this.patiently(() => this.server.call('POST', '/orchestrate', this.request(listed)));
    if (run.workerCount !== totalShards) {
      throw new Error(`the run of build ${buildId} is planned for ${run.workerCount} machines, not ${totalShards}`);
    }
    const plan = await this.patiently(() => this.server.call('GET', `/runs/${run.runId}/plan`));
    /** @type {Set<string>} */
    const others = new Set();
    /** @type {Set<string>} */
    const own = new Set();
    for (const { index, testIds } of plan.shards) for (const id of testIds) (index === shardIndex ? own : others).add(id);
    if (own.size) await this.claim(run.runId, own);
    const leftOut = listed.filter((test) => test.stage === 'main' && others.has(test.id) && !own.has(test.id));
    allowEmpty(config, shardIndex, totalShards);
    for (const test of leftOut) testRun.exclude(test.case);
    const here = listed.filter((test) => test.stage === 'main').length - leftOut.length;
    this.isEmpty = here === 0 && own.size === 0;
    this.notes.say(`share ${shardIndex + 1} of ${totalShards}: ${here} tests here, ${leftOut.length} on other machines (run ${run.runId})`);
    if (!this.isEmpty) this.tellRun(run.runId);
  }

  /** @param {Suite} suite @param {(project: string) => string} stageOf @returns {Listed[]} */
  list(suite, stageOf) {
    const cases = suite.allTests();
    return testsOf(suite).map((test, index) => {
      const ref = refOf(this.settings.root, test);
      return { case: /** @type {TestCase} */ (cases[index]), ref, id: idOf(ref), stage: stageOf(test.project), parallel: test.parallel };
    });
  }

  /** @param {Listed[]} listed */
  request(listed) {
    const { settings } = this;
    return {
      testFiles: [...new Set(listed.map(({ ref }) => ref.testFile))],
      tests: listed.map(({ ref, stage, parallel }) => ({ ...ref, stage, parallel })),
      workerCount: settings.totalShards,
      project: settings.project,
      branch: settings.branch,
      commitSha: settings.commit,
      codeowners: ownersOf(settings.root, this.notes),
      // The attempt is no part of it: a job that is started again must find the same plan.
      ciBuildId: String(settings.buildId).slice(-LONGEST_BUILD_ID),
    };
  }

  /** @param {string} runId @param {Set<string>} own */
  async claim(runId, own) {
    const { shardIndex } = this.settings;
    const worker = `${os.hostname()} share ${shardIndex + 1}`.slice(-200);
    const body = { workerId: uuidOf('worker', runId, String(shardIndex)), worker, shardIndex };
    try {
      const claim = await this.patiently(() => this.server.call('POST', `/runs/${runId}/claims`, body));
      if (claim.kind !== 'lease') return;
      this.lease = claim.token;
      this.held = own;
      this.settings.runId = runId;
      this.watch(claim.expiresInMs, own);
    } catch (error) {
      // A run that was cancelled, say. The tests run all the same: nothing else would vouch for them.
      if (!(error instanceof Refused) && !(error instanceof Away)) throw error;
    }
  }

  /** Without the lease results go to a run of their own: this share's, or this start of it. @param {string} runId */
  tellRun(runId) {
    if (this.lease) return;
    this.settings.runId = this.ownRun();
    this.alone();
    this.notes.say(`run ${runId} is not open for this share (any more): its results are run ${this.settings.runId}`);
  }

  ownRun() {
    const { tenantId, project, buildId, attempt, shardIndex, runId } = this.settings;
    return buildId ? uuidOf('share', tenantId, project, buildId, attempt, String(shardIndex)) : runId;
  }

  alone() {
    this.settings.shardIndex = 0;
    this.settings.totalShards = 1;
  }

  /** Renew the lease in time; when it is lost all the same, ask for it again. @param {number} termMs @param {Set<string>} own */
  watch(termMs, own) {
    const { runId } = this.settings;
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      this.server.call('POST', `/runs/${runId}/leases/${this.lease}/renew`, {}).catch((error) => {
        if (error instanceof Refused && error.status === 409) void this.notes.guarded(() => this.again(runId, own));
      });
    }, termMs / 3);
    this.timer.unref();
  }

  /** @param {string} runId @param {Set<string>} own */
  async again(runId, own) {
    const lost = this.lease;
    await this.claim(runId, own);
    if (this.lease !== lost) this.onNewLease();
  }

  /** @param {string[]} ids what Playwright is about to run */
  begin(ids) {
    const here = new Set(ids);
    this.missing = [...this.held].filter((id) => !here.has(id));
  }

  /** The right under which a test's results count. @param {() => string} id @returns {string | null} */
  leaseOf(id) {
    return this.lease && this.held.has(id()) ? this.lease : null;
  }

  /**
   * End the lease, once the server has all results. Otherwise it runs out, and the run shows that something is missing.
   * @param {boolean} delivered
   * @param {boolean} interrupted
   * @param {{testId: string, reason: string}[]} notRun
   */
  async end(delivered, interrupted, notRun) {
    if (!this.lease || !delivered) return;
    const missing = this.missing.map((testId) => ({ testId, reason: 'the suite on its machine does not have it' }));
    const body = {
      outcome: interrupted ? 'returned' : 'finished',
      notRun: interrupted ? [] : [...notRun.filter(({ testId }) => this.held.has(testId)), ...missing],
      wallMs: Date.now() - this.began,
    };
    try {
      await this.patiently(() => this.server.call('POST', `/runs/${this.settings.runId}/leases/${this.lease}/finish`, body), this.settings.flushMs);
    } catch (error) {
      this.notes.say(`the end of this share could not be told: ${error instanceof Error ? error.message : error}`);
    }
  }

  close() {
    clearInterval(this.timer);
  }

  /**
   * @template T
   * @param {() => Promise<T>} call
   * @param {number} [patienceMs]
   * @returns {Promise<T>}
   */
  async patiently(call, patienceMs = this.settings.planMs) {
    const until = Date.now() + patienceMs;
    for (;;) {
      try {
        return await call();
      } catch (error) {
        const pause = error instanceof Away ? Math.max(PAUSE_MS, error.retryAfterMs) : Infinity;
        if (Date.now() + pause > until) throw error;
        await new Promise((resolve) => {
          setTimeout(resolve, pause);
        });
      }
    }
  }
}

/** No test in a share is no error, as Playwright knows it of `--shard`. @param {FullConfig} config @param {number} index @param {number} total */
function allowEmpty(config, index, total) {
  if (!config.shard && total > 1) config.shard = { current: index + 1, total };
}

module.exports = { Share };
