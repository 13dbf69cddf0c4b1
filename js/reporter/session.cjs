// One start of Playwright, reported: what its callbacks tell goes to the window, the courier and the uploads.
'use strict';

const { artifactsOf } = require('./attachments.cjs');
const { Courier } = require('./courier.cjs');
const { Server } = require('./http.cjs');
const { deliverLeftovers } = require('./leftovers.cjs');
const { toJson } = require('./json.cjs');
const { Links } = require('./links.cjs');
const { errorOf, idOf, notRunOf, refOf, resultOf, startsOf, unspeakable } = require('./messages.cjs');
const { ownersOf } = require('./owners.cjs');
const { Quarantine } = require('./quarantine.cjs');
const { Results, lastOf } = require('./results.cjs');
const { Share } = require('./share.cjs');
const { Spool } = require('./spool.cjs');
const { attemptEnded, faultOf, testsOf } = require('./tests.cjs');
const { Uploads } = require('./uploads.cjs');
const { Window } = require('./window.cjs');

/** Well below the time after which a run on which nobody works is given up. */
const SIGN_OF_LIFE_MS = 5 * 60_000;

/**
 * @typedef {import('./playwright').FullConfig} FullConfig
 * @typedef {import('./playwright').Suite} Suite
 * @typedef {import('./playwright').TestCase} TestCase
 * @typedef {import('./playwright').TestResult} TestResult
 * @typedef {import('./playwright').TestError} TestError
 * @typedef {import('./playwright').TestRun} TestRun
 * @typedef {import('./settings.cjs').Settings} Settings
 * @typedef {import('./notes.cjs').Notes} Notes
 * @typedef {import('./results.cjs').Standing} Standing
 */

class Session {
  /** @param {Settings} settings @param {FullConfig} config @param {Notes} notes */
  constructor(settings, config, notes) {
    this.settings = settings;
    this.notes = notes;
    this.server = new Server(settings);
    this.config = config;
    this.share = new Share(this.server, settings, notes);
    this.quarantine = new Quarantine(this.server, settings.project, notes);
    this.results = new Results();
    this.share.onNewLease = () => notes.guard(() => this.tellAgain());
    /** Projects that every machine runs for itself. @type {Map<string, string>} */
    this.stages = new Map(config.projects.flatMap((project) => (project.dependencies || []).map((name) => [name, 'setup'])));
    for (const project of config.projects) if (project.teardown) this.stages.set(project.teardown, 'teardown');
    this.begun = false;
    /** Errors before the run was begun, of which the server would not know whose they are. @type {string[]} */
    this.early = [];
    /** Whether something was told that belongs to no test. */
    this.erring = false;
    this.ended = false;
    this.told = 0;
    this.ways = waysOf(this.server, settings, notes);
  }

  /** @param {FullConfig} config @param {Suite} suite @param {TestRun} testRun */
  async takeShare(config, suite, testRun) {
    await this.share.take(config, suite, testRun, (project) => this.stages.get(project) || 'main');
    this.ways = waysOf(this.server, this.settings, this.notes);
  }

  /** @param {Suite} suite */
  begin(suite) {
    if (this.share.isEmpty) return;
    if (this.settings.orchestrate && !this.share.asked) {
      this.notes.say('Playwright before 1.62 lets no reporter choose tests: this machine runs what its command line says');
    }
    const tests = testsOf(suite).map((test) => ({ test, ref: refOf(this.settings.root, test) }));
    for (const { test, ref } of tests) {
      const why = unspeakable(ref);
      if (why) this.putError({ message: `A test of ${ref.testFile.slice(0, 200)} can't be reported: ${why}.` }, null);
      else this.results.begin(test, ref);
    }
    const refs = [...this.results.tests.values()].map((standing) => standing.ref);
    this.share.begin(refs.map(idOf));
    this.tellStart(refs);
    this.timer = setInterval(() => this.signOfLife(), SIGN_OF_LIFE_MS);
    this.timer.unref();
    void this.notes.guarded(() => this.afterTheFirst());
  }

  /** @param {import('./messages.cjs').TestRef[]} refs */
  tellStart(refs) {
    this.begun = true;
    if (!this.share.lease) for (const payload of startsOf(this.settings, refs, ownersOf(this.settings.root, this.notes))) this.ways.courier.put('run:start', payload);
    for (const payload of this.early.splice(0)) this.ways.courier.put('run:error', payload);
  }

  /** Once the server has the run it takes artifacts of it, and what earlier starts had left. */
  async afterTheFirst() {
    const { courier, spool, uploads } = this.ways;
    if (!this.share.lease && !(await courier.until(() => courier.delivered > 0, 24 * 3600_000))) return;
    uploads.allow();
    await deliverLeftovers(this.server, this.settings, this.notes, spool.file, () => courier.closed);
  }

  signOfLife() {
    if (this.share.lease || this.ended) return;
    const [payload] = startsOf(this.settings, []);
    if (payload) this.ways.courier.put('run:start', payload);
  }

  /** @param {TestCase} test @param {TestResult} result */
  testBegan(test, result) {
    const ref = this.results.began(test.id);
    if (ref) this.ways.window.start(test.id, ref, result.retry, this.share.leaseOf(() => idOf(ref)));
  }

  /** @param {TestCase} test @param {TestResult} result */
  testEnded(test, result) {
    const standing = this.results.tests.get(test.id);
    if (!standing) return;
    const event = attemptEnded(test, result);
    for (const settled of this.results.ended(event)) this.tell(settled);
    if (this.settings.artifacts === 'none' || !result.attachments.length) return;
    const all = this.settings.artifacts === 'all' || result.status !== test.expectedStatus;
    // Whoever reviews a heal wants to see which element it was.
    const evidence = new Set(event.heals.map((heal) => heal.screenshot));
    const artifacts = artifactsOf(this.settings.runId, idOf(standing.ref), result, (name) => all || evidence.has(name));
    if (artifacts.length) this.ways.uploads.add(artifacts);
  }

  /** @param {Standing} standing */
  tell(standing) {
    const { ref, test } = standing;
    this.told += standing.final ? 1 : 0;
    this.ways.window.result(test.id, resultOf(this.settings.root, standing), this.share.leaseOf(() => idOf(ref)));
    const last = lastOf(standing);
    if (!standing.final || !last || last.outcome !== 'unexpected') return;
    // Each machine runs it, and the run keeps one result: a failure must not hide behind another machine's pass.
    if (this.stages.has(test.project) && this.settings.totalShards > 1) {
      this.putError({ message: `${ref.testName} of project ${test.project} failed on machine ${this.settings.shardIndex + 1} of ${this.settings.totalShards}.` }, test.file);
    }
  }

  /** What was told under a lease that was lost counts only under the one that was given for it. */
  tellAgain() {
    for (const standing of this.results.tests.values()) {
      const { ref, test, final, attempts } = standing;
      const lease = final && attempts.length ? this.share.leaseOf(() => idOf(ref)) : null;
      if (lease) this.ways.window.result(test.id, resultOf(this.settings.root, standing), lease);
    }
  }

  /** @param {TestError} error */
  erred(error) {
    this.results.errors.push({ message: error.message || error.value || '' });
    this.putError(error, error.location ? error.location.file : null);
  }

  /** @param {TestError} error @param {string | null} file */
  putError(error, file) {
    this.erring = true;
    const { root, runId, shardIndex } = this.settings;
    const testFile = file && errorOf(root, faultOf({ location: { file, line: 0, column: 0 } })).location?.file;
    const payload = { runId, shardIndex, testFile: testFile || null, error: errorOf(root, faultOf(error)), lease: this.share.lease };
    if (this.begun) this.ways.courier.put('run:error', toJson(payload));
    else this.early.push(toJson(payload));
  }

  /** @param {string} status @returns {Promise<boolean>} whether quarantine excuses all that went wrong */
  async end(status) {
    if (this.share.isEmpty) {
      this.server.close();
      return false;
    }
    clearInterval(this.timer);
    this.ended = true;
    if (!this.begun) this.tellStart([]);
    const interrupted = status === 'interrupted';
    const { settled, notRun } = this.results.conclude(status);
    for (const standing of settled) this.tell(standing);
    for (const { standing, reason } of notRun) {
      // What was leased is given up with the lease.
      if (!this.share.leaseOf(() => idOf(standing.ref))) this.ways.window.result(standing.test.id, notRunOf(standing.ref, reason), null);
    }
    this.ways.window.close();
    if (status !== 'passed' && !this.results.anyBad && !this.results.errors.length) {
      this.putError({ message: `Playwright ended as "${status}" although no test failed.` }, null);
    }
    const payload = { runId: this.settings.runId, shardIndex: this.settings.shardIndex, status };
    if (!this.share.lease) this.ways.courier.put('run:end', toJson(payload));
    await this.deliver();
    const isExcused = await this.excuses(status);
    await this.share.end(this.ways.courier.waiting.length === 0, interrupted, notRun.map(({ standing, reason }) => ({ testId: idOf(standing.ref), reason })));
    await this.close();
    return isExcused;
  }

  /** @param {string} status @returns {Promise<boolean>} */
  async excuses(status) {
    // What the server hears nothing of must not pass.
    if (this.ways.courier.refusal) return false;
    return Boolean(await this.notes.guarded(() => this.quarantine.excuses(this.results, status, this.doubt(), this.config)));
  }

  /** What speaks against a green run although its tests may be excused. */
  doubt() {
    const { courier } = this.ways;
    if (this.erring) return 'an error outside of its tests';
    if (this.share.missing.length) return 'tests that were planned for this machine, whose suite does not have them';
    if (courier.dropped) return 'results that the server does not take';
    return courier.waiting.length ? 'results that did not reach the server' : null;
  }

  async deliver() {
    const { settings, notes } = this;
    const { courier, uploads, spool } = this.ways;
    if (!(await courier.drain(settings.flushMs)) && !courier.refusal) {
      const why = courier.trouble || 'the server is slow';
      const where = spool.broken ? 'are lost' : `lie in ${spool.file}; the next start on this machine delivers them`;
      notes.say(`${courier.waiting.length} messages of run ${settings.runId} were not delivered in ${settings.flushMs / 1000} s (${why}). They ${where}`);
    } else if (!courier.refusal) {
      await uploads.drain(settings.uploadMs);
    }
    if (uploads.open && !courier.refusal) notes.say(`${uploads.open} artifacts were not uploaded; they are where Playwright put them`);
  }

  async close() {
    const { notes, settings } = this;
    const { courier, uploads } = this.ways;
    uploads.close();
    this.share.close();
    const complete = !courier.refusal && courier.waiting.length === 0;
    await courier.close();
    this.server.close();
    if (complete) notes.say(`${this.told} tests reported to run ${settings.runId}${uploads.done ? `, ${uploads.done} artifacts uploaded` : ''}`);
  }
}

/**
 * Where things go: known for good once this machine's share is.
 * @param {Server} server
 * @param {Settings} settings
 * @param {Notes} notes
 */
function waysOf(server, settings, notes) {
  const spool = new Spool(settings.spoolDir, settings, notes);
  const courier = new Courier(new Links(server, settings.runId), spool, notes);
  return { spool, courier, uploads: new Uploads(server, settings, notes), window: new Window(settings.runId, courier) };
}

module.exports = { Session };
