"""Statements that are asked often keep their index, however many runs there are."""

from uuid import UUID

from psycopg.sql import SQL

from shifty.database.pool import Database
from shifty.runs.store import QUERIES
from tests.runs.seed import Seed

_ANYTHING = dict.fromkeys(
    ("only", "project", "branch", "ci_build_id", "commit_sha", "actor", "rerun_of", "created_from", "created_until")
)


async def test_the_newest_runs_are_read_from_their_index(fresh_database: str) -> None:
    db = await Database.open(fresh_database)
    try:
        tenant_id = await _many_runs(db)
        parameters = {**_ANYTHING, "tenant_id": tenant_id, "status": "all", "limit": 50, "offset": 0}

        async with db.connection() as connection:
            await connection.execute("set plan_cache_mode = force_generic_plan")
            plan = await connection.execute(SQL("explain ") + SQL(QUERIES["list_runs"]), parameters)
            lines = "\n".join(line for (line,) in await plan.fetchall())

        assert "runs_newest" in lines
        assert "Sort" not in lines
    finally:
        await db.close()


async def _many_runs(db: Database) -> UUID:
    async with db.connection() as connection:
        row = await (await connection.execute("insert into tenants (slug) values ('many') returning id")).fetchone()
        assert row
        tenant_id: UUID = row[0]
        first = await Seed(db, tenant_id).run()
        await connection.execute(
            "insert into runs (id, tenant_id, project_id, origin, worker_count, created_at)"
            " select gen_random_uuid(), r.tenant_id, r.project_id, r.origin, 1, now() - n * interval '1 minute'"
            "   from runs r, generate_series(1, 5000) n where r.id = %s",
            (first,),
        )
        await connection.execute("analyze runs")
    return tenant_id
