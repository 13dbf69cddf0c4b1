"""Let go of rules whose time is over."""

from typing import Final

from shifty.database.pool import Database
from shifty.quarantine.store import expire

EXPIRE_EVERY_S: Final = 60


async def expire_due(db: Database) -> int:
    """Mark every rule that is due as expired, whosesoever it is; how many.

    They excuse nothing from their last moment on, marked or not.
    """
    async with db.transaction() as tx:
        return await expire(tx)
