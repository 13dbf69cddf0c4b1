"""Ask the forge how pull requests stand: for servers that no webhook reaches, and for what webhooks miss."""

import logging
from datetime import timedelta
from typing import Final

from shifty.database.pool import Database
from shifty.pull_requests.errors import ForgeRefused
from shifty.pull_requests.forges import Forges
from shifty.pull_requests.model import Known
from shifty.pull_requests.store import follow_pr, to_look_at

log = logging.getLogger(__name__)

FOLLOW_EVERY_S: Final = 300.0
AT_ONCE: Final = 50
CLOSED_FOR: Final = timedelta(days=14)
"""Somebody may open a closed one again; older than this, only a webhook tells."""


async def follow(db: Database, forges: Forges) -> None:
    """Look at those that were looked at longest ago.

    Raises:
        ForgeAway, HealingNotConfigured: they are looked at again the next time.
    """
    if forges.repository is None:
        return
    async with db.connection() as connection:
        numbers = await to_look_at(connection, forges.repository, CLOSED_FOR, AT_ONCE)
    if not numbers:
        return
    async with forges.open() as forge:
        for number in numbers:
            try:
                pull = await forge.look(number)
            except ForgeRefused as refusal:
                log.warning("Pull request %s can't be followed: %s", number, refusal)
                continue
            if pull:
                async with db.connection() as connection:
                    await follow_pr(connection, Known(forges.repository, number), pull.status)
