"""Watches over a batch: kills it when its lease is lost or the worker leaves, lets it end when its run is cancelled."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from shifty import wire
from shifty.worker.heartbeat import Signals
from shifty.worker.playwright.batch import BatchRun
from shifty.worker.playwright.model import BatchOutcome, stable_id_of

_STOP_S = 15.0
"""What hooks and fixtures get to clean up in; then the batch is killed."""


@dataclass
class Running:
    """The tests that run at this moment, from the messages that pass by."""

    tests: set[str] = field(default_factory=set[str])
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def see(self, message: wire.AnyMessage) -> None:
        match message:
            case wire.TestStartMessage(payload=started):
                self.tests.add(stable_id_of(started))
            case wire.TestBatchMessage(payload=batch):
                self.tests.difference_update(stable_id_of(result) for result in batch.results if result.final)
            case _:
                return
        self._changed.set()

    async def ended(self) -> None:
        """Wait for those that run now."""
        current = set(self.tests)
        while current & self.tests:
            self._changed.clear()
            await self._changed.wait()


async def attend(batch: BatchRun, running: Running, signals: Signals, leave: asyncio.Event) -> BatchOutcome:
    """Run ``batch`` to its end, or to the end that a signal asks for."""
    work = asyncio.create_task(batch.run())
    duties = [
        asyncio.create_task(_on(signals.lost, batch.kill)),
        asyncio.create_task(_on(leave, batch.kill)),
        asyncio.create_task(_on(signals.cancelled, lambda: _wind_down(batch, running))),
    ]
    try:
        return await work
    finally:
        for task in (work, *duties):
            task.cancel()
        await asyncio.wait([work, *duties])


async def _on(event: asyncio.Event, act: Callable[[], Awaitable[None] | None]) -> None:
    await event.wait()
    waited = act()
    if waited is not None:
        await waited


async def _wind_down(batch: BatchRun, running: Running) -> None:
    """Playwright can't be told to start no more tests: it is interrupted once those that run now have ended."""
    await running.ended()
    batch.stop()
    await asyncio.sleep(_STOP_S)
    batch.kill()
