"""Replicas tell each other that a run has changed: a coalesced NOTIFY, never inside the transaction that changed it.

NOTIFY takes a database-wide lock until its transaction commits, so it stands on a connection of its own and says at
most ten times a second which runs are dirty. A message may be lost with a connection; whoever watches also looks by
itself every few seconds.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from uuid import UUID

from psycopg import Error

from shifty.database.pool import Database
from shifty.errors import Refusal
from shifty.live.look import QUERIES

log = logging.getLogger(__name__)

FLUSH_EVERY_S = 0.1
RECONNECT_AFTER_S = 1.0

Watcher = Callable[[UUID | None], None]
"""Called with the run that changed, or None when messages may have been missed."""


class Bus:
    """This replica's ear and voice."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._dirty: set[UUID] = set()
        self._wake = asyncio.Event()
        self._watchers: list[Watcher] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._own_pid = 0

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._keep(self._speak), name="bus-speak"),
            asyncio.create_task(self._keep(self._listen), name="bus-listen"),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def watch(self, watcher: Watcher) -> None:
        self._watchers.append(watcher)

    def mark(self, run_ids: Iterable[UUID]) -> None:
        """Say that these runs have changed, once their transaction is committed. This replica hears it at once."""
        for run_id in run_ids:
            self._dirty.add(run_id)
            self._tell(run_id)
        self._wake.set()

    def _tell(self, run_id: UUID | None) -> None:
        for watcher in self._watchers:
            watcher(run_id)

    async def _keep(self, duty: Callable[[], Coroutine[None, None, None]]) -> None:
        """Run a duty for ever, over a new connection whenever the database went away."""
        while True:
            try:
                await duty()
            except (Error, OSError, Refusal) as error:
                log.info("the bus lost its connection and comes back: %s", error)
            except Exception:
                log.exception("the bus stumbled and comes back")
            await asyncio.sleep(RECONNECT_AFTER_S)

    async def _speak(self) -> None:
        connection = await self._db.dedicated()
        async with connection:
            self._own_pid = connection.info.backend_pid
            while True:
                await self._wake.wait()
                self._wake.clear()
                told, self._dirty = self._dirty, set()
                try:
                    await connection.execute(QUERIES["tell"], {"run_ids": [str(run_id) for run_id in told]})
                except BaseException:
                    self._dirty |= told
                    self._wake.set()
                    raise
                await asyncio.sleep(FLUSH_EVERY_S)

    async def _listen(self) -> None:
        connection = await self._db.dedicated()
        async with connection:
            await connection.execute("listen shifty_runs")
            self._tell(None)
            async for notification in connection.notifies():
                # What this replica has said itself it has heard already.
                if notification.pid != self._own_pid:
                    self._tell(UUID(notification.payload))
