"""Viewers hear of changes, also of those that another replica has made."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from shifty.database.pool import Database
from shifty.dispatch.model import Lease
from shifty.live.bus import Bus
from shifty.live.hub import LOOK_EVERY_S, Hub
from shifty.live.look import MOST_CHANGES, Look, look
from shifty.live.watch import MOST_KEPT, Watch
from shifty.orchestration.cancel import cancel_run
from shifty.results.store import RunKey
from tests.support.runs import HandWorker, leased_tests, result, start, suite


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


async def first_of(hub: Hub, tenant_id: UUID, run_id: UUID) -> Look:
    first = await hub.glance(tenant_id, run_id)
    assert first is not None
    return first


async def all_of(hub: Hub, key: RunKey, first: Look) -> list[Look]:
    return [seen async for seen in hub.follow(key.tenant_id, key.run_id, first, every_s=60)]


async def must_look(db: Database, key: RunKey, since: str | None = None) -> Look:
    seen = await look(db, key.tenant_id, key.run_id, since)
    assert seen is not None
    return seen


def changed_in(seen: Look) -> set[str]:
    return {test["test_id"] for test in json.loads(seen.tests or "[]")}


async def test_a_viewer_of_one_replica_sees_the_end_that_another_has_made(
    db: Database, tenant_id: UUID, shared_dsn: str
) -> None:
    key = await start(db, tenant_id, suite(2))
    async with replica(shared_dsn) as (_, _, watching), replica(shared_dsn) as (other, bus, _):
        first = await first_of(watching, tenant_id, key.run_id)
        heard = asyncio.Event()

        async def follow() -> list[Look]:
            seen: list[Look] = []
            async for snapshot in watching.follow(tenant_id, key.run_id, first, every_s=60):
                seen.append(snapshot)
                heard.set()
            return seen

        following = asyncio.create_task(follow())
        await heard.wait()
        await cancel_run(other, tenant_id, key.run_id)
        bus.mark([key.run_id])

        seen = await asyncio.wait_for(following, 60)

    assert [snapshot.status for snapshot in seen] == ["pending", "cancelled"]


async def test_a_thousand_viewers_of_a_run_read_it_no_more_often_than_one(
    db: Database, tenant_id: UUID, shared_dsn: str
) -> None:
    key = await start(db, tenant_id, suite(2), workers=1)
    async with replica(shared_dsn) as (_, bus, hub):
        firsts = await asyncio.gather(*(first_of(hub, tenant_id, key.run_id) for _ in range(1000)))
        assert hub.looks == 1
        viewers = [asyncio.create_task(all_of(hub, key, first)) for first in firsts]
        await asyncio.sleep(0)
        worker = HandWorker(db, key)
        began, marks = time.monotonic(), 0
        while isinstance(lease := await worker.claim(), Lease):
            await worker.pass_all(lease)
            await worker.finish(lease)
            bus.mark([key.run_id])
            marks += 1
        seen = await asyncio.gather(*viewers)
        own_looks = (time.monotonic() - began) // LOOK_EVERY_S + 1

    # The very same objects: each change was read once and handed to everybody.
    assert len({id(each[-1]) for each in seen}) == 1
    assert seen[0][-1].status == "completed"
    assert hub.looks <= 1 + marks + own_looks


async def test_viewers_that_stop_looking_leave_nothing_behind(db: Database, tenant_id: UUID, shared_dsn: str) -> None:
    key = await start(db, tenant_id, suite(1))
    async with replica(shared_dsn) as (_, _, hub):
        first = await first_of(hub, tenant_id, key.run_id)
        with hub.watching(tenant_id, key.run_id, first) as watch:
            with hub.watching(tenant_id, key.run_id, first) as same:
                assert same is watch
            assert watch.task
        await asyncio.wait([watch.task])

        assert watch.task.cancelled()
        with hub.watching(tenant_id, key.run_id, first) as another:
            assert another is not watch


async def test_a_test_whose_commit_comes_after_a_look_at_an_earlier_time_is_in_the_next(
    db: Database, tenant_id: UUID
) -> None:
    key = await start(db, tenant_id, suite(1, 2), workers=1)
    worker = HandWorker(db, key)
    lease = await worker.lease()
    (item, one), (_, other) = leased_tests(lease)
    first = await must_look(db, key)
    async with db.transaction() as slow:
        # It begins before the look, by its number and by its clock, and commits after it.
        await slow.execute(
            "update tests set running_since = now() where run_id = %s and test_id = %s", (key.run_id, one.test_id)
        )
        await worker.report(lease, [result(item, other)])
        between = await must_look(db, key, first.taken)
    after = await must_look(db, key, between.taken)
    later = await must_look(db, key, after.taken)

    assert changed_in(between) == {other.test_id}
    assert changed_in(after) == {one.test_id}
    assert changed_in(later) == set()


async def test_no_change_is_lost_however_commits_and_looks_fall(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1, 60), workers=1)
    worker = HandWorker(db, key)
    lease = await worker.lease()
    seen = await must_look(db, key)
    told: list[set[str]] = []

    async def report_some(share: int) -> None:
        for item, test in leased_tests(lease)[share::6]:
            await worker.report(lease, [result(item, test)])

    reporting = asyncio.gather(*(report_some(share) for share in range(6)))
    while not reporting.done():
        seen = await must_look(db, key, seen.taken)
        told.append(changed_in(seen))
    await reporting
    told.append(changed_in(await must_look(db, key, seen.taken)))

    everything = {test.test_id for _, test in leased_tests(lease)}
    assert set().union(*told) == everything
    # Each test was written once, so it is told once.
    assert sum(map(len, told)) == len(everything)


async def test_rows_that_vacuum_has_frozen_are_not_told_again(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1, 2), workers=1)
    worker = HandWorker(db, key)
    lease = await worker.lease()
    await worker.pass_all(lease)
    seen = await must_look(db, key)
    async with db.connection() as connection:
        await connection.execute("vacuum (freeze) tests")

    assert changed_in(await must_look(db, key, seen.taken)) == set()


async def test_more_changes_than_a_look_holds_come_in_several(db: Database, tenant_id: UUID, shared_dsn: str) -> None:
    key = await start(db, tenant_id, suite(1, MOST_CHANGES + 100), workers=1)
    worker = HandWorker(db, key)
    async with replica(shared_dsn) as (_, bus, hub):
        first = await first_of(hub, tenant_id, key.run_id)
        with hub.watching(tenant_id, key.run_id, first, results=True) as watch:
            lease = await worker.lease()
            await worker.pass_all(lease)
            bus.mark([key.run_id])
            told: set[str] = set()
            cursors: list[str] = []
            while len(told) < MOST_CHANGES + 100:
                number = watch.number
                await asyncio.wait_for(watch.news(number), 60)
                looks = watch.after(number)
                assert looks
                for seen, cursor in looks:
                    told |= changed_in(seen)
                    cursors += [cursor] if seen.changes else []

    # Who leaves between the two goes on from before both.
    assert len(changed_in(await must_look(db, key, cursors[0]))) == MOST_CHANGES
    assert changed_in(await must_look(db, key, cursors[-1])) == set()


async def test_who_lags_behind_further_than_is_kept_is_told_so(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1))
    first = await must_look(db, key)
    watch = Watch(tenant_id, key.run_id, first)
    for _ in range(MOST_KEPT + 1):
        watch.add(first, first.taken)

    assert watch.after(0) is None
    kept = watch.after(1)
    assert kept is not None
    assert len(kept) == MOST_KEPT


async def test_a_run_of_another_tenant_has_no_snapshot(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1))

    assert await Hub(db, Bus(db)).glance(uuid4(), key.run_id) is None
