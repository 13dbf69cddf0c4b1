"""Statements that are asked in the middle of a test keep their index, however much there is."""

from collections.abc import AsyncGenerator, Mapping

import pytest

from shifty.database.pool import Database
from shifty.healing.store import QUERIES
from tests.support.plans import filled_by, plan_of

_FILL = (
    "insert into tenants (slug) values ('many') returning id",
    "insert into projects (tenant_id, slug) select id, 'p' || n from tenants, generate_series(1, 20) n",
    "insert into runs (id, tenant_id, project_id, origin, worker_count) select gen_random_uuid(), tenant_id, id,"
    " 'reported', 1 from projects, generate_series(1, 5)",
    "insert into tests (run_id, test_id, tenant_id, file, title_path, outcome, healing_attempted, attempts)"
    " select r.id, n::text, r.tenant_id, 'a.ts', array[n::text], 'passed', n % 100 = 0, case when n % 100 = 0 then"
    ' \'[{"attempt": 0, "heals": [{"confidence": 0.9, "decision": "heal"}]}]\'::jsonb else \'[]\' end'
    " from runs r, generate_series(1, 200) n",
    "insert into fingerprints (tenant_id, project_id, test_id, file, line, selector, selector_digest, digest, versions)"
    " select tenant_id, id, 't' || n % 100, 'f' || n % 50, n, 's' || n, sha256(convert_to('s' || n, 'UTF8')), 'd', '[]'"
    " from projects, generate_series(1, 500) n",
    "insert into test_history (project_id, tenant_id, test_id, file, title_path, durations_ms, p50_ms, runs,"
    " last_seen_at) select id, tenant_id, 't' || n, 'f' || n, '{t}', '{1}', 1, 1, now()"
    " from projects, generate_series(1, 100) n",
    "insert into drifts (tenant_id, run_id, test_id, file, line, selector, selector_digest, similarity, was, is_now)"
    " select tenant_id, id, 't', 'f', n, 's', '\\x00', 0.1, '{}', '{}' from runs, generate_series(1, 20) n",
    "insert into healing_decisions (tenant_id, project_id, file, selector, healed_selector, digest, decision,"
    " decided_by) select tenant_id, id, 'f' || n % 50, 's' || n, 'h', sha256(n::text::bytea), 'refused', 'k'"
    " from projects, generate_series(1, 500) n",
    "analyze",
)


@pytest.fixture
async def filled(fresh_database: str) -> AsyncGenerator[Database]:
    async with filled_by(fresh_database, _FILL) as db:
        yield db


async def test_no_table_is_read_whole(filled: Database) -> None:
    async with filled.connection() as connection:
        row = await (
            await connection.execute("select r.tenant_id, r.id, project_id from runs r order by r.id limit 1")
        ).fetchone()
    assert row
    of_project: dict[str, object] = {"tenant_id": row[0], "project_id": row[2]}
    of_run: dict[str, object] = {"tenant_id": row[0], "run_id": row[1], "limit": 50, "offset": 0}
    anything = dict.fromkeys(("min_confidence", "decision", "success", "test_id"))
    listed: dict[str, object] = {"tenant_id": row[0], "only": None, "project": None, "limit": 50, "offset": 0}
    any_word = dict.fromkeys(("test_id", "decision", "success", "decided", "search"))
    wanted: Mapping[str, tuple[Mapping[str, object], str]] = {
        "uses_of_selector": (
            {**of_project, "file": "f7", "selector": "s7", "test_id": "t7", "line": 7},
            "fingerprints_place",
        ),
        "known_fingerprints": (
            {**of_project, "test_ids": ["t1", "t2"], "test_file": "f3", "limit": 9},
            "fingerprints_project_id_test_id",
        ),
        "page_of_events": ({**of_run, **anything}, "tests_healing"),
        "count_events": ({**of_run, **anything}, "tests_healing"),
        "refused_replacements": ({**of_project, "file": "f7", "selector": "s7"}, "healing_decisions_file"),
        "page_of_replacements": ({**listed, **any_word, "most_runs": 20, "most_tests": 50}, "tests_healing"),
        "page_of_drifts": (of_run, "drifts_run_id"),
        "forget": ({"after": "90 days", "limit": 100}, "fingerprints_seen"),
    }

    for name, (values, index) in wanted.items():
        plan = await plan_of(filled, QUERIES[name], values)

        assert index in plan, f"{name}:\n{plan}"
        assert "Seq Scan" not in plan, f"{name}:\n{plan}"
