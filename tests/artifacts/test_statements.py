"""Statements that are asked often keep their index, however many artifacts there are."""

from typing import LiteralString

from psycopg.sql import SQL

from shifty.artifacts.store import QUERIES
from shifty.database.pool import Database
from tests.runs.seed import Seed

_MANY: LiteralString = """
insert into artifacts (id, tenant_id, run_id, type, name, storage_key, content_type, size_bytes, test_id, state,
                       expires_at)
select gen_random_uuid(), r.tenant_id, r.id, 'trace', 'trace.zip', r.id || '/' || n, 'application/zip', 10, n::text,
       'ready', now() + interval '1 day'
  from runs r, generate_series(1, 50) n"""


_INDEX_OF = {
    "page_of_artifacts": "artifacts_test",
    "pending_of_run": "artifacts_test",
    "expire_due": "artifacts_due",
    "drop_overdue": "artifacts_due",
    "get_signed": "artifacts_storage_key_key",
    "find_upload": "artifacts_upload",
}


async def test_statements_keep_their_index(fresh_database: str) -> None:
    db = await Database.open(fresh_database)
    plans: dict[str, str] = {}
    try:
        async with db.connection() as connection:
            row = await (await connection.execute("insert into tenants (slug) values ('t') returning id")).fetchone()
            assert row
            seed = Seed(db, row[0])
            runs = [await seed.run() for _ in range(60)]
            await connection.execute(_MANY)
            await connection.execute("analyze artifacts")
            keys = {"tenant_id": row[0], "run_id": runs[0], "storage_key": f"{runs[0]}/1", "upload_id": runs[0]}
            values = {**keys, "type": None, "test_id": None, "limit": 100, "offset": 0}
            for name in _INDEX_OF:
                cursor = await connection.execute(SQL("explain {}").format(SQL(QUERIES[name])), values)
                plans[name] = "\n".join(str(line[0]) for line in await cursor.fetchall())
    finally:
        await db.close()

    for name, index in _INDEX_OF.items():
        assert index in plans[name], plans[name]


async def test_what_a_tenant_stores_is_counted_by_every_way_in_and_out(fresh_database: str) -> None:
    db = await Database.open(fresh_database)
    try:
        async with db.connection() as connection:
            row = await (await connection.execute("insert into tenants (slug) values ('t') returning id")).fetchone()
            assert row
            runs = [await Seed(db, row[0]).run() for _ in range(3)]
            statements: list[tuple[LiteralString, object, int, int]] = [
                (_MANY, None, 1500, 0),
                ("update artifacts set size_bytes = 20 where run_id = %s", runs[0], 2000, 0),
                ("update artifacts set state = 'expired' where run_id = %s", runs[0], 1000, 50),
                ("update artifacts set state = 'pending', size_bytes = null where run_id = %s", runs[1], 500, 50),
                ("update artifacts set size_bytes = 1 where run_id = %s", runs[1], 550, 50),
                ("delete from runs where id = %s", runs[0], 550, 50),
                ("delete from runs where id = %s", runs[1], 500, 100),
                ("delete from artifacts where run_id = %s", runs[2], 0, 150),
            ]
            for statement, value, stored, tombstones in statements:
                await connection.execute(statement, None if value is None else (value,))
                counts = await (
                    await connection.execute(
                        "select (select sum(bytes) from tenant_storage), (select count(*) from artifact_tombstones)"
                    )
                ).fetchone()
                assert counts == (stored, tombstones), statement
    finally:
        await db.close()
