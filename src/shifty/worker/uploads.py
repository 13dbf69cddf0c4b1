"""Uploads what tests leave behind, in the background: results go first, and nobody who puts a file ever waits."""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from shifty.client.artifacts_api import Incomplete, Place, ToSend, complete, presign
from shifty.client.errors import Invalid, ServerAway, Stopped
from shifty.client.pauses import Pauses
from shifty.client.sender import Sender
from shifty.client.transport import Transport
from shifty.worker.upload_spool import UploadSpool, Waiting
from shifty.worker.worth import FileToKeep

LANES = 2
"""More would take from the tests what they gain."""
MOST_FILES = 10_000
MOST_BYTES = 8 * 1024**3
"""What may wait at once. Nearly all of it are links to what Playwright keeps anyway."""

_MOST_A_ROUND = 10
_FIRST_PAUSE_S = 0.3
_LONGEST_PAUSE_S = 5.0
_SAY_EVERY_S = 10.0
_MOST_TRIES = 5
_MOST_SAID = 5
_IN_VAIN = frozenset({"QUOTA_EXCEEDED", "ARTIFACT_EXPIRED", "PAYLOAD_TOO_LARGE"})

_log = logging.getLogger(__name__)


class Uploads:
    """The files of one worker and one run. What the spool holds from before is delivered first.

    ``before`` is awaited before each round: results must not wait for files.
    """

    def __init__(
        self, transport: Transport, run_id: str, spool: UploadSpool, before: Callable[[], Awaitable[None]]
    ) -> None:
        self.run_id = run_id
        self.delivered = 0
        self.refused = 0
        self.stopped: Stopped | None = None
        """Why the server takes none of them, once it has said so."""
        self._transport = transport
        self._sender = Sender(transport)
        self._spool = spool
        self._before = before
        self._waiting = deque(spool.waiting())
        self._seen = {each.file.upload_id for each in self._waiting}
        self._under_way: list[Waiting] = []
        self._news = asyncio.Event()
        self._settled = asyncio.Event()
        self._moved_at = time.monotonic()
        self._announce()
        self._lanes = [asyncio.create_task(self._work()) for _ in range(LANES)]

    def put(self, file: FileToKeep) -> None:
        """Upload ``file`` when there is time for it. What is asked for again is uploaded once."""
        if file.upload_id in self._seen or self.stopped:
            return
        if self.left >= MOST_FILES or self.left_bytes >= MOST_BYTES:
            self._refuse(file, f"{self.left} files wait already")
            return
        try:
            added = self._spool.add(file)
        except OSError as error:
            self._refuse(file, f"it can't be spooled to {self._spool.folder} ({error.strerror})")
            return
        if added:
            self._seen.add(file.upload_id)
            self._waiting.append(added)
            self._announce()

    @property
    def farewell(self) -> str:
        """What is to be said of those that are left."""
        files = f"{self.left} artifacts ({self.left_bytes / 1e6:.1f} MB)"
        return (
            f"{files} of run {self.run_id} are not uploaded; they wait in {self._spool.folder} "
            "and are delivered by the next worker that starts on this machine."
        )

    @property
    def left(self) -> int:
        return len(self._waiting) + len(self._under_way)

    @property
    def left_bytes(self) -> int:
        return sum(each.size for each in (*self._waiting, *self._under_way))

    async def drain(self, silence_s: float, most_s: float) -> bool:
        """Wait until all are delivered: while anything moves in ``silence_s``, and for ``most_s`` at most."""
        began = said = self._moved_at = time.monotonic()
        while not self._settled.is_set() and not all(lane.done() for lane in self._lanes):
            now = time.monotonic()
            if now - self._moved_at > silence_s or now - began > most_s:
                break
            if now - said > _SAY_EVERY_S:
                said = now
                _log.info("Uploading: %d artifacts (%.1f MB) are left", self.left, self.left_bytes / 1e6)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._settled.wait(), 0.5)
        return self.left == 0

    async def close(self) -> None:
        """Stop uploading. What is left stays on disk for the next worker of this data folder."""
        for lane in self._lanes:
            lane.cancel()
        for outcome in await asyncio.gather(*self._lanes, return_exceptions=True):
            if isinstance(outcome, Exception):
                # Ours, not the tests': what it did not upload is on disk.
                _log.error("Uploading was broken off", exc_info=outcome)
        await self._sender.aclose()
        with contextlib.suppress(OSError):
            self._spool.close()

    def _announce(self) -> None:
        if self._waiting:
            self._news.set()
        else:
            self._news.clear()
        if self.left:
            self._settled.clear()
        else:
            self._settled.set()

    async def _work(self) -> None:
        pauses = Pauses(_FIRST_PAUSE_S, _LONGEST_PAUSE_S)
        while not self.stopped:
            await self._news.wait()
            await self._before()
            round_ = self._take()
            try:
                await self._deliver(round_)
                pauses.restart()
            except ServerAway as away:
                self._spool.say_why(str(away))
                self._give_back(round_)
                await asyncio.sleep(pauses.next_s(away.retry_after_s))
            except Stopped as stopped:
                self._give_back(round_)
                self._stop(stopped)
            finally:
                self._give_back(round_)

    def _take(self) -> list[Waiting]:
        taken = [self._waiting.popleft() for _ in range(min(_MOST_A_ROUND, len(self._waiting)))]
        self._under_way += taken
        self._announce()
        return taken

    def _give_back(self, round_: list[Waiting]) -> None:
        """Those that are neither delivered nor refused wait again, behind the others: it may be one of them."""
        self._waiting.extend(round_)
        for each in round_:
            self._under_way.remove(each)
        round_.clear()
        self._announce()

    async def _deliver(self, round_: list[Waiting]) -> None:
        """Deliver all of ``round_``; what is left in it afterwards, or when this raises, is to be tried again."""
        to_send = [each for each in list(round_) if each.storage_key is None and self._is_there(each, round_)]
        if to_send:
            for each, place in zip(to_send, await self._places(to_send), strict=True):
                await self._send(each, place, round_)
        placed = {each.storage_key: each for each in round_ if each.storage_key is not None}
        if placed:
            answer = await complete(self._transport, list(placed))
            again = [(placed.pop(refused.storage_key), refused) for refused in answer.errors]
            for each in placed.values():
                self._settle_delivered(each, round_)
            for each, refused in again:
                self._look_again(each, refused, round_)
        if round_:
            raise ServerAway(f"{len(round_)} artifacts have to be sent again.")

    async def _places(self, files: Sequence[Waiting]) -> Sequence[Place]:
        try:
            return await presign(self._transport, self.run_id, [_described(each) for each in files])
        except Invalid as refusal:
            if len(files) == 1:
                return [Place(error=str(refusal), code=refusal.code)]
            # One that the server can't read must not keep the others.
            half = len(files) // 2
            return [*await self._places(files[:half]), *await self._places(files[half:])]

    def _look_again(self, each: Waiting, refused: Incomplete, round_: list[Waiting]) -> None:
        """The server does not find the bytes as announced."""
        if refused.code == "SERVICE_UNAVAILABLE":
            # They may well be there; the store does not say.
            raise ServerAway(refused.error)
        each.storage_key = None
        self._failed(each, refused.code, refused.error, round_)

    def _is_there(self, each: Waiting, round_: list[Waiting]) -> bool:
        size = self._spool.size_of(each.file)
        if size is None:
            self._refuse(each.file, "the file is gone")
            self._settle(each, round_)
            return False
        each.size = size
        return True

    async def _send(self, each: Waiting, place: Place, round_: list[Waiting]) -> None:
        if place.upload_url is None:
            self._refuse(each.file, place.error or "the server gives no place for it")
            self._settle(each, round_)
            return
        source = self._spool.source_of(each.file.upload_id, each.file.path)
        try:
            await self._sender.send(self.run_id, source, _described(each), place, lambda sent: self._moved(each, sent))
        except OSError as error:
            self._failed(each, "", f"it can't be read ({error.strerror})", round_)
        except Stopped as stopped:
            if stopped.status == 401:
                raise
            self._failed(each, stopped.code, str(stopped), round_)
        else:
            each.storage_key = place.storage_key

    def _failed(self, each: Waiting, code: str, why: str, round_: list[Waiting]) -> None:
        """It is tried again, unless that is in vain: its size may have changed, its place may have been given up."""
        each.tries += 1
        if code in _IN_VAIN or each.tries >= _MOST_TRIES:
            self._refuse(each.file, why)
            self._settle(each, round_)

    def _moved(self, each: Waiting, sent: int) -> None:
        # Bytes that went out before and were lost are no progress.
        if sent > each.furthest:
            each.furthest = sent
            self._moved_at = time.monotonic()

    def _settle_delivered(self, each: Waiting, round_: list[Waiting]) -> None:
        self.delivered += 1
        self._moved_at = time.monotonic()
        self._settle(each, round_)

    def _settle(self, each: Waiting, round_: list[Waiting]) -> None:
        round_.remove(each)
        self._under_way.remove(each)
        self._spool.done(each.file)
        self._announce()

    def _refuse(self, file: FileToKeep, why: str) -> None:
        self.refused += 1
        level = logging.WARNING if self.refused <= _MOST_SAID else logging.DEBUG
        _log.log(level, "%s of test %s is not uploaded: %s", file.name, file.test_id or "–", why)

    def _stop(self, stopped: Stopped) -> None:
        if self.stopped is None:
            _log.error("The server takes no artifacts of run %s: %s", self.run_id, stopped)
        self.stopped = stopped
        if stopped.code == "RUN_NOT_FOUND":
            # The run itself has been deleted: nobody will ever want this.
            for each in self._waiting:
                self._spool.done(each.file)
            self._waiting.clear()
        self._spool.say_why(str(stopped))
        self._announce()


def _described(each: Waiting) -> ToSend:
    file = each.file
    return ToSend(
        artifact_type=file.artifact_type,
        filename=file.name,
        content_type=file.content_type,
        size_bytes=each.size,
        upload_id=file.upload_id,
        test_id=file.test_id,
        attempt=file.attempt,
    )
