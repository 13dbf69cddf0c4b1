"""How fast history answers and takes in: 100,000 tests with 10,000,000 results, and runs of 20,000 tests to fold.

`python -m bench.history [--tests 100000] [--requests 200]` writes `build/bench/history.json`. The facts are written by
SQL, what is concluded from them by the nightly look itself; the server is `shifty server`, a process of its own. Times
are those of a client on this machine, one request after the other. There is no peer: the bars are the promises of the
API.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import LiteralString, cast
from uuid import UUID

import httpx
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from bench.lists import bar, server, times
from bench.report import write
from shifty.database.embedded import EmbeddedPostgres
from shifty.database.migrate import migrate
from shifty.database.pool import Database
from shifty.database.queries import parse_queries
from shifty.flakiness.fold_runs import fold_due
from shifty.flakiness.nightly import look_again
from shifty.tenants.keys import create_key, create_tenant
from shifty.tenants.model import Scope

TESTS_A_RUN = 20_000
EXECUTIONS = 100
"""Of each test."""
ANSWER_BAR_MS = 200.0
FOLD_BAR_S = 2.0

_TEXT = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
_SQL: Mapping[str, LiteralString] = {each.name: cast("LiteralString", each.sql) for each in parse_queries(_TEXT)}

ANSWERS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "flaky-tests": ("/analytics/flaky-tests", {}),
    "flaky-tests, project": ("/analytics/flaky-tests", {"project": "acme/shop", "minRate": "10"}),
    "flakiness-trends": ("/analytics/flakiness-trends", {"project": "acme/shop", "days": "30"}),
    "flaky-recommendations": ("/analytics/flaky-recommendations", {"project": "acme/shop"}),
    "advice": ("/analytics/advice", {"project": "acme/shop"}),
    "tests": ("/tests", {"project": "acme/shop"}),
    "tests, slowest": ("/tests", {"project": "acme/shop", "sort": "duration"}),
    "tests, flakiest": ("/tests", {"project": "acme/shop", "sort": "flakiness"}),
    "tests, by name": ("/tests", {"project": "acme/shop", "sort": "name", "search": "page-77"}),
    "tests, branch": ("/tests", {"project": "acme/shop", "branch": "main"}),
    "tests, verdict": ("/tests", {"project": "acme/shop", "verdict": "regressed"}),
    "one test": ("/tests/{flaky}", {"project": "acme/shop"}),
    "one test, branch": ("/tests/{flaky}", {"project": "acme/shop", "branch": "main"}),
    "errors": ("/errors", {"project": "acme/shop"}),
    "errors, search": ("/errors", {"project": "acme/shop", "search": "page 77"}),
    "errors of a run": ("/runs/{run}/errors", {}),
}


async def seed(connection: AsyncConnection[TupleRow], values: dict[str, object], tests: int) -> None:
    """Fill the tables, one run after the other as time would have it."""
    each = min(TESTS_A_RUN, tests)
    fifths = max(1, tests // each)
    runs = EXECUTIONS * fifths
    values |= {"tests": tests, "each": each, "runs": runs, "fifths": fifths, "middle": runs // 2}
    row = await (await connection.execute(_SQL["project"], values)).fetchone()
    assert row
    values["project_id"] = row[0]
    await connection.execute(_SQL["known"], values)
    await connection.execute(_SQL["durations"], values)
    made = await (await connection.execute(_SQL["runs"], values)).fetchall()
    await connection.execute("analyze known_tests")
    await connection.execute("set synchronous_commit = off")
    for number, (run_id, ended_at) in enumerate(sorted(made, key=lambda each: each[1])):
        await connection.execute("select ensure_history_month(%s)", [ended_at])
        await connection.execute(_SQL["facts"], {**values, "run_id": run_id, "ended_at": ended_at, "n": number})
        if number % 50 == 49:
            print(f"  {(number + 1) * each:,} results", flush=True)
    await connection.execute(_SQL["groups"], values)
    await connection.execute(_SQL["occurrences"], values)
    await connection.execute("vacuum analyze")


async def ended_run(connection: AsyncConnection[TupleRow], values: Mapping[str, object]) -> UUID:
    """A run of 20,000 tests that has ended and that history does not know yet."""
    row = await (await connection.execute(_SQL["ledger_run"], values)).fetchone()
    assert row
    await connection.execute(_SQL["ledger"], {**values, "run_id": row[0]})
    await connection.execute("analyze tests")
    return row[0]


async def folding(db: Database, values: Mapping[str, object], rounds: int) -> tuple[list[float], UUID]:
    """Seconds that each of some new runs takes, and the last of them."""
    taken: list[float] = []
    run_id: UUID | None = None
    for _ in range(rounds):
        async with db.connection() as connection:
            run_id = await ended_run(connection, values)
        began = time.perf_counter()
        folded = await fold_due(db)
        taken.append(time.perf_counter() - began)
        assert folded, "nothing was due"
    assert run_id
    return taken, run_id


async def answering(http: httpx.AsyncClient, names: Mapping[str, str], requests: int) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for name, (path, query) in ANSWERS.items():
        taken = await times(http, path.format_map(names), query, requests)
        found[name] = {"p50": round(median(taken), 1), "p95": round(quantiles(taken, n=20)[18], 1)}
        print(f"  {name:<24} p50 {found[name]['p50']:7.1f} ms   p95 {found[name]['p95']:7.1f} ms", flush=True)
    return found


async def measure(folder: Path, tests: int, requests: int) -> dict[str, object]:
    postgres = EmbeddedPostgres(folder / "postgres")
    postgres.start()
    try:
        await migrate(postgres.dsn)
        db = await Database.open(postgres.dsn)
        tenant = await create_tenant(db, "bench")
        key = await create_key(db, tenant.id, frozenset(Scope), name="bench")
        values: dict[str, object] = {"tenant_id": tenant.id}
        began = time.perf_counter()
        async with db.connection() as connection:
            await seed(connection, values, tests)
        print(f"  seeded in {timedelta(seconds=round(time.perf_counter() - began))}", flush=True)
        began = time.perf_counter()
        await look_again(db)
        nightly = time.perf_counter() - began
        print(f"  nightly look {nightly:.1f} s", flush=True)
        folded, run_id = await folding(db, values, 5)
        print(
            f"  folding a run of {values['each']:,} tests: {', '.join(f'{each:.2f}' for each in folded)} s", flush=True
        )
        names = {"run": str(run_id), "flaky": await _flaky_test(db, values)}
        await db.close()
        headers = {"Authorization": f"Bearer {key.text}", "X-Tenant-ID": str(tenant.id)}
        async with (
            server(postgres.dsn, folder / "data") as (url, _),
            httpx.AsyncClient(base_url=url, headers=headers, timeout=60, trust_env=False) as http,
        ):
            answers = await answering(http, names, requests)
    finally:
        postgres.stop()
    return {
        "bars": [
            bar("every answer at p95, ms", max(each["p95"] for each in answers.values()), ANSWER_BAR_MS),
            {**bar("folding a run of 20,000 tests, median, s", 0, FOLD_BAR_S), **_seconds(median(folded))},
        ],
        "answers": answers,
        "folding": [round(each, 2) for each in folded],
        "nightlySeconds": round(nightly, 1),
        "tests": tests,
        "results": tests * EXECUTIONS,
        "requests": requests,
    }


def _seconds(ours: float) -> dict[str, object]:
    return {"ours": round(ours, 2), "holds": ours <= FOLD_BAR_S}


async def _flaky_test(db: Database, values: Mapping[str, object]) -> str:
    async with db.connection() as connection:
        row = await (
            await connection.execute(
                "select k.test_id from known_tests k join assessments a on a.test_ref = k.id"
                " where k.tenant_id = %(tenant_id)s order by a.flaky_runs desc, k.id limit 1",
                values,
            )
        ).fetchone()
    assert row, "nothing is flaky"
    return row[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shifty-bench-") as folder:
        # PostgreSQL runs as another user where this one is root.
        Path(folder).chmod(0o711)
        tests, requests = cast("int", options.tests), cast("int", options.requests)
        write("history", asyncio.run(measure(Path(folder), tests, requests)))


if __name__ == "__main__":
    main()
