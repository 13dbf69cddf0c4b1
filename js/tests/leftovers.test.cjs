'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { deliverLeftovers } = require('../reporter/leftovers.cjs');
const { Spool } = require('../reporter/spool.cjs');

test('two reporters of one process do not take each other for dead', async (context) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'shifty-test-'));
  context.after(() => fs.rmSync(folder, { recursive: true }));
  /** @type {any} */
  const settings = { base: 'https://shifty.example', tenantId: 't', project: 'p', runId: 'r', shardIndex: 0, spoolDir: folder };
  /** @type {any} */
  const notes = { say: () => undefined };
  const spools = [new Spool(folder, settings, notes), new Spool(folder, settings, notes)];
  for (const spool of spools) spool.add(1, '{"type":"run:start","payload":{}}');
  await Promise.all(spools.map((spool) => spool.flushed()));
  /** @type {any} */
  const server = { call: async () => assert.fail('delivered what another one is writing') };

  await deliverLeftovers(server, settings, notes, spools[0]?.file || '', () => false);

  assert.deepEqual(fs.readdirSync(folder).sort(), spools.map((spool) => path.basename(spool.file)).sort());
  await Promise.all(spools.map((spool) => spool.close(true)));
});
