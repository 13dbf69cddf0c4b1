"""Machines that come once: all that waits of one shard, and the plan that never changes."""

from uuid import UUID, uuid4

import pytest

from shifty.database.pool import Database
from shifty.dispatch.claim import Claim, claim
from shifty.dispatch.model import Claimant, Drained, Idle, Lease
from shifty.dispatch.read_plan import plan_of
from shifty.results.store import RunKey
from shifty.runs.errors import RunNotFound
from tests.support.runs import HALF_A_MINUTE, HandWorker, leased_tests, start, suite


async def claim_shard(db: Database, key: RunKey, shard: int, worker: UUID | None = None) -> Claim:
    claimant = Claimant(worker or uuid4(), f"machine {shard}", shard_index=shard)
    return await claim(db, key.tenant_id, key.run_id, claimant, HALF_A_MINUTE)


async def test_a_machine_gets_its_whole_shard_and_nothing_of_others(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(9), workers=3)
    plan = await plan_of(db, tenant_id, key.run_id)

    for shard in (2, 0, 1):
        lease = await claim_shard(db, key, shard)

        assert isinstance(lease, Lease)
        assert lease.shard_index == shard
        assert {test.test_id for _, test in leased_tests(lease)} == set(plan[shard])
    assert await claim_shard(db, key, 0) == Idle()
    assert sum(len(ids) for ids in plan.values()) == 9


async def test_the_plan_stays_when_work_has_moved_and_the_run_is_over(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(4), workers=2)
    plan = await plan_of(db, tenant_id, key.run_id)

    helper = HandWorker(db, key, "does everything")
    while isinstance(lease := await helper.claim(), Lease):
        await helper.pass_all(lease)
        await helper.finish(lease)

    assert await claim_shard(db, key, 1) == Drained()
    assert await plan_of(db, tenant_id, key.run_id) == plan


async def test_the_same_machine_gets_the_same_lease_again(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(4), workers=2)
    machine = uuid4()

    one, again = await claim_shard(db, key, 1, machine), await claim_shard(db, key, 1, machine)

    assert isinstance(one, Lease)
    assert isinstance(again, Lease)
    assert one.token == again.token


async def test_nobody_reads_the_plan_of_another_tenant(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1))

    with pytest.raises(RunNotFound):
        await plan_of(db, uuid4(), key.run_id)
