"""Sends fingerprints of passed attempts to the server, in the background and in batches.

They are not worth a spool: what the server does not take is seen again in the next run, and dropped.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeAlias

from shifty.client.errors import CallFailed

Send: TypeAlias = Callable[[Sequence[bytes]], Awaitable[object]]

MOST_AT_ONCE = 500
MOST_BYTES_AT_ONCE = 2 * 1024 * 1024
MOST_WAITING = 16 * 1024 * 1024
_LINGER_S = 0.3

_log = logging.getLogger(__name__)


class Learned:
    """Begins to send when it is made; ``close`` gives the rest a last chance."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._news = asyncio.Event()
        self._empty = asyncio.Event()
        self._hurry = asyncio.Event()
        self._empty.set()
        self._sender = asyncio.create_task(self._send_all())

    def put(self, seen: Iterable[bytes]) -> None:
        for each in seen:
            if self._size + len(each) > MOST_WAITING:
                return
            self._waiting.append(each)
            self._size += len(each)
            self._empty.clear()
            self._news.set()

    async def close(self, patience_s: float) -> None:
        self._hurry.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._empty.wait(), patience_s)
        self._sender.cancel()
        await asyncio.wait([self._sender])

    async def _send_all(self) -> None:
        while True:
            await self._news.wait()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), _LINGER_S)
            await self._deliver(self._next())
            if not self._waiting:
                self._news.clear()
                self._empty.set()

    async def _deliver(self, seen: Sequence[bytes]) -> None:
        try:
            await self._send(seen)
        except CallFailed as error:
            if error.status not in (400, 413) or len(seen) == 1:
                _log.info("%d fingerprints are dropped: %s", len(seen), error)
                return
            # One that the server can't take must not take the others along.
            half = len(seen) // 2
            await self._deliver(seen[:half])
            await self._deliver(seen[half:])

    def _next(self) -> list[bytes]:
        chosen: list[bytes] = []
        size = 0
        while self._waiting and len(chosen) < MOST_AT_ONCE:
            if chosen and size + len(self._waiting[0]) > MOST_BYTES_AT_ONCE:
                break
            chosen.append(self._waiting.popleft())
            size += len(chosen[-1])
        self._size -= size
        return chosen
