"""The duty that notices what nobody reports: a look every second."""

import asyncio
import logging
from datetime import timedelta

from psycopg import Error

from shifty.database.pool import Database
from shifty.errors import Refusal
from shifty.live.bus import Bus
from shifty.orchestration.reap import reap

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0


class Reaper:
    """Every replica has one; locks in the database let them take turns."""

    def __init__(self, db: Database, bus: Bus, lease_for: timedelta) -> None:
        self._db = db
        self._bus = bus
        self._lease_for = lease_for
        self._every_s = min(LOOK_EVERY_S, lease_for.total_seconds() / 4)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="reaper")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                self._bus.mark(await reap(self._db, self._lease_for))
            except (Error, OSError, Refusal) as error:
                log.warning("the database is away; leases are looked at again in %s s: %s", self._every_s, error)
            except Exception:
                # A run that can't be closed must not keep all others from being looked after.
                log.exception("the look for lost work failed; the next one is in %s s", self._every_s)
            await asyncio.sleep(self._every_s)
