"""Statements that every closing run asks, or that meet every known test, keep their index."""

from uuid import UUID, uuid4

from shifty.database.pool import Database
from shifty.quarantine.store import QUERIES
from tests.support.plans import plan_of


async def _with_many(db: Database) -> tuple[UUID, int]:
    """A tenant whose project has many known tests and a few rules."""
    async with db.connection() as connection:
        tenant = await connection.execute("insert into tenants (slug) values ('many') returning id")
        (tenant_id,) = await tenant.fetchone() or (None,)
        project = await connection.execute(
            "insert into projects (tenant_id, slug) values (%s, 'shop') returning id", (tenant_id,)
        )
        (project_id,) = await project.fetchone() or (None,)
        await connection.execute(
            "insert into known_tests (tenant_id, project_id, test_id, file, title_path, first_seen_at, last_seen_at,"
            " last_run_id, last_outcome) select %s, %s, n::text, 'f' || n / 20, array[n::text], now(), now(),"
            " gen_random_uuid(), 'passed' from generate_series(1, 5000) n",
            (tenant_id, project_id),
        )
        await connection.execute(
            "insert into quarantine_rules (tenant_id, project_id, kind, value, owner, reason, failing_share,"
            " created_by, expires_at, released_at) select %s, %s, 'test', n::text, 'o', 'r', 0.2, 'k',"
            " now() + interval '1 day', case when n > 10 then now() end from generate_series(1, 2000) n",
            (tenant_id, project_id),
        )
        await connection.execute("vacuum analyze known_tests")
        await connection.execute("vacuum analyze quarantine_rules")
        await connection.execute("vacuum analyze tests")
    assert tenant_id
    assert project_id
    return tenant_id, project_id


async def test_a_run_that_ends_reads_rules_and_failures_from_their_indexes(fresh_database: str) -> None:
    db = await Database.open(fresh_database)
    try:
        tenant_id, project_id = await _with_many(db)
        run = {"tenant_id": tenant_id, "run_id": uuid4()}

        rules = await plan_of(db, QUERIES["active_rules"], {"tenant_id": tenant_id, "project_id": project_id})
        failures = await plan_of(db, QUERIES["candidates"], {**run, "with_not_run": True})
        errors = await plan_of(db, QUERIES["errors_of_tests"], {**run, "test_ids": ["1", "2"]})

        assert "quarantine_rules_active" in rules
        assert "Seq Scan" not in failures + errors
    finally:
        await db.close()


async def test_rules_about_a_test_or_a_file_do_not_read_every_known_test(fresh_database: str) -> None:
    db = await Database.open(fresh_database)
    try:
        tenant_id, project_id = await _with_many(db)
        values = {"tenant_id": tenant_id, "project_id": project_id, "of_rules": None}

        for query in ("count_matching", "quarantined_tests", "tests_of_rules"):
            plan = await plan_of(db, QUERIES[query], values)

            assert "known_tests_project_id_test_id_key" in plan
            assert "known_tests_file" in plan
    finally:
        await db.close()
