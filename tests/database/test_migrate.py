"""Migrations, from an empty database and on one that is not ours."""

import asyncio

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from shifty.database.migrate import migrate, newer_migrations, pending_migrations, shipped_migrations
from shifty.database.pool import connect
from shifty.errors import UsageError
from tests.support.postgres import empty_database


async def test_an_empty_database_gets_every_migration_once(postgres_dsn: str) -> None:
    dsn = empty_database(postgres_dsn)

    first = await migrate(dsn)
    second = await migrate(dsn)

    assert first == [migration.name for migration in shipped_migrations()]
    assert second == []


async def test_servers_that_start_together_take_turns(postgres_dsn: str) -> None:
    dsn = empty_database(postgres_dsn)

    applied = await asyncio.gather(*[migrate(dsn) for _ in range(5)])

    assert sorted(map(len, applied)) == [0, 0, 0, 0, len(shipped_migrations())]


async def test_a_database_that_is_newer_than_the_code_is_refused_and_left_alone(fresh_database: str) -> None:
    with psycopg.connect(fresh_database) as connection:
        connection.execute("insert into schema_migrations (name, checksum) values ('9999_later.sql', 'x')")

    with pytest.raises(UsageError, match=r"newer than this Shifty \(it has 9999_later.sql\): upgrade"):
        await migrate(fresh_database)

    async with await connect(fresh_database) as connection:
        assert await newer_migrations(connection) == ["9999_later.sql"]


async def test_an_edited_migration_is_refused(fresh_database: str) -> None:
    with psycopg.connect(fresh_database) as connection:
        connection.execute("update schema_migrations set checksum = 'another'")

    with pytest.raises(UsageError, match=r"0001_initial.sql was changed after it had been applied"):
        await migrate(fresh_database)


async def test_what_is_pending_is_known_without_applying_it(postgres_dsn: str) -> None:
    async with await connect(empty_database(postgres_dsn)) as connection:
        assert await pending_migrations(connection) == [migration.name for migration in shipped_migrations()]
        assert await newer_migrations(connection) == []


async def test_a_role_that_may_not_create_tables_is_told_what_it_lacks(postgres_dsn: str) -> None:
    dsn = empty_database(postgres_dsn)
    role = make_conninfo(dsn)[-20:].replace("_", "").replace("=", "")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))

    with pytest.raises(UsageError, match="may not create tables in database"):
        await migrate(make_conninfo(dsn, user=role))


def test_migrations_are_numbered_without_gaps() -> None:
    numbers = [int(migration.name.split("_")[0]) for migration in shipped_migrations()]

    assert numbers == list(range(1, len(numbers) + 1))
