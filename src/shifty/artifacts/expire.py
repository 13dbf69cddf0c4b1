"""Remove artifacts whose time is over, and the objects that nobody needs any more."""

from typing import Final

from shifty.artifacts.store import QUERIES
from shifty.database.pool import Database
from shifty.storage.blobs import BlobStore

AT_ONCE: Final = 200


async def sweep(db: Database, blobs: BlobStore) -> None:
    """All that there is to remove now. Replicas may do it at the same time: each takes rows that no other holds."""
    while await expire(db) | await bury(db, blobs):
        pass


async def expire(db: Database) -> bool:
    """Mark what is over and drop what never came; both leave tombstones. Whether there may be more."""
    done = 0
    for statement in ("expire_due", "drop_overdue"):
        async with db.connection() as connection:
            cursor = await connection.execute(QUERIES[statement], {"limit": AT_ONCE})
            done = max(done, cursor.rowcount)
    return done >= AT_ONCE


async def bury(db: Database, blobs: BlobStore) -> bool:
    """Delete the objects of tombstones; whether there may be more. A crash, or a store that fails, leaves them.

    Raises:
        StoreAway: they stay for the next time.
    """
    async with db.transaction() as tx:
        rows = await (await tx.execute(QUERIES["take_tombstones"], {"limit": AT_ONCE})).fetchall()
        keys: list[str] = [row[0] for row in rows]
        if keys:
            await blobs.delete(keys)
            await tx.execute(QUERIES["drop_tombstones"], {"keys": keys})
            await tx.execute(QUERIES["visit_again"], {"keys": keys})
    return len(keys) >= AT_ONCE
