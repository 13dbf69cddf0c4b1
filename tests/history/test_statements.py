"""Statements over history keep their index, however much there is."""

from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime

import pytest
from psycopg.sql import SQL

from shifty.database.pool import Database
from shifty.history.store import QUERIES
from tests.support.plans import filled_by, plan_of

_FILL = (
    "insert into tenants (slug) values ('many') returning id",
    "insert into projects (tenant_id, slug) select id, 'p' || n from tenants, generate_series(1, 10) n",
    "insert into runs (id, tenant_id, project_id, origin, worker_count, closed, completed_at, folded_at)"
    " select gen_random_uuid(), tenant_id, id, 'reported', 1, true, now(), case when n > 1 then now() end"
    " from projects, generate_series(1, 10) n",
    "insert into tests (run_id, test_id, tenant_id, file, title_path, outcome)"
    " select r.id, n::text, r.tenant_id, 'a.ts', array[n::text], 'passed' from runs r, generate_series(1, 100) n",
    "insert into known_tests (tenant_id, project_id, test_id, file, title_path, first_seen_at, last_seen_at,"
    " last_run_id, last_outcome) select tenant_id, id, n::text, 'a.ts', array[n::text], now(), now(),"
    " gen_random_uuid(), 'passed' from projects, generate_series(1, 100) n",
    "insert into test_results (tenant_id, project_id, run_id, test_ref, ended_at, outcome, retried, burst, quarantined,"
    " attempts, failed_attempts, duration_ms, failed_ms) select r.tenant_id, r.project_id, r.id, k.id, r.completed_at,"
    " case when k.id % 50 = 0 then 'failed' else 'passed' end, false, false, false, 1, 0, 1, 0"
    " from runs r join known_tests k on k.project_id = r.project_id",
    "analyze",
)


@pytest.fixture
async def filled(fresh_database: str) -> AsyncGenerator[Database]:
    async with filled_by(fresh_database, _FILL) as db:
        yield db


async def test_no_table_is_read_whole(filled: Database) -> None:
    async with filled.connection() as connection:
        row = await (
            await connection.execute("select tenant_id, id, project_id from runs order by id limit 1")
        ).fetchone()
    assert row
    of_run: dict[str, object] = {"tenant_id": row[0], "run_id": row[1]}
    of_project: dict[str, object] = {"tenant_id": row[0], "project_id": row[2]}
    window: dict[str, object] = {"until": None, "age": "90 days", "most": 100}
    wanted: Mapping[str, tuple[Mapping[str, object], str]] = {
        "due_runs": ({"tenant_id": None, "limit": 10, "again": True}, "runs_to_fold"),
        "unsettled_tests": ({**of_run, "after": "", "limit": 200, "head": 12_000, "tail": 4_000}, "tests_pkey"),
        "crowd": (of_run, "tests_pkey"),
        "expected_failures": (
            {**of_run, **of_project, "ended_at": datetime.now(UTC), "workers": None, "age": "90 days", "most": 20},
            "runs_ended",
        ),
        "forget_run": (of_run, "test_results_other_pkey"),
        "executions": ({**of_project, **window, "refs": [1, 2, 3]}, "test_results_other_test_ref_ended_at"),
        "notable_tests_of_run": (of_run, "test_results_other_pkey"),
        "refs_of_tests": ({**of_project, "test_ids": ["1", "2"]}, "known_tests_project_id_test_id"),
        "new_files": ({**of_run, **of_project}, "tests_pkey"),
        "files_of_project": (of_project, "known_tests_file"),
    }

    for name, (values, index) in wanted.items():
        plan = await plan_of(filled, QUERIES[name], values)

        assert index in plan, f"{name}:\n{plan}"
        assert "Seq Scan" not in plan, f"{name}:\n{plan}"


async def test_a_run_of_which_no_statistics_know_is_not_joined_row_by_row(filled: Database) -> None:
    async with filled.connection() as connection:
        row = await (await connection.execute("select tenant_id, id from runs order by id limit 1")).fetchone()
    assert row
    values = {"tenant_id": row[0], "run_id": row[1], "marks": "[]"}

    async with filled.transaction() as tx:
        await tx.execute("delete from pg_statistic where starelid = 'tests'::regclass")
        await tx.execute(QUERIES["plan_for_many"])
        plan = await (await tx.execute(SQL("explain ") + SQL(QUERIES["take_in"]), values)).fetchall()
        await tx.execute(QUERIES["plan_as_ever"])
        restored = await (await tx.execute("show enable_nestloop")).fetchone()

    joins = [line for (line,) in plan if "Join" in line]
    assert [line for line in joins if "Hash" in line or "Merge" in line], plan
    assert restored == ("on",)
