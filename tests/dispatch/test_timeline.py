"""Who did what when in a run, from real leases and reports."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from shifty.database.pool import Database
from shifty.dispatch.model import Lease
from shifty.dispatch.store import QUERIES
from shifty.dispatch.timeline import timeline_of
from shifty.dispatch.timeline_model import Timeline
from shifty.orchestration.reap import reap
from shifty.results.ingest import Report, ingest
from shifty.results.store import RunKey
from shifty.runs.errors import RunNotFound
from shifty.wire import (
    RunEnd,
    RunEndMessage,
    RunStart,
    RunStartMessage,
    TestBatch,
    TestBatchMessage,
    TestRef,
    TestResult,
)
from tests.support.plans import plan_of
from tests.support.runs import HALF_A_MINUTE, HandWorker, leased_tests, let_expire, result, start, suite


async def shown(db: Database, key: RunKey) -> Timeline:
    return await timeline_of(db, key.tenant_id, key.run_id)


async def work_off(worker: HandWorker) -> None:
    while isinstance(lease := await worker.claim(), Lease):
        await worker.pass_all(lease)
        await worker.finish(lease)


async def test_a_lane_has_the_batches_of_its_worker_and_they_have_its_tests(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(6, 2), workers=2)
    one, other = HandWorker(db, key, "one"), HandWorker(db, key, "other")
    lease = await one.lease()
    for item, test in leased_tests(lease):
        await one.begin(lease, item, test)
    await one.pass_all(lease)
    await one.finish(lease)
    await work_off(other)

    found = await shown(db, key)

    assert [(lane.name, lane.shard_index) for lane in found.lanes] == [("one", 0), ("other", 1)]
    (first,) = found.lanes[0].batches
    assert (first.seq, first.state, first.source, first.shard_index) == (1, "finished", "own", 0)
    assert first.tests == len(leased_tests(lease))
    assert {mark.kind for mark in first.marks} == {"passed"}
    assert {piece.file for piece in first.pieces} == {item.file for item in lease.items}
    assert all(first.start_ms <= mark.start_ms <= mark.end_ms <= first.end_ms for mark in first.marks)
    assert found.is_over


async def test_what_a_worker_takes_of_anothers_shard_is_stolen(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(8), workers=2)
    one, other = HandWorker(db, key, "one"), HandWorker(db, key, "other")
    held = await other.lease()
    await work_off(one)
    await other.pass_all(held)
    await other.finish(held)

    found = await shown(db, key)

    stolen = [batch for batch in found.lanes[1].batches if batch.source == "stolen"]
    assert [lane.name for lane in found.lanes] == ["other", "one"]
    assert stolen
    assert {batch.shard_index for batch in stolen} == {0}
    assert found.totals.steals == len(stolen)


async def test_a_lost_lease_keeps_what_it_had_done_and_the_rest_is_rescued(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(8), workers=2)
    lost, other = HandWorker(db, key, "lost"), HandWorker(db, key, "other")
    lease = await lost.lease()
    (item, test), *_ = leased_tests(lease)
    await lost.begin(lease, item, test)
    await lost.report(lease, [result(item, test)])
    await let_expire(db, lease)
    await reap(db, HALF_A_MINUTE)
    await work_off(other)

    found = await shown(db, key)

    lane = next(lane for lane in found.lanes if lane.name == "lost")
    assert [(batch.state, batch.tests) for batch in lane.batches] == [("lost", 1)]
    assert lane.left_ms is not None
    assert any(batch.source == "rescued" for each in found.lanes for batch in each.batches)
    assert found.totals.lost == 1
    assert found.totals.rescues >= 1


async def test_a_test_that_ran_under_two_leases_is_shown_under_the_one_that_counts(
    db: Database, tenant_id: UUID
) -> None:
    key = await start(db, tenant_id, suite(1), workers=1)
    first, second = HandWorker(db, key, "first"), HandWorker(db, key, "second")
    lease = await first.lease()
    ((item, test),) = leased_tests(lease)
    await first.begin(lease, item, test)
    await first.finish(lease, "returned")
    again = await second.lease()
    await second.pass_all(again)
    await second.finish(again)

    found = await shown(db, key)

    batches = {batch.seq: batch for lane in found.lanes for batch in lane.batches}
    assert (batches[1].state, batches[1].marks) == ("returned", [])
    (mark,) = batches[2].marks
    assert mark.start_ms >= batches[2].start_ms
    assert batches[2].source == "rescued"


async def test_of_a_run_that_goes_on_tests_run_and_leases_are_held_up_to_now(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(4), workers=2)
    worker = HandWorker(db, key)
    lease = await worker.lease()
    item, test = leased_tests(lease)[0]
    await worker.begin(lease, item, test)

    found = await shown(db, key)

    (batch,) = found.lanes[0].batches
    assert (found.is_over, batch.state, [mark.kind for mark in batch.marks]) == (False, "active", ["running"])
    assert batch.end_ms == batch.marks[0].end_ms
    assert len(found.waiting) == 4 - len(lease.items)


async def test_a_run_that_nobody_has_taken_up_has_no_lanes(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(3), workers=2)

    found = await shown(db, key)

    assert (found.lanes, found.chain, found.sentences) == ([], [], [])
    assert len(found.waiting) == 3
    assert found.totals.utilization is None


async def test_a_run_that_a_reporter_has_told_of_has_a_lane_a_shard(db: Database, tenant_id: UUID) -> None:
    key = RunKey(uuid4(), tenant_id)
    for shard in range(2):
        tests = [TestRef(test_file=f"tests/{shard}.spec.ts", test_name=f"test {n}") for n in range(3)]
        begun = RunStart(run_id=str(key.run_id), shard_index=shard, total_shards=2, tests=tests)
        results = [
            TestResult(test_file=each.test_file, test_name=each.test_name, status="passed", duration_ms=50)
            for each in tests
        ]
        messages = [
            RunStartMessage(payload=begun),
            TestBatchMessage(payload=TestBatch(results=results)),
            RunEndMessage(payload=RunEnd(shard_index=shard, status="completed")),
        ]
        await ingest(db, [Report(key, messages)])
    async with db.connection() as connection:
        # As a reporter that names the start of its attempts.
        await connection.execute(
            "update tests set started_at = finished_at - interval '40 ms' where run_id = %s", (key.run_id,)
        )

    found = await shown(db, key)

    assert [(lane.name, lane.worker_id, lane.tests) for lane in found.lanes] == [
        ("shard 1", None, 3),
        ("shard 2", None, 3),
    ]
    assert all(batch.state == "reported" for lane in found.lanes for batch in lane.batches)


async def test_a_run_of_another_tenant_or_project_does_not_exist(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1))

    with pytest.raises(RunNotFound):
        await timeline_of(db, uuid4(), key.run_id)
    with pytest.raises(RunNotFound):
        await timeline_of(db, tenant_id, key.run_id, "another")


async def test_short_tests_of_a_large_run_share_marks(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(4, 500), workers=1)
    await work_off(HandWorker(db, key))
    async with db.connection() as connection:
        await connection.execute("update tests set started_at = finished_at where run_id = %s", (key.run_id,))

    found = await shown(db, key)

    marks = [mark for lane in found.lanes for batch in lane.batches for mark in batch.marks]
    assert sum(mark.tests for mark in marks) == 2000
    assert len(marks) < 1000


@pytest.mark.parametrize("name", ["timeline_leases", "timeline_items", "timeline_marks"])
async def test_a_timeline_reads_no_other_run(db: Database, name: str) -> None:
    values = {"run_id": uuid4(), "tenant_id": uuid4(), "began": datetime.now(UTC), "slot_ms": 10}

    plan = await plan_of(db, QUERIES[name], values)

    assert "Seq Scan on leases" not in plan
    assert "Seq Scan on work_items" not in plan
    assert "Seq Scan on tests" not in plan
