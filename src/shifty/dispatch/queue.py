"""How full a tenant's queue is. Unit: shards."""

from dataclasses import dataclass
from uuid import UUID

from shifty.database.pool import Database, Transaction
from shifty.dispatch.store import GONE_AFTER, QUERIES


@dataclass(frozen=True)
class QueueStats:
    waiting: int
    active: int
    completed: int
    failed: int
    capacity: int
    workers: int
    oldest_waiting_ms: int | None


async def queue_stats(db: Database, tenant_id: UUID) -> QueueStats:
    async with db.connection() as connection:
        cursor = await connection.execute(QUERIES["queue_stats"], {"tenant_id": tenant_id, "gone_after": GONE_AFTER})
        row = await cursor.fetchone()
    assert row is not None
    return QueueStats(*row)


async def waiting_and_capacity(tx: Transaction, tenant_id: UUID) -> tuple[int, int]:
    """Waiting shards and how many may wait, under a lock that keeps the answer true until the transaction ends."""
    cursor = await tx.execute(QUERIES["lock_tenant"], {"tenant_id": tenant_id})
    locked = await cursor.fetchone()
    cursor = await tx.execute(QUERIES["queue_stats"], {"tenant_id": tenant_id, "gone_after": GONE_AFTER})
    row = await cursor.fetchone()
    assert locked is not None
    assert row is not None
    return row[0], locked[0]
