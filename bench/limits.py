"""What a rate limit costs a request, beside one round trip to the database.

The peer is `select 1` on a connection of the pool. Tokens are taken one after the other, and by fifty requests at once;
of ingest some are taken ahead. All run several times in turn; the medians are compared, in microseconds.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

from bench.report import write
from shifty.database.embedded import EmbeddedPostgres
from shifty.database.migrate import migrate
from shifty.database.pool import Database
from shifty.tenants.meter import Meters
from shifty.tenants.rates import Bucket

ROUNDS = 5
TIMES = 1000
AT_ONCE = 50
BAR = 3.0
"""Round trips that a lone request's token may cost: the statement writes a row."""

Work = Callable[[], Awaitable[object]]


async def microseconds(work: Work, times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        await work()
    return (time.perf_counter() - began) / times * 1e6


async def measure(db: Database) -> dict[str, float]:
    meters = Meters(db, {Bucket.API: 10_000_000, Bucket.INGEST: 10_000_000})
    holder = str(uuid4())

    async def round_trip() -> None:
        async with db.connection() as connection:
            await connection.execute("select 1")

    async def at_once() -> None:
        await asyncio.gather(*(meters.take(Bucket.API, holder) for _ in range(AT_ONCE)))

    works: dict[str, tuple[Work, int]] = {
        "roundTrip": (round_trip, TIMES),
        "alone": (lambda: meters.take(Bucket.API, holder), TIMES),
        "fiftyAtOnce": (at_once, TIMES // AT_ONCE),
        "ingest": (lambda: meters.take(Bucket.INGEST, holder), TIMES),
    }
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS + 1):
        for name, (work, times) in works.items():
            found[name].append(await microseconds(work, times))
    # The first round is a warm-up: statements are prepared in it.
    medians = {name: statistics.median(figures[1:]) for name, figures in found.items()}
    return {**medians, "fiftyAtOnce": medians["fiftyAtOnce"] / AT_ONCE}


async def run(dsn: str) -> dict[str, float]:
    await migrate(dsn)
    db = await Database.open(dsn)
    try:
        return await measure(db)
    finally:
        await db.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        postgres = EmbeddedPostgres(Path(folder))
        postgres.start()
        try:
            figures = {name: round(figure, 1) for name, figure in asyncio.run(run(postgres.dsn)).items()}
        finally:
            postgres.stop()
    ours, peer = figures["alone"], figures["roundTrip"]
    ratio = round(ours / peer, 2)
    bar = {"ours": ours, "peer": peer, "ratio": ratio, "bar": BAR, "holds": ratio <= BAR}
    write("limits", {"unit": "µs a request", **bar, "figures": figures})
    print(figures)


if __name__ == "__main__":
    main()
