"""What the stand-alone reporter costs a suite: wall time with and without it, and the time inside its callbacks.

    .venv/bin/python -m bench.reporter [rounds]

60 quick tests without a browser, every third one with an attachment, on Playwright's own line reporter; starts with and
without ours alternate, and their medians are compared. The time inside callbacks is measured in Playwright's process
itself, so that it does not drown in the noise of the machine.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.support.postgres import TestCluster, copy_of_template
from tests.support.server import RunningServer, new_tenant, running_server

from bench.report import ROOT, write
from shifty.config import load_settings
from shifty.database.pool import Database

ROUNDS = 7
BAR = 0.01
"""Of the suite's wall time."""

SUITE = """const { test, expect } = require('@playwright/test');
for (let i = 0; i < 60; i++) test(`test ${i}`, async ({}, info) => {
  await test.step('waits as tests do', () => new Promise((resolve) => setTimeout(resolve, 50)));
  console.log(`line of test ${i}`);
  if (i % 3 === 0) await info.attach('notes', { body: 'x'.repeat(20000), contentType: 'text/plain' });
  expect(i).toBe(i);
});"""

TIMED = """const Reporter = require('@shifty/reporter'); const fs = require('fs');
module.exports = class extends Reporter {
  constructor(options) {
    super(options); this.ms = {}; this.cpu = process.cpuUsage();
    for (const name of ['onConfigure', 'onBegin', 'onTestBegin', 'onTestEnd']) {
      const real = this[name].bind(this);
      this[name] = (...args) => {
        const began = process.hrtime.bigint();
        real(...args);
        this.ms[name] = (this.ms[name] || 0) + Number(process.hrtime.bigint() - began) / 1e6;
      };
    }
  }
  async onEnd(result) {
    const began = process.hrtime.bigint();
    await super.onEnd(result);
    this.ms.waited = Number(process.hrtime.bigint() - began) / 1e6;
    fs.writeFileSync('timed.json', JSON.stringify(this.ms));
  }
};"""


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    cluster = TestCluster()
    try:
        figures = asyncio.run(measure(copy_of_template(cluster.dsn), rounds))
    finally:
        cluster.close()
    callbacks_ms = sum(value for name, value in figures["callbacksMs"].items() if name != "waited")
    share = callbacks_ms / (figures["withoutS"] * 1000)
    difference = figures["withS"] / figures["withoutS"] - 1
    print(
        f"reporter: {figures['withoutS']:.3f} s without, {figures['withS']:.3f} s with ({difference:+.1%}, noise "
        f"±{figures['noise']:.1%}); callbacks {callbacks_ms:.1f} ms ({share:.2%}), "
        f"end {figures['callbacksMs']['waited']:.0f} ms"
    )
    write(
        "reporter",
        {**figures, "ours": share, "unit": "share of wall time in callbacks", "bar": BAR, "holds": share < BAR},
    )


async def measure(dsn: str, rounds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="shifty-bench-") as name:
        folder = Path(name)
        prepare(folder)
        db = await Database.open(dsn)
        try:
            settings = load_settings(data_dir=folder / "data")
            async with running_server(db, settings, await new_tenant(db, "bench")) as server:
                return await compare(folder, server, rounds)
        finally:
            await db.close()


def prepare(folder: Path) -> None:
    modules = folder / "node_modules"
    (modules / "@shifty").mkdir(parents=True)
    for name in ("@playwright", "playwright", "playwright-core"):
        (modules / name).symlink_to(ROOT / "node_modules" / name)
    (modules / "@shifty" / "reporter").symlink_to(ROOT / "js" / "reporter")
    (folder / "a.spec.js").write_text(SUITE)
    (folder / "timed.cjs").write_text(TIMED)


async def compare(folder: Path, server: RunningServer, rounds: int) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SHIFTY_", "CI"))}
    ours = environment | {
        "SHIFTY_API_URL": server.url,
        "SHIFTY_API_KEY": server.key,
        "SHIFTY_TENANT_ID": str(server.tenant.id),
        "SHIFTY_SPOOL_DIR": str(folder / "spool"),
    }
    without: list[float] = []
    with_it: list[float] = []
    callbacks: list[dict[str, float]] = []
    await play(folder, "line", environment)
    for _ in range(rounds):
        without.append(await play(folder, "line", environment))
        with_it.append(await play(folder, "line,@shifty/reporter", ours | {"SHIFTY_RUN_ID": str(uuid4())}))
        await play(folder, "line,./timed.cjs", ours | {"SHIFTY_RUN_ID": str(uuid4())})
        callbacks.append(json.loads((folder / "timed.json").read_text()))
    spread = statistics.quantiles(without, n=4)
    return {
        "rounds": rounds,
        "tests": 60,
        "withoutS": statistics.median(without),
        "withS": statistics.median(with_it),
        "noise": (spread[2] - spread[0]) / statistics.median(without) / 2,
        "callbacksMs": {name: round(statistics.median(each[name] for each in callbacks), 2) for name in callbacks[0]},
    }


async def play(folder: Path, reporters: str, environment: Mapping[str, str]) -> float:
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *("node", str(ROOT / "node_modules" / "@playwright" / "test" / "cli.js"), "test", f"--reporter={reporters}"),
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(printed.decode())
    return time.monotonic() - began


if __name__ == "__main__":
    main()
