"""What a rerun must not leave out, and whose verdict it must not take for its own."""

from typing import Literal
from uuid import UUID, uuid4

import pytest

from shifty.database.pool import Database
from shifty.orchestration.cancel import cancel_run
from shifty.orchestration.close import close, give_up
from shifty.orchestration.errors import BadRequest, RerunNotPossible
from shifty.orchestration.request import RunRequest
from shifty.orchestration.start import start_run
from shifty.results.ingest import Report, ingest
from shifty.results.store import RunKey
from shifty.wire import (
    PlannedTest,
    RunEnd,
    RunEndMessage,
    RunStart,
    RunStartMessage,
    TestBatch,
    TestBatchMessage,
    TestResult,
)
from tests.orchestration.test_reruns_end import again, original, work
from tests.support.runs import HandWorker, start_files, suite


async def test_a_build_that_is_another_run_is_not_taken_for_the_rerun(db: Database, tenant_id: UUID) -> None:
    green = RunRequest(("tests/000.spec.ts",), workers=1, project="shop", tests=suite(1), ci_build_id="green")
    await work(db, RunKey((await start_run(db, tenant_id, green)).run_id, tenant_id))
    first = await original(db, tenant_id, suite(2), "tests/001.spec.ts")

    with pytest.raises(RerunNotPossible, match="is no rerun of"):
        await again(db, first, ci_build_id="green")


async def test_files_that_the_run_did_not_have_and_files_that_passed_do_not_turn_it_green(
    db: Database, tenant_id: UUID
) -> None:
    first = await original(db, tenant_id, suite(2), "tests/001.spec.ts")

    with pytest.raises(BadRequest, match=r"had no file 001\.spec\.ts"):
        await again(db, first, files=("tests/001.spec.ts", "001.spec.ts"))
    with pytest.raises(RerunNotPossible, match="no test in these files failed"):
        await again(db, first, files=("tests/000.spec.ts",))


async def test_a_cancelled_run_whose_tests_have_all_passed_does_not_turn_green(db: Database, tenant_id: UUID) -> None:
    key = RunKey(uuid4(), tenant_id)
    await ingest(db, [Report(key, [RunStartMessage(payload=RunStart()), passed_or_failed("a.ts", "passed")])])
    await cancel_run(db, tenant_id, key.run_id)
    await ingest(db, [Report(key, [RunEndMessage(payload=RunEnd(shard_index=0))])])
    await close(db, key)

    with pytest.raises(RerunNotPossible):
        await again(db, key)


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([RunStartMessage(payload=RunStart(total_shards=2))], id="a shard never began"),
        pytest.param([RunStartMessage(payload=RunStart(total_tests=9))], id="fewer were named than announced"),
        pytest.param([RunStartMessage(payload=RunStart())], id="it went silent before it had listed its tests"),
    ],
)
async def test_of_a_reported_run_whose_tests_are_not_all_known_the_suite_tells_what_never_ran(
    db: Database, tenant_id: UUID, messages: list[RunStartMessage]
) -> None:
    key = RunKey(uuid4(), tenant_id)
    await ingest(db, [Report(key, [*messages, passed_or_failed("a.ts", "failed")])])
    async with db.connection() as connection:
        await connection.execute(
            "update runs set last_event_at = now() - interval '1 day' where id = %s", (key.run_id,)
        )
    assert await give_up(db, key, "PRODUCER_LOST")
    failed, never_ran = (PlannedTest(test_file=file, test_name="test") for file in ("a.ts", "b.ts"))

    with pytest.raises(RerunNotPossible, match="Part of run"):
        await again(db, key)
    started = await again(db, key, tests=(failed, never_ran))

    assert started.run.total_tests == 2


async def test_a_file_of_which_a_lost_worker_had_reported_only_some_tests_runs_whole(
    db: Database, tenant_id: UUID
) -> None:
    first = await start_files(db, tenant_id, ["half.ts", "other.ts"], workers=1)
    worker = HandWorker(db, first)
    lease = await worker.lease()
    batch = TestBatchMessage(payload=TestBatch(results=[outcome("half.ts", "passed")], lease=str(lease.token)))
    await ingest(db, [Report(first, [batch])])
    await cancel_run(db, tenant_id, first.run_id)
    await worker.finish(lease, "crashed")

    second = RunKey((await again(db, first)).run_id, tenant_id)

    async with db.connection() as connection:
        cursor = await connection.execute("select file, test_ids from work_items where run_id = %s", (second.run_id,))
        assert sorted(await cursor.fetchall()) == [("half.ts", None), ("other.ts", None)]


def outcome(file: str, status: Literal["passed", "failed"]) -> TestResult:
    return TestResult(test_file=file, test_name="test", status=status)


def passed_or_failed(file: str, status: Literal["passed", "failed"]) -> TestBatchMessage:
    return TestBatchMessage(payload=TestBatch(results=[outcome(file, status)]))
