"""How soon pages answer, how soon a run of 10,000 tests can be used in Chromium, and whether memory stays flat.

`python -m bench.pages [--runs 300] [--requests 60] [--minutes 10]` writes `build/bench/pages.json`. The server is
`shifty server`, a process of its own, over PostgreSQL with runs of 100 tests, one of 10,000, and what history makes of
them. First byte is the time from sending to the head of the answer, one request after the other, signed in; interactive
is the time from navigating until the search field of the tests has been typed into and its answer stands on the page.
Then a running run of 10,000 tests is open in Chromium while results come twice a second: the memory of page and server
is read after each tenth. There is no peer: the bars are what the dashboard promises.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Final, cast
from uuid import UUID, uuid4

import httpx
from playwright.async_api import Browser, Page, async_playwright

from bench.lists import bar, resident_mib, seed, server
from bench.report import write
from shifty.database.embedded import EmbeddedPostgres
from shifty.database.migrate import migrate
from shifty.database.pool import Database
from shifty.tenants.keys import create_key, create_tenant
from shifty.tenants.model import Scope

FIRST_BYTE_MS: Final = 100.0
INTERACTIVE_MS: Final = 1000.0
GROWTH: Final = 1.15
"""By which the last tenth may be above the third one: the first ones fill caches."""
TESTS: Final = 10_000
EVERY_S: Final = 0.5
_FOLDED = "select count(*) from runs where tenant_id = %s and closed and folded_at is null"


@dataclass(frozen=True)
class Visitor:
    """Who reports and looks."""

    http: httpx.AsyncClient
    """Of the API."""
    origin: str

    async def way_in(self) -> str:
        """A path that signs a browser in, once."""
        answer = (await self.http.post("/sign-in-codes")).raise_for_status()
        return f"/sign-in?code={answer.json()['code']}"

    async def report(self, run_id: UUID, numbers: range) -> None:
        """That these tests have ended, one in a hundred badly."""
        results = [
            {
                "testFile": f"tests/area{number % 20}/live-{number // 40}.spec.ts",
                "testName": f"test {number}",
                "projectName": "chromium",
                "status": "passed" if number % 100 else "failed",
                "durationMs": 1200 + number % 50,
                **({} if number % 100 else {"errorMessage": f"Timeout 30000ms exceeded at step {number % 3}"}),
            }
            for number in numbers
        ]
        messages = [
            {"type": "run:start", "payload": {"totalTests": TESTS, "project": "acme/live"}},
            {"type": "test:batch", "payload": {"results": results}},
        ]
        (await self.http.post(f"/runs/{run_id}/events", json=messages)).raise_for_status()


async def wait_for_history(db: Database, tenant_id: UUID) -> None:
    async with db.connection() as connection:
        while True:
            row = await (await connection.execute(_FOLDED, (tenant_id,))).fetchone()
            if row == (0,):
                return
            await asyncio.sleep(1)


async def first_bytes(http: httpx.AsyncClient, path: str, requests: int) -> dict[str, float]:
    """Milliseconds to the head of the answer, and the size of the page; the first few warm caches up."""
    taken: list[float] = []
    size = 0
    for number in range(requests + 5):
        began = time.perf_counter()
        async with http.stream("GET", path) as answer:
            if number >= 5:
                taken.append((time.perf_counter() - began) * 1000)
            answer.raise_for_status()
            size = len(await answer.aread())
    p95 = quantiles(taken, n=20)[18]
    return {"p50": round(median(taken), 1), "p95": round(p95, 1), "kib": round(size / 1024, 1)}


async def interactive(browser: Browser, visitor: Visitor, path: str) -> dict[str, float]:
    """Milliseconds from navigating to the tests of a run until they are there, and until they have answered a search;
    medians of five."""
    context = await browser.new_context(base_url=visitor.origin)
    page = await context.new_page()
    await page.goto(await visitor.way_in())
    loaded: list[float] = []
    searched: list[float] = []
    for number in range(6):
        began = time.perf_counter()
        await page.goto(path)
        loaded.append((time.perf_counter() - began) * 1000)
        await page.get_by_role("searchbox").fill(f"test {9900 + number}")
        await page.get_by_role("link", name=f"test {9900 + number}").first.wait_for()
        searched.append((time.perf_counter() - began) * 1000)
    await context.close()
    return {"loaded": round(median(loaded[1:]), 1), "answered a search": round(median(searched[1:]), 1)}


async def heap_mib(page: Page) -> float:
    """Of the page's script, after a collection."""
    session = await page.context.new_cdp_session(page)
    # Untyped there.
    send = cast("Callable[[str], Awaitable[Mapping[str, float]]]", getattr(session, "send"))  # noqa: B009
    await send("HeapProfiler.collectGarbage")
    usage = await send("Runtime.getHeapUsage")
    await session.detach()
    return usage["usedSize"] / 2**20


async def live(visitor: Visitor, browser: Browser, pid: int, minutes: float) -> dict[str, list[float]]:
    """Memory of page and server, in MiB, after each tenth of the time, while results come twice a second."""
    run_id = uuid4()
    for start in range(0, TESTS // 2, 500):
        await visitor.report(run_id, range(start, start + 500))
    context = await browser.new_context(base_url=visitor.origin)
    page = await context.new_page()
    await page.goto(await visitor.way_in())
    await page.goto(f"/runs/{run_id}")
    samples: dict[str, list[float]] = {"page": [], "server": []}
    steps = int(minutes * 60 / EVERY_S)
    each = max(1, TESTS // 2 // steps)
    for step in range(steps):
        began = time.monotonic()
        await visitor.report(run_id, range(TESTS // 2 + step * each, TESTS // 2 + (step + 1) * each))
        await asyncio.sleep(max(0.0, EVERY_S - (time.monotonic() - began)))
        if (step + 1) % max(1, steps // 10) == 0:
            samples["page"].append(round(await heap_mib(page), 2))
            samples["server"].append(round(resident_mib(pid), 1))
            said = f"page {samples['page'][-1]} MiB, server {samples['server'][-1]} MiB"
            print(f"  after {(step + 1) * EVERY_S / 60:5.1f} min: {said}", flush=True)
    # The page has followed the run all the time, or this never comes.
    passed = sum(1 for number in range(TESTS // 2 + steps * each) if number % 100)
    await page.get_by_text(f"{passed:,}", exact=True).first.wait_for(timeout=20_000)
    await context.close()
    return samples


def growth(samples: Sequence[float]) -> float:
    """Of the last three tenths over the three after the first two, in which caches fill."""
    return round(mean(samples[-3:]) / mean(samples[2:5]), 3)


async def pages_of(db: Database, tenant_id: UUID, big: UUID) -> dict[str, str]:
    async with db.connection() as connection:
        row = await (
            await connection.execute(
                "select test_id from tests where tenant_id = %s and run_id = %s and outcome = 'failed' limit 1",
                (tenant_id, big),
            )
        ).fetchone()
    assert row
    return {
        "runs": "/runs",
        "runs, branch=main": "/runs?branch=main",
        "run": f"/runs/{big}",
        "run, tests": f"/runs/{big}/tests",
        "run, tests, search": f"/runs/{big}/tests?search=test%20123",
        "run, timeline": f"/runs/{big}/timeline",
        "run, artifacts": f"/runs/{big}/artifacts",
        "run, details": f"/runs/{big}/details",
        "test in a run": f"/runs/{big}/tests/{row[0]}",
        "tests": "/tests",
        "test": f"/tests/{row[0]}?project=acme/shop-0",
        "flaky": "/flaky",
        "quarantine": "/flaky/quarantine",
        "errors": "/flaky/errors",
        "healing": "/healing",
        "queue": "/queue",
        "settings": "/settings/projects",
        "audit log": "/settings/audit",
    }


async def measure(folder: Path, runs: int, requests: int, minutes: float) -> dict[str, object]:
    postgres = EmbeddedPostgres(folder / "postgres")
    postgres.start()
    try:
        await migrate(postgres.dsn)
        db = await Database.open(postgres.dsn)
        tenant = await create_tenant(db, "bench")
        key = await create_key(db, tenant.id, frozenset(Scope), name="bench")
        began = time.perf_counter()
        big = await seed(db, tenant.id, runs)
        async with server(postgres.dsn, folder / "data") as (url, pid):
            await wait_for_history(db, tenant.id)
            print(f"  seeded in {time.perf_counter() - began:.0f} s", flush=True)
            origin = url.removesuffix("/api/v1")
            headers = {"Authorization": f"Bearer {key.text}", "X-Tenant-ID": str(tenant.id)}
            async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60, trust_env=False) as http:
                visitor = Visitor(http, origin)
                return await _figures(visitor, await pages_of(db, tenant.id, big), pid, requests, minutes)
    finally:
        postgres.stop()


async def _figures(
    visitor: Visitor, pages: Mapping[str, str], pid: int, requests: int, minutes: float
) -> dict[str, object]:
    answers: dict[str, dict[str, float]] = {}
    async with httpx.AsyncClient(base_url=visitor.origin, timeout=60, trust_env=False) as signed_in:
        await signed_in.get(await visitor.way_in())
        for name, path in pages.items():
            answers[name] = one = await first_bytes(signed_in, path, requests)
            print(
                f"  {name:<22} p50 {one['p50']:6.1f} ms   p95 {one['p95']:6.1f} ms   {one['kib']:7.1f} KiB", flush=True
            )
    async with async_playwright() as playwright:
        chromium = Path("/usr/bin/chromium")
        browser = await playwright.chromium.launch(
            executable_path=chromium if chromium.exists() else None, args=["--no-sandbox"]
        )
        soon = await interactive(browser, visitor, pages["run, tests"])
        print(f"  10,000 tests in Chromium: {soon}", flush=True)
        memory = await live(visitor, browser, pid, minutes)
        await browser.close()
    slowest = max(answers, key=lambda name: answers[name]["p95"])
    return {
        "bars": [
            bar(f"first byte of the slowest page ({slowest}), p95, ms", answers[slowest]["p95"], FIRST_BYTE_MS),
            bar("a run of 10,000 tests, loaded and searched, ms", soon["answered a search"], INTERACTIVE_MS),
            {**bar("growth of the page's memory", 0, GROWTH), **_held(growth(memory["page"]))},
            {**bar("growth of the server's memory", 0, GROWTH), **_held(growth(memory["server"]))},
        ],
        "first bytes": answers,
        "interactive": soon,
        "memory": memory,
        "minutes": minutes,
        "requests": requests,
    }


def _held(grown: float) -> dict[str, object]:
    return {"ours": grown, "holds": grown <= GROWTH}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--requests", type=int, default=60)
    parser.add_argument("--minutes", type=float, default=10, help="that a live page is watched")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shifty-bench-") as folder:
        # PostgreSQL runs as another user where this one is root.
        Path(folder).chmod(0o711)
        runs, requests, minutes = (cast("float", value) for value in (options.runs, options.requests, options.minutes))
        write("pages", asyncio.run(measure(Path(folder), int(runs), int(requests), minutes)))


if __name__ == "__main__":
    main()
