"""A viewer's end of the socket: a snapshot first, then what changes, until the run is over."""

import asyncio
import contextlib
from typing import Final

import msgspec

from shifty.errors import Refusal
from shifty.live.hub import Hub
from shifty.live.look import Look
from shifty.live.watch import Watch
from shifty.results.errors import BadMessage, OnlyViews
from shifty.results.frames import Frames, Gone
from shifty.results.told import Shape, Told, told

SEND_PATIENCE_S: Final = 30.0
"""A viewer that takes nothing for so long is let go."""
_OVER: Final = 1000
_RESTARTS: Final = 1012
_PRODUCING: Final = frozenset({"run:start", "test:start", "test:batch", "run:error", "run:end"})


class _Typed(msgspec.Struct):
    type: str


_typed = msgspec.json.Decoder(_Typed)


class Viewer:
    """Sends at the pace of whoever views. What it can't keep up with, it does not get: it is told so, and goes on."""

    def __init__(self, frames: Frames, hub: Hub, watch: Watch, base: str) -> None:
        self._frames = frames
        self._hub = hub
        self._watch = watch
        self._base = base
        self._shape: Shape = ()

    async def serve(self, since: str | None) -> None:
        reading = asyncio.create_task(self._read(), name="viewer-read")
        telling = asyncio.create_task(self._tell(since), name="viewer-tell")
        try:
            await asyncio.wait((reading, telling), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reading, telling):
                task.cancel()
            answers = await asyncio.gather(reading, telling, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, Exception) and not isinstance(answer, Gone):
                raise answer

    async def _read(self) -> None:
        """Answer what a viewer says: it has nothing to say."""
        while True:
            data = await self._frames.receive()
            await self._frames.refuse(_complaint(data))

    async def _tell(self, since: str | None) -> None:
        seen, number, cursor = self._watch.latest, self._watch.number, self._watch.cursor
        await self._begin(seen, cursor, missed=False)
        if since is not None:
            await self._catch_up(since, cursor)
        while not (seen.is_over and not seen.is_full):
            await self._watch.news(number)
            if self._watch.stopped:
                await self._frames.close(_RESTARTS, "this server stops; come back with your cursor")
                return
            looks = self._watch.after(number)
            if looks is None:
                seen, number, cursor = self._watch.latest, self._watch.number, self._watch.cursor
                await self._begin(seen, cursor, missed=True)
                continue
            number += len(looks)
            for seen, cursor in looks:
                await self._go_on(told(seen, self._base), cursor)
            # A viewer that waits must not keep old looks alive.
            del looks
        await self._frames.send_text(told(seen, self._base).end(cursor))
        await self._frames.close(_OVER, "the run is over")

    async def _begin(self, seen: Look, cursor: str, *, missed: bool) -> None:
        messages = told(seen, self._base)
        self._shape = messages.shape
        await self._frames.send_text(messages.snapshot(cursor, missed=missed))

    async def _catch_up(self, since: str, cursor: str) -> None:
        with contextlib.suppress(Refusal):
            async for page in self._hub.changes(self._watch, since):
                for text in told(page, self._base).tests(cursor):
                    await self._frames.send_text(text)

    async def _go_on(self, messages: Told, cursor: str) -> None:
        if messages.shape != self._shape:
            self._shape = messages.shape
            await self._frames.send_text(messages.snapshot(cursor))
        for text in messages.tests(cursor):
            await self._frames.send_text(text)


def _complaint(data: bytes | str) -> Refusal:
    try:
        kind = _typed.decode(data).type
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return BadMessage(str(error))
    return OnlyViews(kind) if kind in _PRODUCING else BadMessage(f"a viewer has nothing to say, {kind[:40]!r} neither")
