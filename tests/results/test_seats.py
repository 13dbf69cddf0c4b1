"""Seats of producers are counted in the database, over all replicas."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import UUID

import pytest

from shifty.database.pool import Database
from shifty.results.errors import TooManyProducers
from shifty.results.seats import KEPT_FOR, RENEW_EVERY_S, Seats


async def seated(db: Database, tenant_id: UUID) -> int:
    async with db.connection() as connection:
        row = await (
            await connection.execute("select count(*) from producer_seats where tenant_id = %s", (tenant_id,))
        ).fetchone()
    assert row
    return row[0]


async def test_replicas_that_take_seats_at_once_take_no_more_than_there_are(db: Database, tenant_id: UUID) -> None:
    replicas = [Seats(db, most=5) for _ in range(4)]

    async def take(stack: AsyncExitStack, seats: Seats) -> bool:
        try:
            await stack.enter_async_context(seats.taken(tenant_id))
        except TooManyProducers:
            return False
        return True

    async with AsyncExitStack() as stack:
        taken = await asyncio.gather(*(take(stack, replicas[number % 4]) for number in range(20)))
        assert sum(taken) == 5
    assert await seated(db, tenant_id) == 0


async def test_the_seats_of_a_replica_that_died_are_free_after_their_time(db: Database, tenant_id: UUID) -> None:
    dead = Seats(db, most=1, kept_for=timedelta(0))
    alive = Seats(db, most=1)
    async with dead.taken(tenant_id), alive.taken(tenant_id):
        with pytest.raises(TooManyProducers):
            await Seats(db, most=1).taken(tenant_id).__aenter__()
    # One renewal may fail without harm.
    assert RENEW_EVERY_S * 2 < KEPT_FOR.total_seconds() <= 30


async def test_a_renewal_keeps_seats_and_writes_lost_ones_again(db: Database, tenant_id: UUID) -> None:
    seats = Seats(db, most=1)
    async with seats.taken(tenant_id):
        async with db.connection() as connection:
            # As after a crash of the database, which empties an unlogged table.
            await connection.execute("delete from producer_seats where tenant_id = %s", (tenant_id,))
        await seats.renew()

        with pytest.raises(TooManyProducers):
            await Seats(db, most=1).taken(tenant_id).__aenter__()


async def test_a_replica_that_stops_gives_its_seats_back(db: Database, tenant_id: UUID) -> None:
    seats = Seats(db, most=1)
    async with seats.taken(tenant_id):
        await seats.give_all_back()

        async with Seats(db, most=1).taken(tenant_id):
            assert await seated(db, tenant_id) == 1


async def test_without_a_limit_nothing_is_counted(db: Database, tenant_id: UUID) -> None:
    async with Seats(db, most=0).taken(tenant_id):
        assert await seated(db, tenant_id) == 0
