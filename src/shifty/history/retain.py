"""Make room for the next month of history, and drop the months that are too old."""

import logging
from datetime import UTC, datetime
from typing import Final

import psycopg
from psycopg import sql

from shifty.database.pool import Database, Transaction
from shifty.failures.store import forget_groups
from shifty.history.store import QUERIES

log = logging.getLogger(__name__)

RETAIN_EVERY_S: Final = 3600
_PATIENCE: Final = "2s"
"""To drop a month locks all of them: who reads or writes waits behind us, and we behind whoever does."""
_TESTS_AT_ONCE: Final = 10_000


async def retain(db: Database, months: int, now: datetime | None = None) -> None:
    """Keep ``months`` whole months and the current one. Replicas may do it at the same time; what is busy waits.

    The next month's partitions are made ahead, so that no fold has to lock everybody out to make them.
    """
    now = now or datetime.now(UTC)
    before = _month(now, -months)
    try:
        for moment in (now, _month(now, 1)):
            async with db.transaction() as tx:
                await _be_patient(tx)
                await tx.execute(QUERIES["ensure_month"], {"moment": moment})
        for name in await _older(db, before):
            await _drop(db, name)
    except psycopg.errors.LockNotAvailable:
        log.info("history is in use; months that are too old are dropped at the next look")
        return
    await _drop_rows(db, before)


def _month(now: datetime, months: int) -> datetime:
    """The start of the month so many after that of ``now``, in UTC."""
    count = now.astimezone(UTC).year * 12 + now.astimezone(UTC).month - 1 + months
    return datetime(count // 12, count % 12 + 1, 1, tzinfo=UTC)


async def _older(db: Database, before: datetime) -> list[str]:
    async with db.connection() as connection:
        cursor = await connection.execute(QUERIES["months"])
        return [name for name, month in await cursor.fetchall() if month < before.date()]


async def _drop(db: Database, partition: str) -> None:
    async with db.transaction() as tx:
        await _be_patient(tx)
        await tx.execute(sql.SQL("drop table if exists {}").format(sql.Identifier(partition)))
    log.info("history: %s is too old and dropped", partition)


async def _be_patient(tx: Transaction) -> None:
    await tx.execute(sql.SQL("set local lock_timeout = {}").format(_PATIENCE))


async def _drop_rows(db: Database, before: datetime) -> None:
    async with db.connection() as connection:
        await connection.execute(QUERIES["drop_old_results"], {"before": before})
        await connection.execute(QUERIES["drop_old_occurrences"], {"before": before})
        await forget_groups(connection, before)
        values = {"before": before, "limit": _TESTS_AT_ONCE}
        while (await connection.execute(QUERIES["drop_old_tests"], values)).rowcount >= _TESTS_AT_ONCE:
            pass
