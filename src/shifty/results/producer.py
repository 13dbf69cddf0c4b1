"""A producer's end of the socket: messages in, acknowledgements out once they are stored."""

import asyncio
import logging
from typing import Final

from msgspec.structs import replace

from shifty.errors import Refusal, Unavailable
from shifty.live.hub import Hub
from shifty.results.commit import Committer
from shifty.results.frames import Frames, Gone
from shifty.results.ingest import Report
from shifty.results.messages import decode
from shifty.results.store import RunKey
from shifty.results.told import run_end
from shifty.wire import AnyMessage, RunEndMessage, RunStartMessage

log = logging.getLogger(__name__)

MOST_UNACKNOWLEDGED: Final = 32
"""Messages of one socket that may be on their way to the database; more are read when some are stored."""
_LOOK_EVERY_S: Final = 2.0


class Producer:
    """Takes messages of one run. Bad input gets an error: nothing that was sent well is lost by what was not."""

    def __init__(self, frames: Frames, committer: Committer, hub: Hub, key: RunKey, project: str | None) -> None:
        self._frames = frames
        self._committer = committer
        self._hub = hub
        self._key = key
        self._project = project
        self._free = asyncio.Semaphore(MOST_UNACKNOWLEDGED)
        self._open: set[asyncio.Task[bool]] = set()
        self._unstored = False
        self._shard: int | None = None
        self._ending: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        try:
            async with asyncio.TaskGroup() as storing:
                try:
                    while True:
                        await self._receive(storing)
                except Gone:
                    # What it sent before it left is stored all the same.
                    return
        finally:
            if self._ending:
                self._ending.cancel()

    async def _receive(self, storing: asyncio.TaskGroup) -> None:
        data = await self._frames.receive()
        try:
            message = decode(data)
        except Refusal as error:
            await self._frames.refuse(error)
            return
        await self._free.acquire()
        if isinstance(message, RunStartMessage | RunEndMessage):
            await self._store_in_turn(self._of_its_shard(message))
            return
        task = storing.create_task(self._store(message))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    def _of_its_shard(self, message: RunStartMessage | RunEndMessage) -> RunStartMessage | RunEndMessage:
        """A ``run:end`` as the contract prints it names no shard: it ends the one that this producer has started."""
        if isinstance(message, RunStartMessage):
            self._shard = message.payload.shard_index
            return message
        if message.payload.shard_index is not None:
            return message
        return replace(message, payload=replace(message.payload, shard_index=self._shard))

    async def _store_in_turn(self, message: RunStartMessage | RunEndMessage) -> None:
        """Batches may overtake each other, none its run:start, and no run:end a batch that it would lose."""
        if self._open:
            await asyncio.wait(self._open)
        if isinstance(message, RunEndMessage) and self._unstored:
            self._free.release()
            self._unstored = False
            sentence = "Results before this run:end are not stored yet. Send them again, and then the run:end."
            await self._answer(Unavailable(sentence), message.seq)
            return
        if await self._store(message) and isinstance(message, RunEndMessage) and self._ending is None:
            self._ending = asyncio.create_task(self._tell_end(), name="producer-end")

    async def _store(self, message: AnyMessage) -> bool:
        try:
            await self._committer.commit(Report(self._key, [message], self._project))
        except Refusal as error:
            self._unstored = self._unstored or isinstance(error, Unavailable)
            await self._answer(error, message.seq)
            return False
        except Exception:
            self._unstored = True
            # Not acknowledged, so the producer sends it again; the reason is in our log, not on its screen.
            log.exception("a message of run %s could not be stored", self._key.run_id)
            return False
        finally:
            self._free.release()
        await self._answer(None, message.seq)
        return True

    async def _answer(self, error: Refusal | None, seq: int | None) -> None:
        try:
            if error:
                await self._frames.refuse(error, seq)
            elif seq is not None:
                await self._frames.send({"type": "ack", "payload": {"seq": seq}})
        except Gone:
            # It will send again what it believes unstored.
            log.debug("a producer of run %s was gone before its answer", self._key.run_id)

    async def _tell_end(self) -> None:
        """A producer that has said its run:end, and listens on, hears when the whole run has ended."""
        try:
            first = await self._hub.glance(self._key.tenant_id, self._key.run_id)
            if first is None:
                return
            async for seen in self._hub.follow(self._key.tenant_id, self._key.run_id, first, _LOOK_EVERY_S):
                if seen.is_final:
                    await self._frames.send({"type": "run:end", "version": seen.version, "payload": run_end(seen)})
                    return
        except (Gone, Refusal):
            return
        except Exception:
            log.exception("a producer of run %s was not told of its end", self._key.run_id)
