"""Forget fingerprints of locators that no test uses any more."""

from datetime import timedelta
from typing import Final

from shifty.database.pool import Database
from shifty.healing.store import forget

KEPT_FOR: Final = timedelta(days=90)
AT_ONCE: Final = 1000


async def forget_unseen(db: Database, after: timedelta = KEPT_FOR) -> None:
    """All that were not seen for so long. Replicas may do it at the same time: each takes rows that no other holds."""
    while True:
        async with db.connection() as connection:
            gone = await forget(connection, after, AT_ONCE)
        if gone < AT_ONCE:
            return
