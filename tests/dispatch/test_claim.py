"""Leasing work to workers."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from shifty.database.pool import Database
from shifty.dispatch.claim import claim_any
from shifty.dispatch.errors import LeaseLost, RunCancelled
from shifty.dispatch.model import Claimant, Drained, Idle, Lease
from shifty.dispatch.renew import renew
from shifty.dispatch.store import DispatchStore
from shifty.orchestration.cancel import cancel_run
from shifty.orchestration.reap import reap
from shifty.runs.errors import RunNotFound
from tests.support.runs import HALF_A_MINUTE, HandWorker, leased_tests, ledger, let_expire, result, start, suite


async def test_each_worker_begins_with_a_shard_of_its_own(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(8), workers=2)
    one, other = HandWorker(db, key, "one"), HandWorker(db, key, "other")

    leases = [await one.lease(), await other.lease()]

    assert {lease.shard_index for lease in leases} == {0, 1}
    ids = [test.test_id for lease in leases for _, test in leased_tests(lease)]
    assert len(ids) == len(set(ids))


async def test_a_worker_that_lost_the_answer_gets_the_same_lease_again(db: Database, tenant_id: UUID) -> None:
    worker = HandWorker(db, await start(db, tenant_id, suite(8)))

    assert (await worker.lease()).token == (await worker.lease()).token


async def test_work_that_another_worker_holds_keeps_the_rest_waiting(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1), workers=1)
    holder = HandWorker(db, key, "holder")
    lease = await holder.lease()

    assert await HandWorker(db, key, "other").claim() == Idle()
    await holder.pass_all(lease)
    await holder.finish(lease)

    assert await HandWorker(db, key, "other").claim() == Drained()


async def test_a_claim_waits_for_one_that_is_not_committed_yet(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1), workers=1)

    async with db.transaction() as uncommitted:
        await DispatchStore(uncommitted, tenant_id, key.run_id).lock()
        other = asyncio.create_task(HandWorker(db, key, "other").claim())
        done, _ = await asyncio.wait({other}, timeout=0.2)
        assert not done

    assert isinstance(await other, Lease)


async def test_a_run_of_another_tenant_does_not_exist(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1))

    with pytest.raises(RunNotFound):
        await HandWorker(db, key._replace(tenant_id=uuid4())).claim()


async def test_a_late_joiner_helps_the_shard_that_will_finish_last(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(40), workers=2)
    for name in ("one", "two"):
        await HandWorker(db, key, name).lease()

    late = await HandWorker(db, key, "late").lease()

    assert late.items


async def test_a_lost_lease_gives_its_tests_to_the_next_worker_first(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(8), workers=2)
    lost = await HandWorker(db, key, "lost").lease()
    await let_expire(db, lost)

    assert key.run_id in await reap(db, HALF_A_MINUTE)
    next_lease = await HandWorker(db, key, "next").lease()

    first = leased_tests(next_lease)[0][1].test_id
    assert first in {test.test_id for _, test in leased_tests(lost)}


async def test_only_tests_that_have_not_reported_are_run_again(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1, 3), workers=1)
    worker = HandWorker(db, key, "first")
    lease = await worker.lease()
    done = leased_tests(lease)[0]
    await worker.report(lease, [result(*done)])
    await let_expire(db, lease)
    await reap(db, HALF_A_MINUTE)

    again = await HandWorker(db, key, "second").lease()
    assert {test.test_id for _, test in leased_tests(again)} == {test.test_id for _, test in leased_tests(lease)[1:]}


async def test_a_test_that_loses_its_worker_twice_is_failed_and_not_queued_for_ever(
    db: Database, tenant_id: UUID
) -> None:
    key = await start(db, tenant_id, suite(1, 3), workers=1)
    for name in ("first", "second"):
        worker = HandWorker(db, key, name)
        lease = await worker.lease()
        item, killer = leased_tests(lease)[1]
        await worker.begin(lease, item, killer)
        await let_expire(db, lease)
        await reap(db, HALF_A_MINUTE)

    third = HandWorker(db, key, "third")
    lease = await third.lease()
    assert len(leased_tests(lease)) == 2
    await third.pass_all(lease)
    await third.finish(lease)

    counts = await ledger(db, key)
    assert (counts.conclusion, counts.failed, counts.passed) == ("failed", 1, 2)
    async with db.connection() as connection:
        cursor = await connection.execute(
            "select error_message from tests where run_id = %s and outcome = 'failed'", (key.run_id,)
        )
        assert "crashed its worker" in str(await cursor.fetchone())


async def test_a_worker_that_hands_back_blames_no_test(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1, 2), workers=1)
    for name in ("first", "second", "third"):
        worker = HandWorker(db, key, name)
        lease = await worker.lease()
        await worker.begin(lease, *leased_tests(lease)[0])
        await worker.finish(lease, "returned")

    last = HandWorker(db, key, "last")
    lease = await last.lease()
    await last.pass_all(lease)
    await last.finish(lease)

    assert (await ledger(db, key)).conclusion == "passed"


async def test_an_outage_of_the_server_blames_no_worker(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(4), workers=1)
    worker = HandWorker(db, key)
    lease = await worker.lease()
    await let_expire(db, lease)
    async with db.connection() as connection:
        await connection.execute("update reaper set ran_at = now() - interval '1 minute'")

    await reap(db, HALF_A_MINUTE)

    assert (await renew(db, tenant_id, key.run_id, lease.token, HALF_A_MINUTE)).expires_in == HALF_A_MINUTE


async def test_a_lease_that_has_ended_cannot_be_renewed_or_finished(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1))
    worker = HandWorker(db, key)
    lease = await worker.lease()
    await worker.finish(lease, "returned")

    with pytest.raises(LeaseLost):
        await renew(db, tenant_id, key.run_id, lease.token, HALF_A_MINUTE)
    with pytest.raises(LeaseLost):
        await worker.finish(lease)


async def test_a_cancelled_run_gives_out_no_work_and_tells_those_who_hold_some(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(8))
    worker = HandWorker(db, key)
    lease = await worker.lease()

    await cancel_run(db, tenant_id, key.run_id)

    assert (await renew(db, tenant_id, key.run_id, lease.token, HALF_A_MINUTE)).cancelled
    with pytest.raises(RunCancelled):
        await HandWorker(db, key, "other").claim()


async def test_a_worker_of_the_pool_gets_the_oldest_run_of_its_tenant(db: Database, tenant_id: UUID) -> None:
    older = await start(db, tenant_id, suite(1))
    await start(db, tenant_id, suite(1))
    claimant = Claimant(uuid4(), "pool")

    lease = await claim_any(db, tenant_id, None, claimant, HALF_A_MINUTE)

    assert isinstance(lease, Lease)
    assert lease.run_id == older.run_id
    assert await claim_any(db, tenant_id, ["another project"], Claimant(uuid4(), "choosy"), HALF_A_MINUTE) == Idle()
    assert await claim_any(db, uuid4(), None, Claimant(uuid4(), "foreign"), HALF_A_MINUTE) == Idle()


async def test_twenty_workers_at_once_share_the_work_and_never_a_test(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(60, 3, parallel=True), workers=20)
    seen: list[str] = []

    async def work(number: int) -> None:
        worker = HandWorker(db, key, f"w{number}")
        while not isinstance(answer := await worker.claim(timedelta(seconds=30)), Drained):
            if isinstance(answer, Lease):
                seen.extend(test.test_id for _, test in leased_tests(answer))
                await worker.pass_all(answer)
                await worker.finish(answer)
            await asyncio.sleep(0)

    await asyncio.gather(*(work(number) for number in range(20)))

    assert len(seen) == len(set(seen)) == 180
    counts = await ledger(db, key)
    assert (counts.status, counts.conclusion, counts.passed) == ("completed", "passed", 180)
