"""One watch a run and process, however many viewers it has."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final
from uuid import UUID

from psycopg import Error

from shifty.database.pool import Database
from shifty.errors import Refusal
from shifty.live.bus import Bus
from shifty.live.look import Look, look
from shifty.live.watch import Watch

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 2.0
SETTLE_S: Final = 0.1
"""Changes that come within this time of each other are read once; longer for a run that takes long to read."""
_LONGEST_SETTLE_S: Final = 2.0
_SHARE_OF_TIME: Final = 4

_Key = tuple[UUID, UUID]


class Hub:
    """Reads a watched run once a change and hands the look to all who watch it."""

    def __init__(self, db: Database, bus: Bus) -> None:
        self._db = db
        self._watches: dict[_Key, Watch] = {}
        self._glances: dict[_Key, asyncio.Task[Look | None]] = {}
        self._closed = False
        self.looks = 0
        """How often this process has read a run, for all of its viewers together."""
        bus.watch(self._changed)

    async def glance(self, tenant_id: UUID, run_id: UUID) -> Look | None:
        """How the run stands, from its watch if there is one; None when this tenant has no such run."""
        key = (tenant_id, run_id)
        if watch := self._watches.get(key):
            return watch.latest
        glance = self._glances.get(key)
        if glance is None:
            glance = self._glances[key] = asyncio.create_task(self._look(key), name=f"glance-{run_id}")
            glance.add_done_callback(lambda _: self._glances.pop(key, None))
        # Others may wait for the same: one who goes away must not take it along.
        return await asyncio.shield(glance)

    @contextmanager
    def watching(self, tenant_id: UUID, run_id: UUID, first: Look, *, results: bool = False) -> Generator[Watch]:
        """The watch of a run, which begins with ``first`` unless there is one already; ``results``: with its tests."""
        key = (tenant_id, run_id)
        watch = self._watches.get(key)
        if watch is None:
            watch = self._watches[key] = Watch(tenant_id, run_id, first)
            watch.stopped = self._closed
            watch.task = asyncio.create_task(self._refresh(watch), name=f"watch-{run_id}")
        watch.viewers += 1
        watch.result_viewers += results
        try:
            yield watch
        finally:
            watch.viewers -= 1
            watch.result_viewers -= results
            if watch.viewers == 0:
                self._watches.pop(key, None)
                if watch.task:
                    watch.task.cancel()

    async def follow(self, tenant_id: UUID, run_id: UUID, first: Look, every_s: float) -> AsyncIterator[Look]:
        """``first``, then the latest every ``every_s`` seconds, changed or not, and the final one at once."""
        with self.watching(tenant_id, run_id, first) as watch:
            yield first
            seen = first
            while not (seen.is_final or watch.stopped):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(watch.end(), every_s)
                seen = watch.latest
                yield seen

    async def changes(self, watch: Watch, since: str) -> AsyncIterator[Look]:
        """What has changed since the cursor ``since``, for one viewer that comes back."""
        key, after = (watch.tenant_id, watch.run_id), ""
        while page := await self._look(key, since, after):
            yield page
            if not page.is_full or page.last_test_id is None:
                return
            after = page.last_test_id

    def close(self) -> None:
        """Send all viewers away: they come back to another server, or to this one once it is up again."""
        self._closed = True
        for watch in self._watches.values():
            watch.stop()

    def _changed(self, run_id: UUID | None) -> None:
        for (_, watched), watch in self._watches.items():
            if run_id in (None, watched):
                watch.dirty.set()

    async def _look(self, key: _Key, since: str | None = None, after: str = "") -> Look | None:
        self.looks += 1
        return await look(self._db, *key, since, after)

    async def _refresh(self, watch: Watch) -> None:
        after, until = "", ""
        while not (watch.latest.is_over and not after):
            if not after:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(watch.dirty.wait(), LOOK_EVERY_S)
                watch.dirty.clear()
            began = time.monotonic()
            seen = await self._seen(watch, after)
            if seen is None:
                await asyncio.sleep(SETTLE_S)
                continue
            # More changes than a look holds: those that were not yet there at the first page are in the next round.
            until = until or seen.taken
            after = (seen.last_test_id or "") if seen.is_full else ""
            watch.add(seen, watch.cursor if after else until)
            if not after:
                until = ""
                await asyncio.sleep(min(_LONGEST_SETTLE_S, max(SETTLE_S, _SHARE_OF_TIME * (time.monotonic() - began))))

    async def _seen(self, watch: Watch, after: str) -> Look | None:
        """The next look; None: there was none, and another is to be taken."""
        wants_results = watch.result_viewers > 0
        try:
            seen = await self._look((watch.tenant_id, watch.run_id), watch.cursor if wants_results else None, after)
        except (Error, OSError, Refusal) as error:
            log.info("run %s could not be read, the next look is in %s s: %s", watch.run_id, LOOK_EVERY_S, error)
            return None
        except Exception:
            # Viewers would see a run that stands still for ever.
            log.exception("run %s could not be read, the next look is in %s s", watch.run_id, LOOK_EVERY_S)
            return None
        if seen is None:
            # Deleted: viewers see the last that was, and then the end.
            return replace(watch.latest, status="cancelled", closed=True, tests=None, changes=0, last_test_id=None)
        if watch.result_viewers > 0 and not wants_results:
            # Somebody who wants the tests has come in between; this look would hide what it does not hold.
            watch.dirty.set()
            return None
        return seen
