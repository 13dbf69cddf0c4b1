"""How fast lists answer when there is a lot to list: 10,000 runs with 1,000,000 results, and one run with 10,000.

`python -m bench.lists [--runs 10000] [--requests 300]` writes `build/bench/lists.json`. The server is `shifty server`,
a process of its own; times are those of a client on this machine, one request after the other, from sending to the last
byte. There is no peer: the bars are the bounds that the API promises.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import LiteralString, cast
from uuid import UUID

import httpx

from bench.report import write
from shifty.database.embedded import EmbeddedPostgres
from shifty.database.migrate import migrate
from shifty.database.pool import Database
from shifty.tenants.keys import create_key, create_tenant
from shifty.tenants.model import Scope

RESULTS_A_RUN = 100
BIG_RUN = 10_000
LIST_BAR_MS = 20.0
PAGE_BAR_MS = 50.0
STREAM_BAR_MIB = 20.0

_RUNS: LiteralString = """
with names as (
    insert into projects (tenant_id, slug) select %(tenant_id)s, 'acme/shop-' || n from generate_series(0, 9) n
    returning id, slug
), project as (select id, row_number() over (order by slug) - 1 as number from names)
insert into runs (id, tenant_id, project_id, origin, status, conclusion, branch, commit_sha, ci_build_id, actor,
                  worker_count, total_tests, listed_tests, passed_tests, failed_tests, created_at, started_at,
                  completed_at, closed)
select gen_random_uuid(), %(tenant_id)s, p.id, 'orchestrated', 'completed',
       case when failures > 0 then 'failed' else 'passed' end,
       case when n %% 3 = 0 then 'main' else 'feature-' || n %% 400 end, md5((n / 2)::text), 'build-' || n,
       'user-' || n %% 40, 5, %(each)s, %(each)s, %(each)s - failures, failures, began, began, began + '2 minutes', true
  from generate_series(1, %(runs)s) n
  join project p on p.number = n %% 10,
       lateral (select now() - n * interval '5 minutes' as began,
                        case when n %% 7 = 0 then 2 else 0 end as failures) x"""

# Attempts as a Playwright reporter sends them, with steps.
_TESTS: LiteralString = """
insert into tests (run_id, test_id, tenant_id, file, project_name, title_path, line, tags, shard_index, outcome,
                   raw_status, duration_ms, error_message, attempts, revision, worker, started_at, finished_at)
select r.id, left(md5(n::text), 20), r.tenant_id, 'tests/area' || n %% 20 || '/checkout-' || n / 40 || '.spec.ts',
       'chromium', array['checkout', 'as a guest', 'test ' || n], 10 + n %% 40, '{@smoke}', n %% 5, s.status, s.status,
       1200 + n %% 50, case when s.status = 'failed' then 'Timeout 30000ms exceeded' end,
       jsonb_build_array(jsonb_build_object('attempt', 0, 'status', s.status, 'durationMs', 1200 + n %% 50, 'steps',
           jsonb_build_array(
               jsonb_build_object('title', 'page.goto(/checkout)', 'category', 'pw:api', 'durationMs', 300),
               jsonb_build_object('title', 'expect.toBeVisible', 'category', 'expect', 'durationMs', 40)))),
       1, 'worker-' || n %% 5, r.started_at, r.completed_at
  from runs r, generate_series(1, %(each)s) n,
       lateral (select case when n %% 50 = 0 then 'failed' else 'passed' end as status) s
 where r.tenant_id = %(tenant_id)s and (r.id = %(run_id)s or %(run_id)s::uuid is null)"""

_BIG: LiteralString = """
insert into runs (id, tenant_id, project_id, origin, status, conclusion, branch, worker_count, total_tests,
                  listed_tests, passed_tests, failed_tests, started_at, completed_at, closed)
select gen_random_uuid(), tenant_id, min(id), 'orchestrated', 'completed', 'failed', 'big', 20, %(each)s, %(each)s,
       %(each)s - %(each)s / 50, %(each)s / 50, now() - interval '1 hour', now(), true
  from projects where tenant_id = %(tenant_id)s group by tenant_id returning id"""


async def seed(db: Database, tenant_id: UUID, runs: int) -> UUID:
    """Fill the tables; the id of the big run."""
    values: dict[str, object] = {"tenant_id": tenant_id, "runs": runs, "each": RESULTS_A_RUN, "run_id": None}
    async with db.connection() as connection:
        await connection.execute(_RUNS, values)
        await connection.execute(_TESTS, values)
        row = await (await connection.execute(_BIG, {**values, "each": BIG_RUN})).fetchone()
        assert row
        await connection.execute(_TESTS, {**values, "each": BIG_RUN, "run_id": row[0]})
        await connection.execute("vacuum analyze")
    return row[0]


LARGE_PAGE = "200 a page"
LISTS: Mapping[str, Mapping[str, str]] = {
    "first page": {},
    "page 150": {"offset": "7450"},
    LARGE_PAGE: {"limit": "200"},
    "status=failed": {"status": "failed"},
    "status=running, none": {"status": "running"},
    "branch=main": {"branch": "main"},
    "branch, rare": {"branch": "feature-121"},
    "project": {"project": "acme/shop-3"},
    "project, branch, failed": {"project": "acme/shop-3", "branch": "main", "status": "failed"},
    "commitSha": {"commitSha": "c4ca4238a0b923820dcc509a6f75849b"},
    "ciBuildId": {"ciBuildId": "build-9000"},
    "actor": {"actor": "user-7"},
    "from, to": {"from": "2026-01-01", "to": "2100-01-01"},
    "a day": {"from": time.strftime("%Y-%m-%d", time.gmtime(time.time() - 5 * 86400)), "to": time.strftime("%Y-%m-%d")},
}


async def times(http: httpx.AsyncClient, path: str, query: Mapping[str, str], requests: int) -> list[float]:
    """Milliseconds of each request; the first few warm plans and caches up and do not count."""
    taken: list[float] = []
    for number in range(requests + 10):
        began = time.perf_counter()
        answer = await http.get(path, params=dict(query))
        if number >= 10:
            taken.append((time.perf_counter() - began) * 1000)
        answer.raise_for_status()
    return taken


def resident_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {pid} has no memory")


async def stream(http: httpx.AsyncClient, pid: int, run_id: UUID) -> dict[str, float]:
    """All results of the big run as NDJSON: how long, how large, and by how much the server grew at most meanwhile."""
    path, query = f"/runs/{run_id}/results", {"format": "ndjson"}
    for _ in range(3):
        await http.get(path, params=query)
    before = resident_mib(pid)
    most, size, lines = before, 0, 0
    began = time.perf_counter()
    async with http.stream("GET", path, params=query) as answer:
        async for chunk in answer.aiter_bytes():
            size += len(chunk)
            lines += chunk.count(b"\n")
            most = max(most, resident_mib(pid))
    assert lines == BIG_RUN, f"{lines} results came of {BIG_RUN}"
    return {
        "seconds": round(time.perf_counter() - began, 2),
        "mib": round(size / 2**20, 1),
        "grewMib": round(most - before, 1),
    }


@asynccontextmanager
async def server(dsn: str, folder: Path) -> AsyncGenerator[tuple[str, int]]:
    """`shifty server` over the database: address and process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = cast("int", probe.getsockname()[1])
    settings = {"SHIFTY_DATABASE_URL": dsn, "SHIFTY_DATA_DIR": str(folder), "SHIFTY_REQUESTS_PER_MINUTE": "0"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "shifty.cli", "server", "--port", str(port)),
        env={**os.environ, **settings},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout
        assert b"ready" in await process.stdout.readline()
        yield f"http://127.0.0.1:{port}/api/v1", process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        await process.wait()


def spread(taken: list[float]) -> dict[str, float]:
    return {"p50": round(median(taken), 1), "p99": round(quantiles(taken, n=100)[98], 1)}


def bar(name: str, ours: float, limit: float) -> dict[str, object]:
    return {"name": name, "ours": round(ours, 1), "bar": limit, "holds": ours <= limit}


async def measure(folder: Path, runs: int, requests: int) -> dict[str, object]:
    postgres = EmbeddedPostgres(folder / "postgres")
    postgres.start()
    try:
        await migrate(postgres.dsn)
        db = await Database.open(postgres.dsn)
        tenant = await create_tenant(db, "bench")
        key = await create_key(db, tenant.id, frozenset(Scope), name="bench")
        began = time.perf_counter()
        big = await seed(db, tenant.id, runs)
        await db.close()
        print(f"  seeded {runs * RESULTS_A_RUN + BIG_RUN:,} results in {time.perf_counter() - began:.0f} s", flush=True)
        headers = {"Authorization": f"Bearer {key.text}", "X-Tenant-ID": str(tenant.id)}
        async with (
            server(postgres.dsn, folder / "data") as (url, pid),
            httpx.AsyncClient(base_url=url, headers=headers, timeout=60, trust_env=False) as http,
        ):
            return await _figures(http, pid, big, requests)
    finally:
        postgres.stop()


async def _figures(http: httpx.AsyncClient, pid: int, big: UUID, requests: int) -> dict[str, object]:
    lists: dict[str, dict[str, float]] = {}
    for name, query in LISTS.items():
        lists[name] = spread(await times(http, "/runs", query, requests))
        print(f"  GET /runs {name:<26} p50 {lists[name]['p50']:6.1f} ms   p99 {lists[name]['p99']:6.1f} ms", flush=True)
    details: dict[str, dict[str, float]] = {}
    for name, path, query in (
        ("run, first page", f"/runs/{big}", {}),
        ("run, 50 results", f"/runs/{big}", {"resultsLimit": "50"}),
        ("run, 2,000 results", f"/runs/{big}", {"resultsLimit": "2000"}),
        ("results, failed ones", f"/runs/{big}/results", {"status": "failed"}),
        ("failed-tests", f"/runs/{big}/failed-tests", {}),
    ):
        details[name] = spread(await times(http, path, query, max(20, requests // 5)))
        print(f"  {name:<36} p50 {details[name]['p50']:6.1f} ms   p99 {details[name]['p99']:6.1f} ms", flush=True)
    streamed = await stream(http, pid, big)
    print(f"  stream {streamed}", flush=True)
    return {
        "unit": "milliseconds",
        "bars": [
            # A page of the usual 50: that of 200 is four times the work for whoever builds and reads it.
            bar("GET /runs, p99 of the slowest filter", max(_of_usual_pages(lists)), LIST_BAR_MS),
            bar("first page of a run with 10,000 results, p50", details["run, first page"]["p50"], PAGE_BAR_MS),
            bar("MiB by which the server grows while it streams that run", streamed["grewMib"], STREAM_BAR_MIB),
        ],
        "lists": lists,
        "details": details,
        "stream": streamed,
        "requests": requests,
    }


def _of_usual_pages(lists: Mapping[str, Mapping[str, float]]) -> list[float]:
    return [each["p99"] for name, each in lists.items() if name != LARGE_PAGE]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=300)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shifty-bench-") as folder:
        # PostgreSQL runs as another user where this one is root.
        Path(folder).chmod(0o711)
        runs, requests = cast("int", options.runs), cast("int", options.requests)
        write("lists", asyncio.run(measure(Path(folder), runs, requests)))


if __name__ == "__main__":
    main()
