"""How runs end, and what may cut them short."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from shifty.database.pool import Database
from shifty.dispatch.model import Drained, Lease
from shifty.history.store import HistoryStore
from shifty.orchestration.cancel import cancel_run
from shifty.orchestration.close import close, give_up
from shifty.orchestration.errors import QueueFull, RunAlreadyFinished
from shifty.orchestration.reap import reap
from shifty.orchestration.request import RunRequest
from shifty.orchestration.start import start_run
from shifty.results.ingest import Report, ingest
from shifty.results.outcome import identity
from shifty.results.store import RunKey
from shifty.wire import (
    Attempt,
    PlannedTest,
    RunEnd,
    RunEndMessage,
    RunStart,
    RunStartMessage,
    TestBatch,
    TestBatchMessage,
    TestResult,
)
from tests.support.runs import (
    HALF_A_MINUTE,
    HandWorker,
    leased_tests,
    ledger,
    let_expire,
    result,
    start,
    start_files,
    suite,
)


async def run_all(db: Database, key: RunKey, status: str = "passed") -> None:
    worker = HandWorker(db, key)
    while isinstance(await worker.claim(), Lease):
        held = await worker.lease()
        await worker.report(held, [result(item, test, status) for item, test in leased_tests(held)])
        await worker.finish(held)


async def test_a_run_ends_with_its_last_batch_and_its_durations_become_history(db: Database, tenant_id: UUID) -> None:
    tests = suite(3, 2)
    key = await start(db, tenant_id, tests)

    await run_all(db, key)

    assert (await ledger(db, key)).conclusion == "passed"
    async with db.transaction() as tx:
        cursor = await tx.execute("select project_id from runs where id = %s", (key.run_id,))
        (project_id,) = await cursor.fetchone() or (0,)
        known = await HistoryStore(tx, tenant_id).tests(project_id, [identity(test) for test in tests])
    assert set(known.values()) == {100}
    assert len(known) == 6


async def test_failures_complete_a_run_all_the_same(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(2))

    await run_all(db, key, "timedOut")

    counts = await ledger(db, key)
    assert (counts.status, counts.conclusion, counts.failed) == ("completed", "failed", 2)


async def test_a_test_that_its_worker_forgets_twice_is_named_and_the_run_does_not_pass(
    db: Database, tenant_id: UUID
) -> None:
    key = await start(db, tenant_id, suite(1, 2), workers=1)
    worker = HandWorker(db, key)
    for _ in range(2):
        lease = await worker.lease()
        await worker.report(lease, [result(*leased) for leased in leased_tests(lease)[1:]])
        await worker.finish(lease)

    counts = await ledger(db, key)
    assert (counts.status, counts.conclusion, counts.passed, counts.not_run) == ("failed", "failed", 1, 1)


async def test_what_playwright_gave_up_is_not_run_with_its_reason(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1, 2), workers=1)
    worker = HandWorker(db, key)
    lease = await worker.lease()
    (item, first), (_, second) = leased_tests(lease)
    await worker.report(lease, [result(item, first, "failed")])

    await worker.finish(lease, not_run=[(second.test_id, "beforeAll failed"), ("somebody else's test", "x")])

    counts = await ledger(db, key)
    assert (counts.conclusion, counts.failed, counts.not_run) == ("failed", 1, 1)
    assert counts.is_whole


async def test_a_file_without_a_test_does_not_pass_unnoticed(db: Database, tenant_id: UUID) -> None:
    key = await start_files(db, tenant_id, ["empty.spec.ts"], workers=1)
    worker = HandWorker(db, key)

    await worker.finish(await worker.lease())

    counts = await ledger(db, key)
    assert (counts.status, counts.conclusion) == ("failed", "failed")


async def test_a_whole_file_that_crashes_its_worker_twice_is_given_up(db: Database, tenant_id: UUID) -> None:
    key = await start_files(db, tenant_id, ["killer.spec.ts"], workers=1)
    for name in ("one", "two"):
        await let_expire(db, await HandWorker(db, key, name).lease())
        await reap(db, HALF_A_MINUTE)

    counts = await ledger(db, key)
    assert (counts.status, counts.failure_reason) == ("failed", "RUN_ERROR")


async def test_cancelling_is_sticky_and_running_tests_still_count(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(6), workers=2)
    worker = HandWorker(db, key)
    lease = await worker.lease()

    await cancel_run(db, tenant_id, key.run_id)
    await cancel_run(db, tenant_id, key.run_id)
    await worker.pass_all(lease)
    await worker.finish(lease)

    counts = await ledger(db, key)
    assert (counts.status, counts.conclusion) == ("cancelled", "cancelled")
    assert counts.passed == len(leased_tests(lease))
    assert counts.is_whole
    assert not await close(db, key)


async def test_a_cancelled_run_whose_worker_is_lost_closes_its_ledger(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(4), workers=1)
    lease = await HandWorker(db, key).lease()
    await cancel_run(db, tenant_id, key.run_id)

    await let_expire(db, lease)
    await reap(db, HALF_A_MINUTE)

    assert (await ledger(db, key)).is_whole


async def test_a_finished_run_cannot_be_cancelled(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1))
    await run_all(db, key)

    with pytest.raises(RunAlreadyFinished):
        await cancel_run(db, tenant_id, key.run_id)


async def test_a_run_that_nobody_picks_up_fails_with_every_test_named(db: Database, tenant_id: UUID) -> None:
    request = RunRequest(("a.ts",), tests=tuple(suite(0)), pending_timeout=timedelta(0))
    started = await start_run(db, tenant_id, request)
    key = RunKey(started.run_id, tenant_id)

    await reap(db, HALF_A_MINUTE)

    counts = await ledger(db, key)
    assert (counts.status, counts.conclusion, counts.failure_reason) == ("failed", "failed", "NO_WORKERS")
    assert counts.is_whole


async def test_a_run_whose_close_was_cut_short_is_closed_at_the_next_look(db: Database, tenant_id: UUID) -> None:
    key = RunKey(uuid4(), tenant_id)
    done = TestResult(test_file="a.ts", test_name="passes", status="passed")
    messages = [
        RunStartMessage(payload=RunStart(total_tests=1)),
        TestBatchMessage(payload=TestBatch(results=[done])),
        RunEndMessage(payload=RunEnd()),
    ]
    await ingest(db, [Report(key, messages)])
    assert (await ledger(db, key)).status == "running"

    await reap(db, HALF_A_MINUTE)

    assert (await ledger(db, key)).conclusion == "passed"


async def test_a_reported_run_ends_when_every_shard_has(db: Database, tenant_id: UUID) -> None:
    key = RunKey(uuid4(), tenant_id)
    for index in range(2):
        shard = RunStart(shard_index=index, total_shards=2)
        await ingest(db, [Report(key, [RunStartMessage(payload=shard)])])
    await ingest(db, [Report(key, [RunEndMessage(payload=RunEnd(shard_index=1))])])
    assert not await close(db, key)

    await ingest(db, [Report(key, [RunEndMessage(payload=RunEnd(shard_index=0))])])

    assert await close(db, key)


async def test_the_queue_takes_no_more_than_fits_and_stores_nothing_of_the_rest(db: Database, tenant_id: UUID) -> None:
    async with db.connection() as connection:
        await connection.execute("update tenants set max_waiting = 3 where id = %s", (tenant_id,))

    answers = await asyncio.gather(
        *(start(db, tenant_id, suite(4), workers=2) for _ in range(3)), return_exceptions=True
    )

    refused = [answer for answer in answers if isinstance(answer, QueueFull)]
    assert len(refused) == 2
    assert refused[0].details == {"waiting": 2, "capacity": 3, "requested": 2}
    async with db.connection() as connection:
        cursor = await connection.execute("select count(*) from runs where tenant_id = %s", (tenant_id,))
        assert await cursor.fetchone() == (1,)


async def test_jobs_of_one_build_that_start_at_once_share_one_run(db: Database, tenant_id: UUID) -> None:
    request = RunRequest(("a.ts", "b.ts"), ci_build_id="build 7")

    started = await asyncio.gather(*(start_run(db, tenant_id, request) for _ in range(5)))

    assert len({answer.run_id for answer in started}) == 1
    assert sorted(answer.is_new for answer in started) == [False] * 4 + [True]


async def test_the_second_run_is_planned_by_what_the_first_one_took(db: Database, tenant_id: UUID) -> None:
    tests = suite(4)
    first = await start(db, tenant_id, tests, workers=2)
    worker = HandWorker(db, first)
    while isinstance(await worker.claim(), Lease):
        lease = await worker.lease()
        slow = [(9000 if "000" in item.file else 1000, item, test) for item, test in leased_tests(lease)]
        await worker.report(lease, [replace(result(item, test), duration_ms=ms) for ms, item, test in slow])
        await worker.finish(lease)

    second = await start_run(db, tenant_id, RunRequest(tuple(t.test_file for t in tests), workers=2, project="shop"))

    assert sorted(shard[2] for shard in second.run.shards) == [3000, 9000]


async def test_a_run_waits_for_teardown_projects_while_a_worker_is_there_to_run_them(
    db: Database, tenant_id: UUID
) -> None:
    teardown = PlannedTest(test_file="db.teardown.ts", test_name="drops the database", stage="teardown")
    key = await start(db, tenant_id, (*suite(1), teardown), workers=1)
    worker = HandWorker(db, key)
    lease = await worker.lease()
    await worker.pass_all(lease)
    await worker.finish(lease)
    assert isinstance(await worker.claim(), Drained)
    await reap(db, HALF_A_MINUTE)
    assert (await ledger(db, key)).status == "running"

    done = TestResult(test_file="db.teardown.ts", test_name="drops the database", status="passed")
    await ingest(db, [Report(key, [TestBatchMessage(payload=TestBatch(results=[done]))])])
    await reap(db, HALF_A_MINUTE)

    assert (await ledger(db, key)).conclusion == "passed"


async def test_a_teardown_that_nobody_is_left_to_run_is_named(db: Database, tenant_id: UUID) -> None:
    teardown = PlannedTest(test_file="db.teardown.ts", test_name="drops the database", stage="teardown")
    key = await start(db, tenant_id, (*suite(1), teardown), workers=1)
    worker = HandWorker(db, key)
    lease = await worker.lease()
    await worker.pass_all(lease)
    await worker.finish(lease)
    async with db.connection() as connection:
        await connection.execute("update workers set left_at = now() where run_id = %s", (key.run_id,))

    await reap(db, HALF_A_MINUTE)

    counts = await ledger(db, key)
    assert (counts.conclusion, counts.not_run, counts.is_whole) == ("failed", 1, True)


async def test_a_test_weighs_all_the_attempts_that_kept_its_worker(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1), workers=1)
    worker = HandWorker(db, key)
    lease = await worker.lease()
    [(item, test)] = leased_tests(lease)
    attempts = [
        Attempt(attempt=0, status="failed", duration_ms=4000),
        Attempt(attempt=1, status="passed", duration_ms=3000),
    ]
    await worker.report(lease, [result(item, test, attempts=attempts, retry_count=1)])
    await worker.finish(lease)

    again = await start_run(db, tenant_id, RunRequest(("tests/000.spec.ts",), workers=1, project="shop"))

    assert again.run.shards[0][2] == 7000


async def test_first_runs_of_new_projects_can_start_at_once(db: Database, tenant_id: UUID) -> None:
    requests = [RunRequest(("a.ts",), project=f"project {number}") for number in range(6)]

    started = await asyncio.gather(*(start_run(db, tenant_id, request) for request in requests))

    assert len({answer.run_id for answer in started}) == 6


async def test_a_run_that_a_worker_took_up_just_now_is_not_given_up(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1))
    await HandWorker(db, key).lease()

    assert not await give_up(db, key, "NO_WORKERS")
    assert not await give_up(db, key, "WORKERS_LOST")


async def test_a_whole_file_whose_worker_only_reports_its_tests_is_done(db: Database, tenant_id: UUID) -> None:
    key = await start_files(db, tenant_id, ["a.spec.ts"], workers=1)
    worker = HandWorker(db, key)
    lease = await worker.lease()
    reported = [TestResult(test_file="a.spec.ts", test_name=name, status="passed") for name in ("one", "two")]

    await worker.report(lease, reported)
    await worker.finish(lease)

    counts = await ledger(db, key)
    assert (counts.status, counts.conclusion, counts.total, counts.passed) == ("completed", "passed", 2, 2)
