"""Token buckets that processes share, over a real database. Each `Meters` is a process."""

import asyncio
from dataclasses import dataclass
from itertools import pairwise
from uuid import uuid4

import pytest

from shifty.database.pool import Database
from shifty.tenants.meter import Meters, drop_full_buckets
from shifty.tenants.rates import Bucket, Standing


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def holder() -> str:
    return f"holder-{uuid4().hex}"


@pytest.fixture
def clock() -> Clock:
    return Clock()


def process(db: Database, clock: Clock, per_minute: int = 1, bucket: Bucket = Bucket.API) -> Meters:
    return Meters(db, {bucket: per_minute}, clock)


async def let_pass(db: Database, holder: str, seconds: float) -> None:
    """As if a bucket had been left alone for so long."""
    async with db.connection() as connection:
        await connection.execute(
            "update rate_buckets set filled_at = filled_at - make_interval(secs => %s),"
            " full_at = full_at - make_interval(secs => %s) where name like %s",
            (seconds, seconds, f"%{holder}"),
        )


async def admitted(meters: Meters, holder: str, times: int, bucket: Bucket = Bucket.API) -> int:
    standings = await asyncio.gather(*(meters.take(bucket, holder) for _ in range(times)))
    return sum(known(standing).admitted for standing in standings)


def known(standing: Standing | None) -> Standing:
    assert standing is not None
    return standing


async def test_a_bucket_gives_what_it_holds_and_then_what_flows_in(db: Database, clock: Clock, holder: str) -> None:
    meters = process(db, clock, per_minute=2)

    assert await admitted(meters, holder, 6) == 4
    await let_pass(db, holder, 31)
    clock.now += 31
    assert await admitted(meters, holder, 6) == 1


async def test_it_never_holds_more_than_twice_what_flows_in(db: Database, clock: Clock, holder: str) -> None:
    meters = process(db, clock, per_minute=2)
    await meters.take(Bucket.API, holder)

    await let_pass(db, holder, 86_400)

    assert known(await meters.take(Bucket.API, holder)).tokens == pytest.approx(3, abs=0.1)


async def test_processes_never_give_more_than_there_is_together(db: Database, clock: Clock, holder: str) -> None:
    processes = [process(db, clock, per_minute=10) for _ in range(4)]

    given = await asyncio.gather(*(admitted(meters, holder, 20) for meters in processes))

    # One more would have flowed in after six seconds.
    assert sum(given) in range(20, 25)


async def test_each_caller_hears_of_its_own_token(db: Database, clock: Clock, holder: str) -> None:
    meters = process(db, clock, per_minute=5)

    standings = await asyncio.gather(*(meters.take(Bucket.API, holder) for _ in range(12)))

    left = [known(standing).headers()["RateLimit-Remaining"] for standing in standings]
    assert left == ["9", "8", "7", "6", "5", "4", "3", "2", "1", "0", "0", "0"]


async def test_holders_and_buckets_do_not_know_each_other(db: Database, clock: Clock, holder: str) -> None:
    meters = Meters(db, {Bucket.API: 1, Bucket.INGEST: 1}, clock)

    assert await admitted(meters, holder, 3) == 2
    assert await admitted(meters, f"other-{holder}", 3) == 2
    assert await admitted(meters, holder, 3, Bucket.INGEST) == 2


async def test_an_empty_bucket_is_refused_without_asking_again(shared_dsn: str, clock: Clock, holder: str) -> None:
    database = await Database.open(shared_dsn)
    meters = process(database, clock)
    await admitted(meters, holder, 3)

    await database.close()

    refused = known(await meters.take(Bucket.API, holder))
    assert (refused.admitted, 0 < refused.retry_after_s <= 60) == (False, True)
    clock.now += 61
    assert await meters.take(Bucket.API, holder) is None


async def test_no_limit_asks_nobody(shared_dsn: str, clock: Clock, holder: str) -> None:
    database = await Database.open(shared_dsn)
    await database.close()

    assert await process(database, clock, per_minute=0).take(Bucket.API, holder) is None


async def test_a_database_that_is_away_lets_requests_go_on(shared_dsn: str, clock: Clock, holder: str) -> None:
    database = await Database.open(shared_dsn)
    meters = process(database, clock)
    await database.close()

    assert [await meters.take(Bucket.API, holder) for _ in range(5)] == [None] * 5


async def test_a_database_that_hangs_holds_nobody_up(db: Database, clock: Clock, holder: str) -> None:
    meters = process(db, clock, per_minute=10)
    await meters.take(Bucket.API, holder)

    async with db.transaction() as hanging:
        await hanging.execute("select 1 from rate_buckets where name = %s for update", (f"api/{holder}",))
        first = await meters.take(Bucket.API, holder)
        # The question is still open: the next ones do not even wait for it.
        others = await asyncio.gather(*(meters.take(Bucket.API, holder) for _ in range(50)))

    assert first is None
    assert others == [None] * 50
    clock.now += 10
    assert known(await meters.take(Bucket.API, holder)).admitted


async def test_ingest_is_taken_ahead_once_it_comes_fast(db: Database, clock: Clock, holder: str) -> None:
    meters = process(db, clock, 30_000, Bucket.INGEST)

    slow = known(await meters.take(Bucket.INGEST, holder))
    assert await last_given(db, holder) == 1
    clock.now += 0.01
    fast = [known(await meters.take(Bucket.INGEST, holder)) for _ in range(51)]

    # One for itself and as many as a quarter of a second would need; each caller sees its own request counted.
    assert await last_given(db, holder) == 51
    assert slow.admitted
    assert all(before.tokens - after.tokens == pytest.approx(1) for before, after in pairwise(fast))


async def test_what_was_taken_ahead_lapses(db: Database, clock: Clock, holder: str) -> None:
    meters = process(db, clock, 30_000, Bucket.INGEST)
    await meters.take(Bucket.INGEST, holder)
    clock.now += 0.01
    await meters.take(Bucket.INGEST, holder)

    clock.now += 5
    await meters.take(Bucket.INGEST, holder)

    assert await last_given(db, holder) == 1


async def test_nothing_is_taken_ahead_of_a_bucket_that_is_half_empty(db: Database, clock: Clock, holder: str) -> None:
    meters = process(db, clock, 600, Bucket.INGEST)
    assert await admitted(meters, holder, 1000, Bucket.INGEST) == 1000

    clock.now += 0.001
    await meters.take(Bucket.INGEST, holder)

    assert await last_given(db, holder) == 1


async def last_given(db: Database, holder: str) -> int:
    """How many tokens the bucket has given to whoever asked last."""
    async with db.connection() as connection:
        cursor = await connection.execute("select granted from rate_buckets where name = %s", (f"ingest/{holder}",))
        row = await cursor.fetchone()
    assert row
    return row[0]


async def test_full_buckets_are_forgotten_and_others_are_not(db: Database, clock: Clock, holder: str) -> None:
    meters = process(db, clock)
    await meters.take(Bucket.API, f"full-{holder}")
    await let_pass(db, f"full-{holder}", 61)
    await meters.take(Bucket.API, holder)

    await drop_full_buckets(db)

    async with db.connection() as connection:
        cursor = await connection.execute("select name from rate_buckets where name like %s", (f"%{holder}",))
        assert [row[0] for row in await cursor.fetchall()] == [f"api/{holder}"]
