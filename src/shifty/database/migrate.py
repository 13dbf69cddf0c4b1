"""Brings a database to the schema of this release: ordered SQL files, each in a transaction of its own.

A release only ever adds (expand) what the one before it can live with, and takes away (contract) what it no longer
needed, so that old and new servers may run side by side during an upgrade.
"""

import hashlib
from importlib.resources import files
from typing import LiteralString, NamedTuple, cast

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from shifty.database.pool import connect
from shifty.errors import UsageError

OLDEST_POSTGRES = 16
_LOCK = 7_213_001  # Of our choice; two servers that start together take turns.


class Migration(NamedTuple):
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def shipped_migrations() -> list[Migration]:
    """The migrations of this release, in order."""
    folder = files("shifty.database").joinpath("migrations")
    found = [Migration(file.name, file.read_text(encoding="utf-8")) for file in folder.iterdir()]
    return sorted(migration for migration in found if migration.name.endswith(".sql"))


async def migrate(dsn: str) -> list[str]:
    """Apply what is missing and return its names, in order. Safe to run from several processes at once.

    Raises:
        UsageError: PostgreSQL is too old, the database is newer than this release, an applied migration was edited,
            or the role may not create tables.
        Unavailable: the database can't be reached.
    """
    async with await connect(dsn) as connection:
        if connection.info.server_version < OLDEST_POSTGRES * 10_000:
            raise UsageError(
                f"Shifty needs PostgreSQL {OLDEST_POSTGRES} or newer and this is "
                f"{connection.info.server_version // 10_000}: upgrade it, or unset SHIFTY_DATABASE_URL to use the "
                f"embedded one."
            )
        try:
            return await _apply_missing(connection)
        except psycopg.errors.InsufficientPrivilege as error:
            raise UsageError(
                f"The role {connection.info.user!r} may not create tables in database {connection.info.dbname!r}: "
                f"make it the owner (alter database … owner to …)."
            ) from error


async def pending_migrations(connection: AsyncConnection[TupleRow]) -> list[str]:
    """Names of shipped migrations that this database lacks."""
    applied = await _applied(connection) if await _is_migrated(connection) else {}
    return [migration.name for migration in shipped_migrations() if migration.name not in applied]


async def newer_migrations(connection: AsyncConnection[TupleRow]) -> list[str]:
    """Names of applied migrations that this release does not know."""
    applied = await _applied(connection) if await _is_migrated(connection) else {}
    return sorted(applied.keys() - {migration.name for migration in shipped_migrations()})


async def _apply_missing(connection: AsyncConnection[TupleRow]) -> list[str]:
    await connection.execute("select pg_advisory_lock(%s)", (_LOCK,))
    try:
        await connection.execute(
            "create table if not exists schema_migrations"
            " (name text primary key, checksum text not null, applied_at timestamptz not null default now())"
        )
        shipped = shipped_migrations()
        applied = await _applied(connection)
        _check(shipped, applied)
        missing = [migration for migration in shipped if migration.name not in applied]
        for migration in missing:
            await _apply(connection, migration)
        return [migration.name for migration in missing]
    finally:
        if not connection.closed:
            await connection.execute("select pg_advisory_unlock(%s)", (_LOCK,))


async def _is_migrated(connection: AsyncConnection[TupleRow]) -> bool:
    row = await (await connection.execute("select to_regclass('schema_migrations') is not null")).fetchone()
    return row is not None and bool(row[0])


async def _applied(connection: AsyncConnection[TupleRow]) -> dict[str, str]:
    rows = await (await connection.execute("select name, checksum from schema_migrations")).fetchall()
    return dict(rows)


async def _apply(connection: AsyncConnection[TupleRow], migration: Migration) -> None:
    async with connection.transaction():
        # Trusted like a literal: the text ships with the code.
        await connection.execute(cast("LiteralString", migration.sql))
        await connection.execute(
            "insert into schema_migrations (name, checksum) values (%s, %s)", (migration.name, migration.checksum)
        )


def _check(shipped: list[Migration], applied: dict[str, str]) -> None:
    known = {migration.name: migration for migration in shipped}
    if unknown := sorted(applied.keys() - known.keys()):
        raise UsageError(
            f"The database is newer than this Shifty (it has {unknown[-1]}): upgrade with pip install -U shifty, "
            f"or use another data folder or database."
        )
    for name, checksum in applied.items():
        if known[name].checksum != checksum:
            raise UsageError(
                f"Migration {name} was changed after it had been applied to this database: "
                f"reinstall the release that applied it, or restore the database from a backup."
            )
