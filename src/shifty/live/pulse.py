"""Tells whoever looks at a list that a run of their tenant has changed, without asking the database for each viewer."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from shifty.database.pool import Database
from shifty.live.bus import Bus
from shifty.live.look import QUERIES

SETTLE_S: Final = 1.0
QUIET_S: Final = 15.0
"""Without a change, there is a beat so often: messages of other replicas may be lost."""
_MOST_REMEMBERED: Final = 10_000


class Pulse:
    """One a process. Whose a run is never changes, so each run is asked about once."""

    def __init__(self, db: Database, bus: Bus) -> None:
        self._db = db
        self._viewers: dict[UUID, set[asyncio.Event]] = {}
        self._owners: OrderedDict[UUID, UUID] = OrderedDict()
        self._unknown: set[UUID] = set()
        self._asking: asyncio.Task[None] | None = None
        self._closed = False
        bus.watch(self._changed)

    async def beats(self, tenant_id: UUID) -> AsyncIterator[int]:
        """1, 2, 3 …: at once, then after each change, at most one in ``SETTLE_S``."""
        news = asyncio.Event()
        self._viewers.setdefault(tenant_id, set()).add(news)
        beat = 0
        try:
            while not self._closed:
                beat += 1
                yield beat
                await asyncio.sleep(SETTLE_S)
                try:
                    await asyncio.wait_for(news.wait(), QUIET_S)
                except TimeoutError:
                    continue
                finally:
                    news.clear()
        finally:
            viewers = self._viewers[tenant_id]
            viewers.discard(news)
            if not viewers:
                del self._viewers[tenant_id]

    def close(self) -> None:
        """Send all viewers away: they come back to another server."""
        self._closed = True
        self._tell_all()

    def _changed(self, run_id: UUID | None) -> None:
        if not self._viewers:
            return
        if run_id is None:
            self._tell_all()
        elif owner := self._owners.get(run_id):
            self._tell(owner)
        else:
            self._unknown.add(run_id)
            if self._asking is None or self._asking.done():
                self._asking = asyncio.create_task(self._ask(), name="pulse")

    async def _ask(self) -> None:
        while self._unknown:
            asked, self._unknown = self._unknown, set()
            async with self._db.connection() as connection:
                rows = await (await connection.execute(QUERIES["owners"], {"run_ids": list(asked)})).fetchall()
            for run_id, tenant_id in rows:
                self._owners[run_id] = tenant_id
                if len(self._owners) > _MOST_REMEMBERED:
                    self._owners.popitem(last=False)
                self._tell(tenant_id)

    def _tell(self, tenant_id: UUID) -> None:
        for news in self._viewers.get(tenant_id, ()):
            news.set()

    def _tell_all(self) -> None:
        for tenant_id in self._viewers:
            self._tell(tenant_id)
