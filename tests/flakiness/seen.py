"""What the database has of a tenant after runs were taken in."""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from shifty.database.pool import Database
from tests.history.past import DAY, NOW, Past, Row, failed, passed, retried

HOUR = DAY / 24

_ASSESSMENTS: LiteralString = """
select k.title_path[2] as name, a.verdict, a.total_runs, a.failed_runs, a.flaky_runs, a.rate, a.low, a.high,
       a.failing_share, a.last_flaky_at, a.lost_ms, a.breakage, a.causes
  from assessments a join known_tests k on k.id = a.test_ref where a.tenant_id = %s order by name"""

_DAYS: LiteralString = """
select day::text, flaky_tests, round(rate_sum::numeric, 1)::float8 as rate_sum, broken_tests, quarantined_tests, lost_ms
  from flakiness_days where tenant_id = %s order by day"""


async def assessments(db: Database, tenant_id: UUID) -> dict[str, dict[str, object]]:
    """Every column but the time of looking, by the name of the test."""
    return {str(row["name"]): row for row in await _rows(db, _ASSESSMENTS, tenant_id)}


async def days(db: Database, tenant_id: UUID) -> list[dict[str, object]]:
    return await _rows(db, _DAYS, tenant_id)


async def rules(db: Database, tenant_id: UUID) -> list[dict[str, object]]:
    return await _rows(db, "select * from quarantine_rules where tenant_id = %s order by created_at, id", tenant_id)


async def _rows(db: Database, statement: LiteralString, tenant_id: UUID) -> list[dict[str, object]]:
    async with db.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement, (tenant_id,))
        return await cursor.fetchall()


async def write(db: Database, statement: LiteralString, *values: object) -> None:
    async with db.connection() as connection:
        await connection.execute(statement, values)


def row(letter: str, name: str = "pays") -> Row:
    """``P`` passed, ``F`` failed, ``R`` passed on retry."""
    return {"P": passed, "F": failed, "R": retried}[letter](name)


async def history(
    past: Past, letters: str, name: str = "pays", *, ends: datetime = NOW, commits: str | None = None
) -> list[UUID]:
    """A run an hour, the last at ``ends``; each of a commit of its own unless ``commits`` names them by letters."""
    return [
        await past.run(
            row(letter, name),
            at=ends - HOUR * (len(letters) - 1 - number),
            commit=commits[number] if commits else f"c{number}",
        )
        for number, letter in enumerate(letters)
    ]
