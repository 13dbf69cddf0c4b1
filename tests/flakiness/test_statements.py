"""Statements of every fold keep their index, however much history there is."""

from collections.abc import AsyncGenerator, Mapping
from datetime import timedelta
from uuid import uuid4

import pytest

from shifty.database.pool import Database
from shifty.flakiness.store import QUERIES
from tests.support.plans import filled_by, plan_of

_FILL = (
    "insert into tenants (slug) values ('many') returning id",
    "insert into projects (tenant_id, slug) select id, 'p' || n from tenants, generate_series(1, 10) n",
    "insert into runs (id, tenant_id, project_id, origin, worker_count, closed, branch, completed_at)"
    " select gen_random_uuid(), tenant_id, id, 'reported', 1, true, 'main', now() - n * interval '1 hour'"
    " from projects, generate_series(1, 40) n",
    "insert into known_tests (tenant_id, project_id, test_id, file, title_path, first_seen_at, last_seen_at,"
    " last_run_id, last_outcome) select tenant_id, id, 't' || n, 'f' || n % 9, '{t}', now(), now(), gen_random_uuid(),"
    " 'passed' from projects, generate_series(1, 50) n",
    "select ensure_history_month(now())",
    "insert into test_results (tenant_id, project_id, run_id, test_ref, ended_at, outcome, retried, burst, quarantined,"
    " attempts, failed_attempts, duration_ms, failed_ms) select r.tenant_id, r.project_id, r.id, k.id, r.completed_at,"
    " case when k.id % 20 = 0 then 'failed' else 'passed' end, false, false, false, 1, (k.id % 20 = 0)::int, 100, 0"
    " from runs r join known_tests k on k.project_id = r.project_id",
    "insert into assessments (test_ref, tenant_id, project_id, verdict, total_runs, failed_runs, flaky_runs, rate, low,"
    " high, failing_share, lost_ms, assessed_at) select id, tenant_id, project_id, 'flaky', 9, 1, 1, 11, 1, 40, 0.1, 5,"
    " now() from known_tests where id % 20 = 0",
    "analyze",
)


@pytest.fixture
async def filled(fresh_database: str) -> AsyncGenerator[Database]:
    async with filled_by(fresh_database, _FILL) as db:
        yield db


async def test_no_table_of_history_is_read_whole(filled: Database) -> None:
    async with filled.connection() as connection:
        row = await (
            await connection.execute("select tenant_id, project_id, id, completed_at from runs order by id limit 1")
        ).fetchone()
    assert row
    of_project: dict[str, object] = {"tenant_id": row[0], "project_id": row[1]}
    window: dict[str, object] = {**of_project, "until": None, "age": timedelta(days=90)}
    rule = {"rules": [uuid4()], "refs": [7], "since": [row[3] - timedelta(days=9)]}
    wanted: Mapping[str, tuple[Mapping[str, object], str]] = {
        "windows": ({**window, "refs": [1, 2, 3], "most": 100}, "test_ref_ended_at"),
        "earlier": (
            {**of_project, "refs": [1, 2], "branch": "main", "until": None, "good": 9, "bad": 5},
            "test_ref_ended_at",
        ),
        "notable": ({**window, "assessed": True}, "project_id_ended_at"),
        "wishes": (window, "runs_ended"),
        "standing": ({**of_project, "flaky_from": 10.0}, "assessments_project"),
        "day_of": ({**of_project, "moment": row[3]}, "runs_ended"),
        "ran": ({**of_project, "run_id": row[2], "refs": [1, 2]}, "pkey"),
        "greens": ({**of_project, **rule, "age": timedelta(days=90)}, "test_ref_ended_at"),
    }

    for name, (values, index) in wanted.items():
        plan = await plan_of(filled, QUERIES[name], values)

        assert index in plan, f"{name}:\n{plan}"
        assert "Seq Scan" not in plan, f"{name}:\n{plan}"
