"""Group commit: all producers of a process share a few writers.

No timer: a writer takes what is queued when it is free. Under load groups grow by themselves, and a lone producer waits
for nobody (measured: a fixed wait of 4 ms cost four fifths of its rate).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from psycopg import DataError, IntegrityError
from psycopg.errors import DeadlockDetected, ProgramLimitExceeded, SerializationFailure

from shifty.database.pool import Database
from shifty.errors import Refusal, Unavailable
from shifty.results.errors import BadMessage
from shifty.results.ingest import Report, Stored, ingest, refuse_unknown
from shifty.wire import AnyMessage, TestBatchMessage

log = logging.getLogger(__name__)

WRITERS = 2
ROWS_AT_ONCE = 1000
QUEUE_LENGTH = 256
_MOST_DEADLOCKS = 5

Listener = Callable[[Stored], Awaitable[None]]


@dataclass(frozen=True)
class _Waiting:
    report: Report
    weight: int
    done: asyncio.Future[None]


class Committer:
    """Stores reports and says when they are safe. ``told`` hears of each commit after it."""

    def __init__(self, db: Database, told: Listener) -> None:
        self._db = db
        self._told = told
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue(QUEUE_LENGTH)
        self._writers: list[asyncio.Task[None]] = []
        self._stopped = False

    def start(self) -> None:
        self._writers = [asyncio.create_task(self._write(), name=f"writer-{n}") for n in range(WRITERS)]

    async def stop(self) -> None:
        self._stopped = True
        for writer in self._writers:
            writer.cancel()
        await asyncio.gather(*self._writers, return_exceptions=True)
        while not self._queue.empty():
            _fail([self._queue.get_nowait()], _stopping())
            # Whoever waited for room in the queue takes it now, and must hear the same.
            await asyncio.sleep(0)

    async def commit(self, report: Report) -> None:
        """Return when ``report`` is stored for good.

        Raises:
            UnknownRun, BadMessage: it can't be stored, and another try would not help.
            Unavailable: the database is away; send it again.
        """
        done = asyncio.get_running_loop().create_future()
        if not self._stopped:
            await self._queue.put(_Waiting(report, sum(map(_weight, report.messages)), done))
        if self._stopped:
            raise _stopping()
        await done

    async def _write(self) -> None:
        while True:
            group = [await self._queue.get()]
            rows = group[0].weight
            while rows < ROWS_AT_ONCE and not self._queue.empty():
                group.append(self._queue.get_nowait())
                rows += group[-1].weight
            try:
                await self._store(group)
            except asyncio.CancelledError:
                _fail(group, _stopping())
                raise

    async def _store(self, group: list[_Waiting]) -> None:
        try:
            stored = await self._ingest([waiting.report for waiting in group])
        except Unavailable as error:
            _fail(group, error)
        except Exception as error:  # noqa: BLE001  # answers for all who wait: they must hear, and the writer goes on
            await self._store_apart(group, error)
        else:
            # Before the answers: who hears that its run:end is stored finds the run ended.
            await self._tell(stored)
            for waiting in group:
                _settle(waiting, stored)

    async def _ingest(self, reports: list[Report]) -> Stored:
        for _ in range(_MOST_DEADLOCKS):
            try:
                return await ingest(self._db, reports)
            except (DeadlockDetected, SerializationFailure) as error:
                # Rolled back whole, and storing is idempotent.
                log.info("two reports got into each other's way and one is stored again: %s", error)
        return await ingest(self._db, reports)

    async def _store_apart(self, group: list[_Waiting], error: Exception) -> None:
        """One bad report must not take others with it."""
        if len(group) > 1:
            for waiting in group:
                await self._store([waiting])
        elif isinstance(error, Refusal):
            _fail(group, error)
        elif isinstance(error, DataError | IntegrityError | ProgramLimitExceeded):
            log.warning("a report was refused by the database: %s", error)
            _fail(group, BadMessage(str(error).partition("\n")[0]))
        else:
            log.error("a report could not be stored", exc_info=error)
            _fail(group, error)

    async def _tell(self, stored: Stored) -> None:
        try:
            await self._told(stored)
        except Exception:
            log.exception("viewers could not be told of a commit; they will read it at their next look")


def _stopping() -> Unavailable:
    return Unavailable("The server is stopping. Send this again; nothing was lost.")


def _weight(message: AnyMessage) -> int:
    return len(message.payload.results) if isinstance(message, TestBatchMessage) else 1


def _settle(waiting: _Waiting, stored: Stored) -> None:
    if waiting.done.done():
        return
    try:
        refuse_unknown(stored, waiting.report.key)
    except Refusal as error:
        waiting.done.set_exception(error)
    else:
        waiting.done.set_result(None)


def _fail(group: list[_Waiting], error: BaseException) -> None:
    for waiting in group:
        if not waiting.done.done():
            waiting.done.set_exception(error)
