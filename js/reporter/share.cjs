'use strict';
/** @typedef {import('./playwright').FullConfig} FullConfig */
class Share {
  /** @param {import('./http.cjs').Server} server @param {import('./settings.cjs').Settings} settings @param {import('./notes.cjs').Notes} notes */
  constructor(server, settings, notes) {
    this.server = server; this.settings = settings; this.notes = notes; this.asked = false;
    /** @type {string | null} */
    this.lease = null;
  }
  /** @param {FullConfig} config @param {import('./playwright').Suite} suite @param {import('./playwright').TestRun} testRun @param {Set<string>} around */
  async take(config, suite, testRun, around) { void [config, suite, testRun, around]; }
  /** @param {string[]} ids */
  begin(ids) { void ids; }
  /** @param {() => string} id @returns {string | null} */
  leaseOf(id) { void id; return null; }
  /** @param {boolean} delivered @param {boolean} interrupted @param {{testId: string, reason: string}[]} notRun */
  async end(delivered, interrupted, notRun) { void [delivered, interrupted, notRun]; }
  close() {}
}
module.exports = { Share };
