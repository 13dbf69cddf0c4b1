"""What a process knows of a run that somebody looks at: its latest look, and those just before it."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from shifty.live.look import Look

MOST_KEPT: Final = 64
MOST_KEPT_CHARACTERS: Final = 8 * 1024 * 1024
"""So much is kept for viewers that lag behind, for all of them together; who lags further gets a fresh start."""


class Watch:
    """One a run and process, however many viewers it has. Looks are numbered from 0, the one it began with."""

    def __init__(self, tenant_id: UUID, run_id: UUID, first: Look) -> None:
        self.tenant_id = tenant_id
        self.run_id = run_id
        self.latest = first
        self.cursor = first.taken
        """What a viewer that has seen ``latest`` has seen for sure: from here it can go on, on whatever server."""
        self.number = 0
        self.stopped = False
        self.viewers = 0
        self.result_viewers = 0
        """Those of them that want the tests, too."""
        self.dirty = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self._kept: deque[tuple[Look, str]] = deque()
        self._characters = 0
        self._news = asyncio.Event()

    def add(self, latest: Look, cursor: str) -> None:
        self.latest, self.cursor = latest, cursor
        self.number += 1
        self._kept.append((latest, cursor))
        self._characters += _size(latest)
        while len(self._kept) > MOST_KEPT or (self._characters > MOST_KEPT_CHARACTERS and len(self._kept) > 1):
            self._characters -= _size(self._kept.popleft()[0])
        self._tell()

    def stop(self) -> None:
        """This process watches no longer: viewers leave."""
        self.stopped = True
        self._tell()

    def after(self, number: int) -> Sequence[tuple[Look, str]] | None:
        """The looks after the one of that ``number``, each with its cursor; None: not all of them are still there."""
        missing = self.number - number
        if missing > len(self._kept):
            return None
        return [self._kept[index] for index in range(len(self._kept) - missing, len(self._kept))]

    async def news(self, number: int) -> None:
        """Return when there is a look after the one of that ``number``, or none will come any more."""
        while self.number == number and not self.stopped:
            await self._news.wait()

    async def end(self) -> None:
        """Return when the run has its final status, or nobody will learn of it here."""
        while not (self.latest.is_final or self.stopped):
            await self._news.wait()

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()


def _size(look: Look) -> int:
    return len(look.body) + len(look.tests or "")
