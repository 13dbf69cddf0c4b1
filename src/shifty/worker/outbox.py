"""Delivers a run's messages to the server in order, however long it is away; nobody who puts one ever waits."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Sequence

import msgspec

from shifty import wire
from shifty.client.errors import ServerAway, Stopped
from shifty.client.transport import Transport
from shifty.client.worker_api import post_events
from shifty.worker.spool import Spool

MOST_MESSAGES = 100
MOST_BYTES = 512 * 1024

_LINGER_S = 0.1
"""Messages come in bursts; a moment's wait makes one request of a burst."""
_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0

_log = logging.getLogger(__name__)
_decoder = msgspec.json.Decoder(wire.AnyMessage)


class Outbox:
    """The messages of one worker about one run. What the spool holds from before is delivered first."""

    def __init__(self, transport: Transport, run_id: str, spool: Spool) -> None:
        self.run_id = run_id
        self.stopped: Stopped | None = None
        """Why the server takes no message of this run, once it has said so."""
        self._transport = transport
        self._spool = spool
        self._waiting = deque((line, True) for line in spool.waiting())
        self._news = asyncio.Event()
        self._empty = asyncio.Event()
        self._hurry = asyncio.Event()
        self._announce()
        self._sender = asyncio.create_task(self._send_all())

    def put(self, message: wire.AnyMessage) -> None:
        """Keep ``message`` and deliver it when the server is there."""
        line = msgspec.json.encode(message)
        try:
            self._spool.append(line)
            spooled = True
        except OSError as error:
            # Still delivered, from memory; only a death of this process would now lose it.
            _log.warning("A result can't be spooled to %s: %s", self._spool.folder, error.strerror)
            spooled = False
        self._waiting.append((line, spooled))
        self._announce()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def emptied(self) -> None:
        """Wait until the server has everything that was said so far."""
        await self._empty.wait()

    async def drain(self, timeout_s: float | None) -> bool:
        """Wait until the server has everything; False when it has not after ``timeout_s``.

        Raises:
            Stopped: it will never take it.
        """
        self._hurry.set()
        waits = [asyncio.create_task(self._empty.wait()), self._sender]
        try:
            await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waits[0].cancel()
            self._hurry.clear()
        if self.stopped:
            raise self.stopped
        if self._sender.done() and not self._sender.cancelled():
            self._sender.result()
        return not self._waiting

    async def close(self) -> None:
        """Stop delivering. What is left stays on disk for the next worker of this data folder."""
        self._sender.cancel()
        await asyncio.wait([self._sender])
        self._spool.close(remove=not self._waiting)

    def forget(self) -> None:
        """Drop what was not delivered."""
        self._waiting.clear()
        self._announce()

    def _announce(self) -> None:
        if self._waiting:
            self._empty.clear()
            self._news.set()
        else:
            self._empty.set()
            self._news.clear()

    async def _send_all(self) -> None:
        pause = _PAUSE_S
        while True:
            await self._news.wait()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), _LINGER_S)
            try:
                await self._send(self._next())
                pause = _PAUSE_S
            except ServerAway as away:
                await asyncio.to_thread(self._spool.sync)
                await asyncio.sleep(max(pause, away.retry_after_s or 0))
                pause = min(pause * 2, _LONGEST_PAUSE_S)
            except Stopped as stopped:
                _log.error("The server takes no results of run %s: %s", self.run_id, stopped)
                self.stopped = stopped
                return

    def _next(self) -> list[bytes]:
        chosen: list[bytes] = []
        size = 0
        for line, _ in self._waiting:
            if chosen and (len(chosen) == MOST_MESSAGES or size + len(line) > MOST_BYTES):
                break
            chosen.append(line)
            size += len(line) + 1
        return chosen

    async def _send(self, lines: Sequence[bytes]) -> None:
        try:
            answer = await post_events(self._transport, self.run_id, lines, patience_s=0)
            for refused in answer.errors:
                _log.error("The server refused a message (%s): %s", refused.code, refused.error)
        except Stopped as stopped:
            if stopped.status not in (400, 413):
                raise
            await self._send_smaller(lines, stopped)
            return
        self._acknowledge(len(lines))

    async def _send_smaller(self, lines: Sequence[bytes], refusal: Stopped) -> None:
        """One message that the server can't take must not hold up those behind it."""
        if len(lines) > 1:
            half = len(lines) // 2
            await self._send(lines[:half])
            await self._send(lines[half:])
            return
        try:
            await post_events(self._transport, self.run_id, [slim(lines[0])], patience_s=0)
        except Stopped:
            _log.error("The server refused a message of %d bytes: %s", len(lines[0]), refusal)
        self._acknowledge(1)

    def _acknowledge(self, count: int) -> None:
        size = 0
        for _ in range(count):
            line, spooled = self._waiting.popleft()
            size += len(line) + 1 if spooled else 0
        self._spool.acknowledge(size)
        self._announce()


def slim(line: bytes) -> bytes:
    """The message without what a result can live without: output, steps and attachments of its attempts."""
    message = _decoder.decode(line)
    if not isinstance(message, wire.TestBatchMessage):
        return line
    results = [
        msgspec.structs.replace(
            result,
            attempts=[
                msgspec.structs.replace(attempt, stdout="", stderr="", steps=[], attachments=[])
                for attempt in result.attempts or []
            ],
        )
        for result in message.payload.results
    ]
    payload = msgspec.structs.replace(message.payload, results=results)
    return msgspec.json.encode(msgspec.structs.replace(message, payload=payload))
