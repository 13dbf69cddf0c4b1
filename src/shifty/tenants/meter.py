"""Token buckets that all replicas share: what a process knows of them, and when it asks the database."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final

from psycopg import Error

from shifty.database.pool import Database
from shifty.errors import Refusal
from shifty.tenants.rates import Bucket, Rate, Standing
from shifty.tenants.store import QUERIES

log = logging.getLogger(__name__)

PATIENCE_S: Final = 2.0
"""How long a request waits for its token. Then it goes on without: a limit must never be why nothing works."""

_KEPT_S: Final = 1.0
"""How long a token that was taken ahead is good for."""
_AHEAD_S: Final = 0.25
_QUIET_S: Final = 1.0
_MOST_METERS: Final = 10_000


class Meters:
    """Every bucket that this process has lately taken from. A rate of 0 a minute is no limit."""

    def __init__(
        self, db: Database, per_minute: Mapping[Bucket, int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.rates = {bucket: Rate(bucket, limit) for bucket, limit in per_minute.items() if limit}
        self._db = db
        self._clock = clock
        self._meters: OrderedDict[str, Meter] = OrderedDict()
        self._quiet_until = 0.0

    async def take(self, bucket: Bucket, holder: str) -> Standing | None:
        """Take one token. None: there is no limit, or nobody can tell for the moment and the request goes on."""
        rate = self.rates.get(bucket)
        if rate is None:
            return None
        meter = self._meter(rate, holder)
        standing = meter.at_hand(self._clock())
        if standing or self._clock() < self._quiet_until:
            return standing
        known, standing = await meter.ask(self._db, self._clock)
        if not known:
            # The database is away or busy: it is left alone for a moment, by all buckets.
            self._quiet_until = self._clock() + _QUIET_S
        return standing

    def _meter(self, rate: Rate, holder: str) -> "Meter":
        name = f"{rate.bucket}/{holder}"
        meter = self._meters.get(name)
        if meter is None:
            meter = self._meters[name] = Meter(name, rate)
            if len(self._meters) > _MOST_METERS:
                self._meters.popitem(last=False)
        else:
            self._meters.move_to_end(name)
        return meter


class Meter:
    """One bucket. Its requests ask the database together: while one question is under way, the next ones gather."""

    def __init__(self, name: str, rate: Rate) -> None:
        self._name = name
        self._rate = rate
        self._waiting: list[asyncio.Future[Standing | None]] = []
        self._asking: asyncio.Task[None] | None = None
        self._ahead = 0
        self._ahead_until = 0.0
        self._tokens = float(rate.capacity)
        self._empty_until = 0.0
        self._used = 0
        self._asked_at = float("-inf")

    def at_hand(self, now: float) -> Standing | None:
        """The answer that needs no question: a token that was taken ahead, or that none can be there yet."""
        if self._ahead and now < self._ahead_until:
            self._ahead -= 1
            self._used += 1
            return Standing(self._rate, True, self._tokens + self._ahead)
        if now < self._empty_until:
            return Standing(self._rate, False, 1 - (self._empty_until - now) * self._rate.per_second)
        return None

    async def ask(self, db: Database, clock: Callable[[], float]) -> tuple[bool, Standing | None]:
        """A token from the database; (False, None) when it has no answer in time."""
        answer: asyncio.Future[Standing | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._answer_all(db, clock), name="rate limit")
        # The question goes on without us: a connection in the middle of a statement is worth more than a clean stop.
        await asyncio.wait({answer}, timeout=PATIENCE_S)
        standing = answer.result() if answer.done() else None
        return standing is not None, standing

    async def _answer_all(self, db: Database, clock: Callable[[], float]) -> None:
        while self._waiting:
            asked, self._waiting = self._waiting, []
            standings: list[Standing] = []
            try:
                standings = await self._take(db, len(asked), clock)
            except (Error, OSError, Refusal) as error:
                log.warning("requests are not counted for the moment: %s", error)
            finally:
                for number, answer in enumerate(asked):
                    if not answer.done():
                        answer.set_result(standings[number] if standings else None)

    async def _take(self, db: Database, needed: int, clock: Callable[[], float]) -> list[Standing]:
        now = clock()
        # As many more as the next moment will need, if it is like the last one.
        spare = min(self._rate.most_ahead, int((self._used + needed) / max(now - self._asked_at, 1e-3) * _AHEAD_S))
        self._asked_at, self._used = now, needed
        values = {
            "name": self._name,
            "capacity": self._rate.capacity,
            "per_second": self._rate.per_second,
            "needed": needed,
            "spare": spare,
        }
        async with db.connection() as connection:
            row = await (await connection.execute(QUERIES["take_tokens"], values)).fetchone()
        if row is None:
            raise RuntimeError("an upsert returned no row")
        granted, self._tokens = int(row[0]), float(row[1])
        self._ahead = max(0, granted - needed)
        self._ahead_until = clock() + _KEPT_S
        if granted < needed:
            self._empty_until = clock() + (1 - self._tokens) / self._rate.per_second
        admitted = min(granted, needed)
        left = [self._tokens + granted - number for number in range(1, admitted + 1)]
        return [Standing(self._rate, True, tokens) for tokens in left] + [
            Standing(self._rate, False, self._tokens) for _ in range(needed - admitted)
        ]


async def drop_full_buckets(db: Database) -> None:
    """Forget the buckets that are full: a full one and none are the same."""
    async with db.connection() as connection:
        await connection.execute(QUERIES["drop_full_buckets"])
