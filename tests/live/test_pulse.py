"""The pulse: who looks at a list hears of changes of the own tenant's runs."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from shifty.database.pool import Database
from shifty.live.bus import Bus
from shifty.live.pulse import Pulse
from shifty.tenants.keys import create_tenant
from tests.support.runs import start, suite


@pytest.fixture
def bus(db: Database) -> Bus:
    """Not started: what is marked is heard in this process."""
    return Bus(db)


@pytest.fixture
def pulse(db: Database, bus: Bus, monkeypatch: pytest.MonkeyPatch) -> Pulse:
    monkeypatch.setattr("shifty.live.pulse.SETTLE_S", 0.01)
    monkeypatch.setattr("shifty.live.pulse.QUIET_S", 600.0)
    return Pulse(db, bus)


async def next_of(beats: AsyncIterator[int]) -> int:
    async with asyncio.timeout(60):
        return await anext(beats)


async def test_a_change_is_heard_by_its_own_tenant_alone(db: Database, tenant_id: UUID, bus: Bus, pulse: Pulse) -> None:
    run = (await start(db, tenant_id, suite(2))).run_id
    other = await create_tenant(db, f"t-{uuid4().hex}")
    mine, theirs = pulse.beats(tenant_id), pulse.beats(other.id)
    assert [await next_of(mine), await next_of(theirs)] == [1, 1]
    waiting = asyncio.create_task(next_of(theirs))

    for beat in (2, 3):
        heard = asyncio.create_task(next_of(mine))
        await asyncio.sleep(0)
        bus.mark([run])
        assert await heard == beat

    assert not waiting.done()
    waiting.cancel()


async def test_when_messages_may_be_lost_everybody_looks(tenant_id: UUID, pulse: Pulse) -> None:
    beats = pulse.beats(tenant_id)
    await next_of(beats)
    heard = asyncio.create_task(next_of(beats))
    await asyncio.sleep(0.05)

    pulse._changed(None)  # pyright: ignore[reportPrivateUsage]  # as the bus does after it has lost its connection

    assert await heard == 2


async def test_a_server_that_stops_sends_viewers_away(tenant_id: UUID, pulse: Pulse) -> None:
    beats = pulse.beats(tenant_id)
    await next_of(beats)
    waiting = asyncio.create_task(next_of(beats))
    await asyncio.sleep(0.05)

    pulse.close()

    with pytest.raises((StopAsyncIteration, RuntimeError)):
        await waiting
