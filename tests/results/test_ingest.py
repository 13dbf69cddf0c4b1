"""Storing what producers report."""

import asyncio
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shifty.database.pool import Database
from shifty.errors import Unavailable
from shifty.results.commit import Committer
from shifty.results.ingest import Report, Stored, ingest
from shifty.results.store import RunKey
from shifty.wire import (
    AnyMessage,
    PlannedTest,
    RunEnd,
    RunEndMessage,
    RunError,
    RunErrorMessage,
    RunStart,
    RunStartMessage,
    TestBatch,
    TestBatchMessage,
    TestError,
    TestResult,
)
from tests.support.runs import HandWorker, leased_tests, ledger, let_expire, result, start, start_files, suite

START = RunStartMessage(payload=RunStart())


def batch(*results: TestResult) -> TestBatchMessage:
    return TestBatchMessage(payload=TestBatch(results=list(results)))


def one(name: str, status: str = "passed", **fields: object) -> TestResult:
    return TestResult(
        test_file="a.spec.ts",
        test_name=name,
        status=status,  # pyright: ignore[reportArgumentType]  # as it is on the wire
        **fields,  # pyright: ignore[reportArgumentType]  # any field of a result
    )


async def store(db: Database, key: RunKey, *messages: AnyMessage) -> Stored:
    return await ingest(db, [Report(key, messages)])


async def test_a_report_that_is_sent_again_counts_once(db: Database, tenant_id: UUID) -> None:
    key = RunKey(uuid4(), tenant_id)
    messages = [START, batch(one("passes"), one("fails", "failed", error_message="no"), one("skips", "skipped"))]

    for _ in range(3):
        await store(db, key, *messages)

    counts = await ledger(db, key)
    assert (counts.passed, counts.failed, counts.skipped, counts.total) == (1, 1, 1, 3)


async def test_a_run_nobody_started_is_unknown_and_of_no_effect(db: Database, tenant_id: UUID) -> None:
    key = RunKey(uuid4(), tenant_id)

    stored = await store(db, key, batch(one("passes")))

    assert stored.unknown == {key}
    assert not stored.changed


async def test_another_tenants_run_is_unknown(db: Database, tenant_id: UUID) -> None:
    key = RunKey(uuid4(), tenant_id)
    await store(db, key, START)

    stored = await store(db, RunKey(key.run_id, uuid4()), batch(one("passes")))

    assert stored.unknown
    assert (await ledger(db, key)).passed == 0


async def test_a_retry_replaces_the_failure_and_makes_the_test_flaky(db: Database, tenant_id: UUID) -> None:
    key = RunKey(uuid4(), tenant_id)

    await store(db, key, START, batch(one("wobbles", "failed", error_message="first")))
    assert (await ledger(db, key)).failed == 1
    await store(db, key, batch(one("wobbles", retry_count=1)))

    counts = await ledger(db, key)
    assert (counts.passed, counts.failed, counts.flaky, counts.total) == (1, 0, 1, 1)


async def test_an_earlier_attempt_that_comes_late_changes_nothing(db: Database, tenant_id: UUID) -> None:
    key = RunKey(uuid4(), tenant_id)

    await store(db, key, START, batch(one("wobbles", retry_count=1)))
    await store(db, key, batch(one("wobbles", "failed")))

    assert (await ledger(db, key)).failed == 0


async def test_attempts_of_one_test_in_one_message_are_all_kept(db: Database, tenant_id: UUID) -> None:
    key = RunKey(uuid4(), tenant_id)

    await store(db, key, START, batch(one("wobbles", "failed"), one("wobbles", "passed", retry_count=1)))

    async with db.connection() as connection:
        cursor = await connection.execute("select attempts from tests where run_id = %s", (key.run_id,))
        (attempts,) = await cursor.fetchone() or ([],)
    assert [attempt["status"] for attempt in attempts] == ["failed", "passed"]


async def test_nul_characters_in_output_lose_no_result(db: Database, tenant_id: UUID) -> None:
    key = RunKey(uuid4(), tenant_id)

    await store(db, key, START, batch(one("binary\0name", "failed", error_message="a\0b")))

    assert (await ledger(db, key)).failed == 1


async def test_results_under_a_lost_lease_are_evidence_and_change_nothing(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1))
    late, quick = HandWorker(db, key, "late"), HandWorker(db, key, "quick")
    old = await late.lease()
    await late.finish(old, "returned")
    new = await quick.lease()

    [(item, test)] = leased_tests(old)
    await late.report(old, [result(item, test, "failed", error_message="late")])
    assert (await ledger(db, key)).failed == 0
    await quick.pass_all(new)

    async with db.connection() as connection:
        cursor = await connection.execute("select count(*) from late_results where run_id = %s", (key.run_id,))
        assert await cursor.fetchone() == (1,)
    assert (await ledger(db, key)).passed == 1


async def test_a_failed_attempt_under_a_lost_lease_makes_the_later_pass_flaky(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1))
    first, second = HandWorker(db, key, "first"), HandWorker(db, key, "second")
    lease = await first.lease()
    [(item, test)] = leased_tests(lease)
    await first.report(lease, [result(item, test, "failed", final=False)])
    await first.finish(lease, "returned")

    again = await second.lease()
    await second.pass_all(again)
    await second.finish(again)

    counts = await ledger(db, key)
    assert (counts.conclusion, counts.flaky) == ("flaky", 1)


async def test_a_file_that_was_leased_whole_is_counted_by_what_playwright_lists(db: Database, tenant_id: UUID) -> None:
    key = await start_files(db, tenant_id, ["tests/a.spec.ts"], workers=1)
    worker = HandWorker(db, key)
    lease = await worker.lease()
    assert (await ledger(db, key)).total == 1

    tests = suite(1, 4)
    listed = [TestResult(test_file="tests/a.spec.ts", test_name=t.test_name, status="passed") for t in tests]
    begin = RunStartMessage(payload=RunStart(tests=list(listed), lease=str(lease.token)))
    await store(db, key, begin)
    await store(db, key, begin)
    assert (await ledger(db, key)).total == 4
    await worker.report(lease, listed)
    await worker.finish(lease)

    counts = await ledger(db, key)
    assert (counts.conclusion, counts.total, counts.passed) == ("passed", 4, 4)


async def test_errors_that_belong_to_no_test_keep_a_run_from_passing(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1))
    worker = HandWorker(db, key)
    lease = await worker.lease()
    await worker.pass_all(lease)

    fault = RunErrorMessage(payload=RunError(error=TestError(message="SyntaxError"), test_file="tests/b.spec.ts"))
    await store(db, key, fault)
    await worker.finish(lease)

    counts = await ledger(db, key)
    assert (counts.status, counts.conclusion, counts.failure_reason) == ("failed", "failed", "RUN_ERROR")


async def test_an_expired_lease_that_nobody_took_yet_still_counts(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1))
    worker = HandWorker(db, key)
    lease = await worker.lease()
    await let_expire(db, lease)

    await worker.pass_all(lease)
    await worker.finish(lease)

    assert (await ledger(db, key)).conclusion == "passed"


async def test_two_producers_that_report_the_same_tests_at_once_count_them_once(db: Database, tenant_id: UUID) -> None:
    key = RunKey(uuid4(), tenant_id)
    await store(db, key, START)
    results = [one(f"test {number}") for number in range(200)]

    await asyncio.gather(*(store(db, key, batch(*(results[turn:] + results[:turn]))) for turn in range(8)))

    counts = await ledger(db, key)
    assert (counts.passed, counts.total) == (200, 200)


async def test_one_bad_report_in_a_group_takes_no_other_with_it(db: Database, tenant_id: UUID) -> None:
    key = RunKey(uuid4(), tenant_id)
    committer = Committer(db, _nobody)
    committer.start()
    bad = TestBatchMessage(payload=TestBatch(results=[one("x")], lease="not a lease"))

    answers = await asyncio.gather(
        committer.commit(Report(key, [START])),
        committer.commit(Report(key, [bad])),
        committer.commit(Report(key, [batch(one("passes"))])),
        return_exceptions=True,
    )
    await committer.stop()

    assert [type(answer).__name__ for answer in answers] == ["NoneType", "BadMessage", "NoneType"]
    assert (await ledger(db, key)).passed == 1


async def _nobody(_: Stored) -> None:
    return


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from(["passed", "failed", "skipped", "timedOut"])),
        min_size=1,
        max_size=30,
    )
)
def test_counters_equal_the_rows_in_whatever_order_and_however_often_reports_come(
    shared_dsn: str, order: list[tuple[int, int, str]]
) -> None:
    asyncio.run(_counters_equal_rows(shared_dsn, order))


async def _counters_equal_rows(dsn: str, order: list[tuple[int, int, str]]) -> None:
    db = await Database.open(dsn, max_size=2)
    async with db.connection() as connection:
        cursor = await connection.execute("insert into tenants (slug) values (%s) returning id", (uuid4().hex,))
        (tenant_id,) = await cursor.fetchone() or (None,)
    assert isinstance(tenant_id, UUID)
    key = RunKey(uuid4(), tenant_id)
    await store(db, key, START)

    for number, retry, status in order:
        await store(db, key, batch(one(f"test {number}", status, retry_count=retry)))
    await store(db, key, RunEndMessage(payload=RunEnd()))

    counts = await ledger(db, key)
    async with db.connection() as connection:
        cursor = await connection.execute(
            "select count(*), count(*) filter (where outcome = 'passed'), count(*) filter (where outcome = 'failed'),"
            " count(*) filter (where outcome = 'skipped'), count(*) filter (where flaky) from tests where run_id = %s",
            (key.run_id,),
        )
        row = await cursor.fetchone()
    await db.close()
    assert (counts.total, counts.passed, counts.failed, counts.skipped, counts.flaky) == row
    assert counts.is_whole


async def test_a_run_that_is_deleted_takes_its_tests_along(db: Database, tenant_id: UUID) -> None:
    key = RunKey(uuid4(), tenant_id)
    await store(db, key, START, batch(one("passes")))

    async with db.connection() as connection:
        await connection.execute("delete from tenants where id = %s", (tenant_id,))
        cursor = await connection.execute("select count(*) from tests where run_id = %s", (key.run_id,))
        assert await cursor.fetchone() == (0,)


async def test_reports_that_name_runs_in_different_orders_do_not_deadlock(db: Database, tenant_id: UUID) -> None:
    first, second = sorted(RunKey(uuid4(), tenant_id) for _ in range(2))
    for key in (first, second):
        await store(db, key, START)
    committers = [Committer(db, _nobody) for _ in range(2)]
    for committer in committers:
        committer.start()

    for turn in range(5):
        one_way = [
            Report(second, [RunStartMessage(payload=RunStart(total_tests=5 + turn))]),
            Report(first, [batch(one("x"))]),
        ]
        other_way = [Report(first, [batch(one(f"y{turn}"))]), Report(second, [batch(one(f"z{turn}"))])]
        reports = [*one_way, *other_way]
        await asyncio.gather(*(committer.commit(report) for committer in committers for report in reports))
    for committer in committers:
        await committer.stop()

    assert (await ledger(db, second)).passed == 5


async def test_a_poisoned_start_hurts_nobody_else(db: Database, tenant_id: UUID) -> None:
    key = RunKey(uuid4(), tenant_id)
    committer = Committer(db, _nobody)
    committer.start()
    bad = RunStartMessage(payload=RunStart(lease="abc", tests=[one("passes")]))

    answers = await asyncio.gather(
        committer.commit(Report(key, [START, batch(one("passes"))])),
        committer.commit(Report(key, [bad])),
        return_exceptions=True,
    )
    await committer.stop()

    assert [type(answer).__name__ for answer in answers] == ["NoneType", "BadMessage"]


async def test_a_committer_that_has_stopped_answers_at_once(db: Database, tenant_id: UUID) -> None:
    committer = Committer(db, _nobody)
    committer.start()
    await committer.stop()

    with pytest.raises(Unavailable):
        await committer.commit(Report(RunKey(uuid4(), tenant_id), [START]))


async def test_a_teardown_that_fails_on_any_machine_has_failed(db: Database, tenant_id: UUID) -> None:
    for order in (["passed", "failed"], ["failed", "passed"]):
        teardown = PlannedTest(test_file="a.spec.ts", test_name="cleans up", stage="teardown")
        key = await start(db, tenant_id, (*suite(1), teardown), workers=1)

        for status in order:
            await store(db, key, batch(one("cleans up", status)))

        assert (await ledger(db, key)).failed == 1


async def test_a_lease_of_one_run_counts_nothing_in_another(db: Database, tenant_id: UUID) -> None:
    key, other = await start(db, tenant_id, suite(1)), await start(db, tenant_id, suite(1))
    worker = HandWorker(db, key)
    lease = await worker.lease()
    [(item, test)] = leased_tests(lease)

    stray = TestBatchMessage(payload=TestBatch(results=[result(item, test)], lease=str(lease.token)))
    await store(db, other, stray)

    assert (await ledger(db, other)).passed == 0
