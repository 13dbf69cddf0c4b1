"""How PostgreSQL would answer a statement, in a database that holds enough to choose."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import LiteralString

from psycopg.sql import SQL

from shifty.database.pool import Database


@asynccontextmanager
async def filled_by(dsn: str, statements: Sequence[LiteralString]) -> AsyncGenerator[Database]:
    """A database after ``statements``."""
    db = await Database.open(dsn)
    async with db.connection() as connection:
        for statement in statements:
            await connection.execute(SQL(statement))
    yield db
    await db.close()


async def plan_of(db: Database, statement: LiteralString, values: Mapping[str, object]) -> str:
    async with db.connection() as connection:
        # The small tables of a test are read whole for want of anything better to do.
        await connection.execute("set enable_seqscan = off")
        plan = await connection.execute(SQL("explain ") + SQL(statement), values)
        lines = [line for (line,) in await plan.fetchall()]
        await connection.execute("reset all")
    return "\n".join(lines)
