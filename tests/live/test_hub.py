"""Viewers hear of changes, also of those that another replica has made."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from shifty.database.pool import Database
from shifty.live.bus import Bus
from shifty.live.hub import LOOK_EVERY_S, Hub, Snapshot
from shifty.orchestration.cancel import cancel_run
from tests.support.runs import HandWorker, start, suite


@asynccontextmanager
async def replica(dsn: str) -> AsyncGenerator[tuple[Database, Bus, Hub]]:
    db = await Database.open(dsn, max_size=3)
    bus = Bus(db)
    hub = Hub(db, bus)
    bus.start()
    try:
        yield db, bus, hub
    finally:
        await bus.stop()
        await db.close()


async def first_of(hub: Hub, tenant_id: UUID, run_id: UUID) -> Snapshot:
    snapshot = await hub.snapshot(tenant_id, run_id)
    assert snapshot is not None
    return snapshot


async def test_a_viewer_of_one_replica_sees_the_end_that_another_has_made(
    db: Database, tenant_id: UUID, shared_dsn: str
) -> None:
    key = await start(db, tenant_id, suite(2))
    async with replica(shared_dsn) as (_, _, watching), replica(shared_dsn) as (other, bus, _):
        first = await first_of(watching, tenant_id, key.run_id)
        heard = asyncio.Event()

        async def follow() -> list[Snapshot]:
            seen: list[Snapshot] = []
            async for snapshot in watching.follow(tenant_id, key.run_id, first, every_s=60):
                seen.append(snapshot)
                heard.set()
            return seen

        following = asyncio.create_task(follow())
        await heard.wait()
        await cancel_run(other, tenant_id, key.run_id)
        bus.mark([key.run_id])

        seen = await asyncio.wait_for(following, LOOK_EVERY_S * 5)

    assert [snapshot.status for snapshot in seen] == ["pending", "cancelled"]


async def test_all_viewers_of_a_run_share_its_reads_and_the_last_one_ends_them(
    db: Database, tenant_id: UUID, shared_dsn: str
) -> None:
    key = await start(db, tenant_id, suite(2), workers=1)
    async with replica(shared_dsn) as (_, bus, hub):
        first = await first_of(hub, tenant_id, key.run_id)

        async def follow() -> Snapshot:
            return [snapshot async for snapshot in hub.follow(tenant_id, key.run_id, first, every_s=60)][-1]

        viewers = [asyncio.create_task(follow()) for _ in range(50)]
        worker = HandWorker(db, key)
        lease = await worker.lease()
        await worker.pass_all(lease)
        await worker.finish(lease)
        while not (await first_of(hub, tenant_id, key.run_id)).is_final:
            lease = await worker.lease()
            await worker.pass_all(lease)
            await worker.finish(lease)
        bus.mark([key.run_id])
        last = await asyncio.gather(*viewers)

    # The very same object: each change was read once and handed to everybody.
    assert len({id(snapshot) for snapshot in last}) == 1
    assert last[0].status == "completed"


async def test_a_run_of_another_tenant_has_no_snapshot(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1))

    assert await Hub(db, Bus(db)).snapshot(uuid4(), key.run_id) is None
