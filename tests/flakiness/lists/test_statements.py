"""What is asked of a hundred thousand tests reads a page, and not everything, of the large tables."""

from collections.abc import AsyncGenerator, Mapping
from typing import LiteralString

import pytest

from shifty.database.pool import Database
from shifty.flakiness.lists.store import QUERIES
from tests.support.plans import filled_by, plan_of

_FILL: tuple[LiteralString, ...] = (
    "insert into tenants (slug) values ('many')",
    "insert into projects (tenant_id, slug) select id, 'p' || n from tenants, generate_series(1, 10) n",
    "insert into runs (id, tenant_id, project_id, origin, worker_count, branch, completed_at, closed, folded_at)"
    " select gen_random_uuid(), tenant_id, id, 'reported', 1, 'main', now() - n * interval '1 hour', true, now()"
    " from projects, generate_series(1, 20) n",
    "insert into known_tests (tenant_id, project_id, test_id, file, title_path, first_seen_at, last_seen_at,"
    " last_run_id, last_outcome) select tenant_id, id, 't' || n, 'f' || n / 10, array['t' || n], now(), now(),"
    " gen_random_uuid(), 'passed' from projects, generate_series(1, 500) n",
    "insert into test_results (tenant_id, project_id, run_id, test_ref, ended_at, outcome, retried, burst, quarantined,"
    " attempts, failed_attempts, duration_ms, failed_ms) select r.tenant_id, r.project_id, r.id, k.id, r.completed_at,"
    " 'passed', false, false, false, 1, 0, 100, 0 from runs r join known_tests k on k.project_id = r.project_id",
    "insert into assessments (test_ref, tenant_id, project_id, verdict, total_runs, failed_runs, flaky_runs, rate, low,"
    " high, failing_share, lost_ms, assessed_at) select id, tenant_id, project_id, 'flaky', 10, 0, 2, 20, 5, 40, .2, 9,"
    " now() from known_tests where id % 50 = 0",
    "vacuum analyze",
)


@pytest.fixture
async def filled(fresh_database: str) -> AsyncGenerator[Database]:
    async with filled_by(fresh_database, _FILL) as db:
        yield db


async def test_no_table_of_results_is_read_whole(filled: Database) -> None:
    async with filled.connection() as connection:
        cursor = await connection.execute(
            "select r.tenant_id, r.project_id, r.id, r.completed_at, k.id from runs r join known_tests k"
            " on k.project_id = r.project_id order by r.completed_at, k.id limit 1"
        )
        row = await cursor.fetchone()
    assert row
    of_tenant: dict[str, object] = {"tenant_id": row[0], "only": None, "project_ids": [row[1]], "project_id": row[1]}
    nothing = dict.fromkeys(("file", "search", "owners", "quarantined", "verdict", "project_name", "tags", "branch"))
    page: dict[str, object] = {**of_tenant, **nothing, "limit": 50, "offset": 0, "days": 90, "most": 100}
    page |= {"run_ids": [], "run_ends": [], "refs": [row[4]], "ref": row[4], "sort": "lost"}
    on_branch = {**page, "branch": "main", "run_ids": [row[2]], "run_ends": [row[3]]}
    by_test, by_run = "test_ref_ended_at_idx", "test_results_other_pkey"
    wanted: Mapping[str, tuple[Mapping[str, object], str]] = {
        "tests_by_name": (page, "known_tests_file"),
        "tests_by_assessment": (page, "known_tests_file"),
        "last_runs": (on_branch, "runs_ended"),
        "count_on_branch": (on_branch, by_run),
        "show_tests": (page, by_test),
        "executions_on_branch": (on_branch, by_test),
        "executions_of_test": (page, by_test),
        "count_executions": (page, by_test),
        "errors_of_test": (page, by_test),
        "find_test": ({**page, "test_id": "t7"}, "known_tests_project_id_test_id_key"),
    }

    for name, (values, index) in wanted.items():
        plan = await plan_of(filled, QUERIES[name], values)

        assert index in plan, f"{name}:\n{plan}"
        assert "Seq Scan on test_results" not in plan, f"{name}:\n{plan}"
    assert by_run in await plan_of(filled, QUERIES["tests_by_name"], on_branch)
