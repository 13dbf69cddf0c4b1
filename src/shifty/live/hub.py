"""One watch a run and process, however many viewers it has."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID

from psycopg import Error

from shifty.database.pool import Database
from shifty.errors import Refusal
from shifty.live.bus import QUERIES, Bus

log = logging.getLogger(__name__)

TERMINAL = frozenset({"completed", "failed", "cancelled"})
LOOK_EVERY_S = 2.0
SETTLE_S = 0.25
"""Changes that come within this time of each other are read once."""


@dataclass(frozen=True)
class Snapshot:
    """How a run stands. ``body`` is JSON on one line."""

    version: int
    status: str
    body: str

    @property
    def is_final(self) -> bool:
        return self.status in TERMINAL


@dataclass
class _Watch:
    tenant_id: UUID
    latest: Snapshot
    viewers: int = 0
    dirty: asyncio.Event = field(default_factory=asyncio.Event)
    renewed: asyncio.Condition = field(default_factory=asyncio.Condition)
    task: asyncio.Task[None] | None = None


class Hub:
    """Reads a watched run once a change and hands the snapshot to all who look at it."""

    def __init__(self, db: Database, bus: Bus) -> None:
        self._db = db
        self._watches: dict[UUID, _Watch] = {}
        bus.watch(self._changed)

    async def snapshot(self, tenant_id: UUID, run_id: UUID) -> Snapshot | None:
        """How the run stands now; None when this tenant has no such run."""
        async with self._db.connection() as connection:
            cursor = await connection.execute(QUERIES["snapshot"], {"tenant_id": tenant_id, "run_id": run_id})
            row = await cursor.fetchone()
        return None if row is None else Snapshot(row[1], row[2], row[0])

    async def follow(self, tenant_id: UUID, run_id: UUID, first: Snapshot, every_s: float) -> AsyncIterator[Snapshot]:
        """``first``, then the latest every ``every_s`` seconds, changed or not, and the final one at once."""
        yield first
        if first.is_final:
            return
        watch = self._enter(tenant_id, run_id, first)
        try:
            while True:
                await self._final_or(watch, every_s)
                latest = watch.latest
                yield latest
                if latest.is_final:
                    return
        finally:
            self._leave(run_id, watch)

    async def _final_or(self, watch: _Watch, every_s: float) -> None:
        async with watch.renewed:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(watch.renewed.wait_for(lambda: watch.latest.is_final), every_s)

    def _enter(self, tenant_id: UUID, run_id: UUID, first: Snapshot) -> _Watch:
        watch = self._watches.get(run_id)
        if watch is None:
            watch = self._watches[run_id] = _Watch(tenant_id, first)
            watch.task = asyncio.create_task(self._refresh(run_id, watch), name=f"watch-{run_id}")
        watch.viewers += 1
        return watch

    def _leave(self, run_id: UUID, watch: _Watch) -> None:
        watch.viewers -= 1
        if watch.viewers == 0:
            self._watches.pop(run_id, None)
            if watch.task:
                watch.task.cancel()

    def _changed(self, run_id: UUID | None) -> None:
        watches = self._watches.values() if run_id is None else filter(None, [self._watches.get(run_id)])
        for watch in watches:
            watch.dirty.set()

    async def _refresh(self, run_id: UUID, watch: _Watch) -> None:
        while not watch.latest.is_final:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(watch.dirty.wait(), LOOK_EVERY_S)
            watch.dirty.clear()
            try:
                latest = await self.snapshot(watch.tenant_id, run_id)
            except (Error, OSError, Refusal) as error:
                log.info("run %s could not be read, the next look is in %s s: %s", run_id, LOOK_EVERY_S, error)
                continue
            except Exception:
                # Viewers would see a run that stands still for ever.
                log.exception("run %s could not be read, the next look is in %s s", run_id, LOOK_EVERY_S)
                continue
            async with watch.renewed:
                # Gone means deleted: viewers see the last that was, and then the end.
                watch.latest = latest or Snapshot(watch.latest.version, "cancelled", watch.latest.body)
                watch.renewed.notify_all()
            await asyncio.sleep(SETTLE_S)
