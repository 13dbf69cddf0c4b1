"""What the healing hook costs a step that passes: the same suite with it and without, taking turns.

    .venv/bin/python -m bench.heal_hook [rounds]

One test fills, clicks and expects 40 elements each on a page of 500, twice over. In the first round every locator is
new: its element is described on the way, or, where the server knows it already, behind it. In the second the hook only
counts. Steps are paired with the same steps of the run without the hook, in the same round, and medians are compared.
The server is a stand-in on this machine: no passing step waits for it.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bench.report import ROOT, write

ROUNDS = 5
BAR_MS = 5.0

SUITE = """const { test, expect } = require('@playwright/test');
const row = (i) => `<label>Field ${i} <input id="field-${i}"></label><button id="button-${i}">Save ${i}</button>`;
const rows = Array.from({ length: 500 }, (_, i) => `<div class="row">${row(i)}</div>`);
test('steps', async ({ page }) => {
  test.setTimeout(240000);
  await page.setContent(`<main><h1>Fields</h1>${rows.join('')}</main>`);
  const times = [];
  const timed = async (what, step) => {
    const began = performance.now();
    await step();
    times.push([what, performance.now() - began]);
  };
  for (const round of ['first', 'again']) {
    for (let i = 0; i < 40; i++) {
      await timed(`fill ${round}`, () => page.locator(`#field-${i}`).fill('x'));
      await timed(`click ${round}`, () => page.locator(`#button-${i}`).click());
      await timed(`expect ${round}`, () => expect(page.locator(`#field-${i}`)).toBeVisible());
    }
  }
  require('fs').writeFileSync('times.json', JSON.stringify(times));
});"""
CONFIG = """const executablePath = process.env.CHROMIUM || '/usr/bin/chromium';
const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'];
module.exports = { workers: 1, use: { launchOptions: { executablePath, args } } };"""

Times = Sequence[tuple[str, float]]


@dataclass
class StandIn:
    """Keeps fingerprints like the server, and forgets what it is told to forget."""

    url: str
    known: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])


@contextmanager
def standing_in() -> Generator[StandIn]:
    known: dict[str, Mapping[str, Any]] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            pass

        def do_GET(self) -> None:
            self._answer({"mode": "heal", "fingerprints": list(known.values())})

        def do_POST(self) -> None:
            for seen in json.loads(self.rfile.read(int(self.headers["Content-Length"])))["seen"]:
                use = {"testId": seen["testId"], "selector": seen["selector"], "longestWaitMs": 0}
                known[json.dumps([*use.values()])] = {**use, **seen["callSite"]}
            self._answer({"stored": 1, "drifted": 0})

        def _answer(self, content: Mapping[str, object]) -> None:
            body = json.dumps(content).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield StandIn(f"http://127.0.0.1:{server.server_port}", known)
    finally:
        server.shutdown()
        thread.join()


async def play(folder: Path, server: StandIn | None) -> Times:
    env = {name: value for name, value in os.environ.items() if not name.startswith("SHIFTY_")}
    if server is not None:
        told = {"url": server.url, "token": "none", "project": "bench", "root": str(folder), "mode": "heal"}
        env |= {"SHIFTY_HEAL": json.dumps(told), "NODE_OPTIONS": f"--require {ROOT / 'js' / 'heal' / 'register.cjs'}"}
    cli = (folder / "node_modules" / "@playwright" / "test" / "cli.js").resolve()
    process = await asyncio.create_subprocess_exec("node", str(cli), "test", "--reporter=line", cwd=folder, env=env)
    if await process.wait():
        raise SystemExit("the suite failed")
    return json.loads((folder / "times.json").read_text())


async def rounds(folder: Path, count: int) -> dict[str, list[tuple[Times, Times]]]:
    """Per variant the times with the hook, each beside those without of the same round."""
    found: dict[str, list[tuple[Times, Times]]] = {"unknown": [], "known": []}
    with standing_in() as server:
        for at in range(count):
            server.known.clear()
            if at % 2:
                without = await play(folder, None)
                unknown, known = await play(folder, server), await play(folder, server)
            else:
                unknown, known = await play(folder, server), await play(folder, server)
                without = await play(folder, None)
            found["unknown"].append((unknown, without))
            found["known"].append((known, without))
    return found


def overheads(pairs: Sequence[tuple[Times, Times]]) -> dict[str, float]:
    """Median of the differences in ms, of each kind of step and of all."""
    kinds: dict[str, list[float]] = {}
    for ours, without in pairs:
        for (kind, with_ms), (_, without_ms) in zip(ours, without, strict=True):
            kinds.setdefault(kind, []).append(with_ms - without_ms)
            kinds.setdefault("all", []).append(with_ms - without_ms)
    return {kind: round(statistics.median(values), 2) for kind, values in sorted(kinds.items())}


async def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory(prefix="shifty-bench-") as name:
        folder = Path(name)
        (folder / "node_modules").symlink_to(ROOT / "node_modules")
        (folder / "playwright.config.js").write_text(CONFIG)
        (folder / "steps.spec.js").write_text(SUITE)
        measured = {variant: overheads(pairs) for variant, pairs in (await rounds(folder, count)).items()}
    bars = [
        {
            "what": f"ms added to a passing step, median; {variant} to the server",
            "ours": kinds["all"],
            "peer": 0.0,
            "bar": BAR_MS,
            "holds": kinds["all"] <= BAR_MS,
            "byStep": kinds,
        }
        for variant, kinds in measured.items()
    ]
    for bar in bars:
        print(f"heal_hook: {bar['what']}: {bar['ours']} (bar {BAR_MS}); {bar['byStep']}")
    write("heal_hook", {"rounds": count, "bars": bars, "holds": all(bool(bar["holds"]) for bar in bars)})


if __name__ == "__main__":
    asyncio.run(main())
