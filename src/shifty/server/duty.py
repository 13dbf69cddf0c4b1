"""Something that every replica does again and again, whatever goes wrong."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from psycopg import Error

from shifty.errors import Refusal

log = logging.getLogger(__name__)


class Duty:
    """``work`` every ``every_s`` seconds, first after as long: a server that starts has better things to do."""

    def __init__(self, name: str, every_s: float, work: Callable[[], Awaitable[object]]) -> None:
        self._name = name
        self._every_s = every_s
        self._work = work
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            try:
                await self._work()
            except (Error, OSError, Refusal) as error:
                log.warning("%s: a part that it needs is away; again in %s s: %s", self._name, self._every_s, error)
            except Exception:
                log.exception("%s failed; again in %s s", self._name, self._every_s)
