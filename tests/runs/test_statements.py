"""Statements that are asked often keep their index, however many runs there are."""

from collections.abc import Mapping
from typing import LiteralString
from uuid import UUID

import pytest
from psycopg.sql import SQL

from shifty.database.pool import Database
from shifty.runs.store import QUERIES
from tests.runs.seed import Seed

_ANYTHING = dict.fromkeys(
    (
        "only",
        "project",
        "branch",
        "ci_build_id",
        "commit_sha",
        "actor",
        "search",
        "rerun_of",
        "created_from",
        "created_until",
    )
)
_EVERY_RESULT = {"status": "all", "file": None, "search": None}


async def test_the_newest_runs_are_read_from_their_index(fresh_database: str) -> None:
    db = await Database.open(fresh_database)
    try:
        tenant_id = await _many_runs(db)
        parameters = {**_ANYTHING, "tenant_id": tenant_id, "status": "all", "limit": 50, "offset": 0}

        for mode in ("force_generic_plan", "force_custom_plan"):
            plan = await _plan(db, "list_runs", parameters, mode)

            assert "runs_newest" in plan
            assert "Sort" not in plan
    finally:
        await db.close()


async def test_runs_are_counted_from_the_index_alone(fresh_database: str) -> None:
    db = await Database.open(fresh_database)
    try:
        tenant_id = await _many_runs(db)

        plan = await _plan(db, "count_runs", {**_ANYTHING, "tenant_id": tenant_id, "status": "all"})

        assert "Index Only Scan using runs_newest" in plan
    finally:
        await db.close()


@pytest.mark.parametrize(
    ("name", "value", "index"), [("branch", "b17", "runs_branch"), ("commit_sha", "c17", "runs_commit")]
)
async def test_a_rare_branch_or_commit_is_found_by_its_index(
    fresh_database: str, name: str, value: str, index: str
) -> None:
    db = await Database.open(fresh_database)
    try:
        tenant_id = await _many_runs(db)
        parameters = {**_ANYTHING, "tenant_id": tenant_id, "status": "all", "limit": 50, "offset": 0, name: value}

        for query in ("list_runs", "count_runs"):
            assert index in await _plan(db, query, parameters)
    finally:
        await db.close()


async def test_a_trend_and_the_names_are_read_from_the_newest_runs(fresh_database: str) -> None:
    db = await Database.open(fresh_database)
    try:
        tenant_id = await _many_runs(db)
        async with db.connection() as connection:
            await connection.execute(
                "update runs set status = 'completed', conclusion = 'passed', closed = true, completed_at = now()"
            )
            await connection.execute("vacuum analyze runs")

        trend = await _plan(db, "ended_runs", {**_ANYTHING, "tenant_id": tenant_id, "status": "all", "limit": 50})
        names = await _plan(db, "known_names", {"tenant_id": tenant_id, "only": None, "most_runs": 100, "most": 200})

        for plan in (trend, names):
            assert "runs_newest" in plan
        assert "Sort" not in trend
    finally:
        await db.close()


async def test_results_are_read_by_the_key_of_the_ledger(fresh_database: str) -> None:
    db = await Database.open(fresh_database)
    try:
        tenant_id = await _many_runs(db)
        async with db.connection() as connection:
            row = await (await connection.execute("select id from runs limit 1")).fetchone()
            assert row
            await connection.execute(
                "insert into tests (run_id, test_id, tenant_id, file, title_path, outcome)"
                " select r.id, n::text, r.tenant_id, 'a.ts', array[n::text], 'passed'"
                "   from (select id, tenant_id from runs limit 20) r, generate_series(1, 500) n"
            )
            await connection.execute("analyze tests")
        of_run: dict[str, object] = {"tenant_id": tenant_id, "run_id": row[0]}
        ids: dict[str, object] = {**of_run, "test_ids": ["1", "2", "3"]}

        plans = [
            await _plan(db, "results_in_order", {**of_run, **_EVERY_RESULT, "limit": 500, "offset": 0}),
            await _plan(db, "results_by_id", ids),
            await _plan(db, "unsuccessful_tests", of_run),
            await _plan(db, "artifacts_of_tests", ids),
        ]

        for plan in plans:
            assert "Seq Scan" not in plan
    finally:
        await db.close()


async def _plan(
    db: Database, query: str, parameters: Mapping[str, object], mode: LiteralString = "force_custom_plan"
) -> str:
    async with db.connection() as connection:
        await connection.execute(SQL("set plan_cache_mode = ") + SQL(mode))
        # The small tables of a test are read whole for want of anything better to do.
        await connection.execute("set enable_seqscan = off")
        plan = await connection.execute(SQL("explain ") + SQL(QUERIES[query]), parameters)
        lines = [line for (line,) in await plan.fetchall()]
        await connection.execute("reset all")
    return "\n".join(lines)


async def _many_runs(db: Database) -> UUID:
    async with db.connection() as connection:
        row = await (await connection.execute("insert into tenants (slug) values ('many') returning id")).fetchone()
        assert row
        tenant_id: UUID = row[0]
        first = await Seed(db, tenant_id).run()
        await connection.execute(
            "insert into runs (id, tenant_id, project_id, origin, worker_count, created_at, branch, commit_sha)"
            " select gen_random_uuid(), r.tenant_id, r.project_id, r.origin, 1, now() - n * interval '1 minute',"
            "        'b' || n, 'c' || n"
            "   from runs r, generate_series(1, 5000) n where r.id = %s",
            (first,),
        )
        await connection.execute("vacuum analyze runs")
    return tenant_id
