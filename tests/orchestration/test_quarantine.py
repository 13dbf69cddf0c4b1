"""What quarantine does to the runs that end under it: every mix, on the ledger as reports leave it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from shifty.database.pool import Database
from shifty.dispatch.model import Lease
from shifty.failures.classify import find
from shifty.orchestration.cancel import cancel_run
from shifty.orchestration.close import close, give_up
from shifty.orchestration.reap import reap
from shifty.orchestration.request import Rerun, RunRequest
from shifty.orchestration.start import start_run
from shifty.quarantine.add import add_rule
from shifty.quarantine.model import NewRule, RuleKind
from shifty.quarantine.release import release
from shifty.results.ingest import Report, ingest
from shifty.results.outcome import identity
from shifty.results.store import RunKey
from shifty.runs.failed_tests import failed_tests
from shifty.runs.list_results import list_results
from shifty.runs.list_runs import list_runs
from shifty.runs.model import Result, ResultFilter, RunFilter
from shifty.runs.show_run import show_run
from shifty.web.pagination import Page
from shifty.wire import (
    AnyMessage,
    Attempt,
    Heal,
    RawStatus,
    RunEnd,
    RunEndMessage,
    RunError,
    RunErrorMessage,
    RunStart,
    RunStartMessage,
    TestBatch,
    TestBatchMessage,
    TestError,
    TestRef,
    TestResult,
)
from tests.support.runs import HALF_A_MINUTE, HandWorker, leased_tests, ledger, let_expire, result, start, suite

BANK = "Error: the bank did not answer"
SHOP = "Error: the shop is closed"


def ran(name: str, status: str = "passed", *errors: str, file: str = "shop.spec.ts", **fields: object) -> TestResult:
    """A result; each error is one of a failed attempt of its own, and the last attempt has the status."""
    failed: RawStatus = "failed"
    attempts = [
        Attempt(attempt=number, status=failed, duration_ms=5, errors=[TestError(message=error)])
        for number, error in enumerate(errors)
    ]
    if status == "passed":
        attempts.append(Attempt(attempt=len(attempts), status="passed", duration_ms=5))
    return TestResult(
        test_file=file,
        test_name=name,
        status=status,  # pyright: ignore[reportArgumentType]  # tests name statuses as they are on the wire
        attempts=attempts if status != "notRun" else None,
        retry_count=max(0, len(attempts) - 1),
        **fields,  # pyright: ignore[reportArgumentType]  # any field of a result
    )


def failing(name: str, *errors: str, **fields: object) -> TestResult:
    return ran(name, "failed", *(errors or (BANK,)), **fields)  # pyright: ignore[reportArgumentType]  # any field


@dataclass
class Shop:
    """A project whose reporter and people do what the test says."""

    db: Database
    tenant_id: UUID

    async def begin(self, *results: TestResult, total: int | None = None, more: Sequence[AnyMessage] = ()) -> RunKey:
        """A run that has reported these and not ended."""
        key = RunKey(uuid4(), self.tenant_id)
        tests = [
            TestRef(test_file=each.test_file, test_name=each.test_name, project_name=each.project_name, tags=each.tags)
            for each in results
        ]
        started = RunStart(project="shop", total_tests=total or len(tests), tests=tests)
        batch = TestBatchMessage(payload=TestBatch(results=list(results)))
        await ingest(self.db, [Report(key, [RunStartMessage(payload=started), batch, *more])])
        return key

    async def end(self, key: RunKey) -> None:
        await ingest(self.db, [Report(key, [RunEndMessage(payload=RunEnd(shard_index=0))])])
        await close(self.db, key)

    async def run(self, *results: TestResult, total: int | None = None, more: Sequence[AnyMessage] = ()) -> RunKey:
        key = await self.begin(*results, total=total, more=more)
        await self.end(key)
        return key

    async def quarantine(self, kind: RuleKind, value: str, project_name: str = "") -> UUID:
        rule = NewRule(kind=kind, value=value, project_name=project_name, owner="@bank", reason="it is slow")
        return (await add_rule(self.db, self.tenant_id, "shop", rule, "key")).rule.id

    async def set_cap(self, cap: int) -> None:
        async with self.db.connection() as connection:
            await connection.execute(
                "update projects set quarantine_cap = %s where tenant_id = %s", (cap, self.tenant_id)
            )

    async def verdict(self, key: RunKey) -> tuple[str, str | None, str | None]:
        counts = await ledger(self.db, key)
        assert counts.is_whole
        return counts.status, counts.conclusion, counts.failure_reason

    async def excused(self, key: RunKey, status: str = "quarantined") -> list[Result]:
        wanted = ResultFilter(status=status)  # pyright: ignore[reportArgumentType]  # one of them
        return list((await list_results(self.db, self.tenant_id, key.run_id, wanted, Page(50), only=None)).results)

    async def names(self, key: RunKey) -> list[str]:
        return [each.test.title for each in await self.excused(key)]


PASSED = ("completed", "passed", None)
FAILED = ("completed", "failed", None)
NOT_RUN = ("failed", "failed", "TESTS_NOT_RUN")


@pytest.fixture
async def shop(db: Database, tenant_id: UUID) -> Shop:
    made = Shop(db, tenant_id)
    # The project is made by its first run.
    await made.run(ran("opens"))
    return made


@pytest.mark.parametrize(
    ("results", "rules", "expected"),
    [
        ([failing("pays")], [], FAILED),
        ([failing("pays")], [("title", "pays")], PASSED),
        ([failing("pays"), failing("ships")], [("title", "pays")], FAILED),
        ([failing("pays"), failing("ships")], [("title", "pays"), ("file", "shop.*")], PASSED),
        ([ran("pays", "timedOut"), ran("ships")], [("title", "pays")], PASSED),
        ([ran("pays", "passed", BANK), failing("ships")], [("title", "ships")], ("completed", "flaky", None)),
        ([ran("pays", "passed", BANK)], [("title", "pays")], ("completed", "flaky", None)),
        ([failing("pays"), ran("ships", "notRun")], [("title", "pays")], FAILED),
        ([failing("pays"), ran("ships", "notRun")], [("title", "ships")], FAILED),
        ([failing("pays"), ran("ships", "notRun")], [("file", "shop.spec.ts")], PASSED),
        ([ran("ships", "notRun")], [("title", "ships")], PASSED),
        ([ran("ships", "notRun"), ran("thanks", "notRun")], [("title", "ships")], NOT_RUN),
        ([failing("pays"), ran("ships", "skipped")], [("tag", "@slow")], FAILED),
        ([failing("pays", tags=["@slow"])], [("tag", "slow")], PASSED),
        ([failing("pays", project_name="firefox"), failing("pays")], [("file", "*")], PASSED),
    ],
)
async def test_a_run_fails_for_what_is_not_in_quarantine(
    shop: Shop, results: list[TestResult], rules: list[tuple[RuleKind, str]], expected: tuple[str, str, str | None]
) -> None:
    for kind, value in rules:
        await shop.quarantine(kind, value)

    key = await shop.run(*results)

    assert await shop.verdict(key) == expected


async def test_a_rule_for_one_browser_leaves_the_others(shop: Shop) -> None:
    await shop.quarantine("title", "pays", "firefox")

    assert await shop.verdict(await shop.run(failing("pays", project_name="firefox"))) == PASSED
    assert await shop.verdict(await shop.run(failing("pays", project_name="chromium"))) == FAILED


async def test_it_is_reported_as_what_it_is_with_the_rule_that_excuses_it(shop: Shop) -> None:
    rule_id = await shop.quarantine("title", "pays")

    key = await shop.run(failing("pays"), ran("ships"))

    run = (await show_run(shop.db, shop.tenant_id, key.run_id, Page(10))).run
    (pays,) = await shop.excused(key, "failed")
    assert (run.ledger.failed, run.ledger.passed, run.quarantined_tests) == (1, 1, 1)
    assert pays.test.quarantined
    assert pays.test.quarantine
    told = {name: pays.test.quarantine[name] for name in ("ruleId", "kind", "value", "owner", "reason")}
    assert told == {
        "ruleId": str(rule_id),
        "kind": "title",
        "value": "pays",
        "owner": "@bank",
        "reason": "it is slow",
    }
    (ships,) = await shop.excused(key, "passed")
    assert (ships.test.quarantined, ships.test.quarantine) == (False, None)


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ([BANK], PASSED),
        ([BANK, BANK.replace("the bank", "the \x1b[31mbank\x1b[0m")], PASSED),
        ([BANK, SHOP], FAILED),
        ([SHOP, BANK], FAILED),
        ([SHOP], FAILED),
    ],
)
async def test_an_error_is_excused_where_it_is_the_only_one(
    shop: Shop, errors: list[str], expected: tuple[str, str, str | None]
) -> None:
    await shop.quarantine("error", find(BANK).digest)

    assert await shop.verdict(await shop.run(failing("pays", *errors))) == expected


async def test_a_new_error_beside_a_known_one_in_one_attempt_fails(shop: Shop) -> None:
    await shop.quarantine("error", find(BANK).digest)
    soft = [TestError(message=BANK), TestError(message=SHOP)]
    timeout = [TestError(message="Test timeout of 30000ms exceeded."), TestError(message=BANK)]

    def one(errors: list[TestError]) -> TestResult:
        attempt = Attempt(attempt=0, status="failed", duration_ms=5, errors=errors)
        return TestResult(test_file="shop.spec.ts", test_name="pays", status="failed", attempts=[attempt])

    assert await shop.verdict(await shop.run(one(soft))) == FAILED
    # That the time was over is said of every time-out; what hung is the cause.
    assert await shop.verdict(await shop.run(one(timeout))) == PASSED
    assert await shop.verdict(await shop.run(one(timeout[:1]))) == FAILED
    assert await shop.verdict(await shop.run(one([]))) == FAILED


async def test_an_error_never_excuses_what_did_not_run(shop: Shop) -> None:
    await shop.quarantine("error", find(BANK).digest)

    assert await shop.verdict(await shop.run(failing("pays"), ran("ships", "notRun", reason=BANK))) == FAILED


async def test_when_before_all_throws_only_a_rule_for_all_of_its_tests_excuses_it(shop: Shop) -> None:
    # As Playwright has it: the first test fails, and those behind it never run.
    hook = [failing("first"), ran("second", "notRun"), ran("third", "notRun")]
    await shop.quarantine("title", "first")

    for_one = await shop.run(*hook)
    await shop.quarantine("file", "shop.spec.ts")
    for_all = await shop.run(*hook)

    assert await shop.verdict(for_one) == FAILED
    assert await shop.names(for_one) == ["first"]
    assert await shop.verdict(for_all) == PASSED
    assert sorted(await shop.names(for_all)) == ["first", "second", "third"]


async def test_before_all_in_an_orchestrated_run(db: Database, tenant_id: UUID) -> None:
    shop = Shop(db, tenant_id)
    tests = suite(1, 3)
    for rule, expected in ((("title", "test 0"), FAILED), (("file", "tests/000*"), PASSED)):
        key = await start(db, tenant_id, tests, workers=1)
        await shop.quarantine(*rule)  # pyright: ignore[reportArgumentType]  # a kind
        worker = HandWorker(db, key)
        lease = await worker.lease()
        (item, first), *others = leased_tests(lease)
        await worker.report(lease, [result(item, first, "failed")])

        await worker.finish(lease, not_run=[(test.test_id, "beforeAll failed") for _, test in others])

        assert await shop.verdict(key) == expected


async def test_it_excuses_no_error_of_the_run(shop: Shop) -> None:
    await shop.quarantine("file", "*")
    broken = RunErrorMessage(payload=RunError(error=TestError(message=BANK), test_file="shop.spec.ts"))

    key = await shop.run(failing("pays"), more=[broken])

    assert await shop.verdict(key) == ("failed", "failed", "RUN_ERROR")
    assert await shop.names(key) == ["pays"]


async def test_it_excuses_no_hole_in_the_ledger(shop: Shop) -> None:
    await shop.quarantine("file", "*")

    key = await shop.run(failing("pays"), total=2)

    assert await shop.verdict(key) == FAILED


async def test_it_excuses_no_test_that_only_a_healed_locator_let_pass(shop: Shop) -> None:
    await shop.quarantine("file", "*")
    async with shop.db.connection() as connection:
        await connection.execute("update projects set healing_verdict = 'fail' where tenant_id = %s", (shop.tenant_id,))
    heal = Heal(original_selector="#a", decision="heal", confidence=0.9, strategy="id-recovery", success=True)
    attempt = Attempt(attempt=0, status="passed", duration_ms=5, heals=[heal])

    key = await shop.run(
        TestResult(test_file="shop.spec.ts", test_name="pays", status="passed", attempts=[attempt]), failing("ships")
    )

    assert await shop.verdict(key) == FAILED
    assert await shop.names(key) == ["ships"]


async def test_a_lost_producer_fails_its_run_and_only_what_failed_is_excused(shop: Shop) -> None:
    await shop.quarantine("file", "*")
    key = await shop.begin(failing("pays"), total=2)
    async with shop.db.connection() as connection:
        await connection.execute(
            "update runs set pending_timeout = '0', last_event_at = now() - interval '1 hour' where id = %s",
            (key.run_id,),
        )

    assert await give_up(shop.db, key, "PRODUCER_LOST")

    counts = await ledger(shop.db, key)
    assert (counts.status, counts.conclusion, counts.failure_reason) == ("failed", "failed", "PRODUCER_LOST")
    assert await shop.names(key) == ["pays"]


async def test_a_cancelled_run_stays_cancelled_and_what_it_kept_from_running_is_not_excused(
    db: Database, tenant_id: UUID
) -> None:
    shop = Shop(db, tenant_id)
    key = await start(db, tenant_id, suite(1, 2), workers=1)
    await shop.quarantine("file", "*")
    worker = HandWorker(db, key)
    lease = await worker.lease()
    (item, first), _ = leased_tests(lease)
    await cancel_run(db, tenant_id, key.run_id)
    await worker.report(lease, [result(item, first, "failed")])
    await worker.finish(lease)

    assert await shop.verdict(key) == ("cancelled", "cancelled", None)
    assert await shop.names(key) == ["test 0"]


async def test_a_worker_that_is_lost_over_a_quarantined_test_does_not_fail_the_run(
    db: Database, tenant_id: UUID
) -> None:
    shop = Shop(db, tenant_id)
    for rule, conclusion in ((None, "failed"), ("test 0", "passed")):
        key = await start(db, tenant_id, suite(1), workers=1)
        if rule:
            await shop.quarantine("title", rule)
        for name in ("one", "two"):
            worker = HandWorker(db, key, name)
            lease = await worker.lease()
            await worker.begin(lease, *leased_tests(lease)[0])
            await let_expire(db, lease)
            await reap(db, HALF_A_MINUTE)

        assert (await ledger(db, key)).conclusion == conclusion


async def test_the_cap_holds_for_each_run_and_what_is_over_it_says_so(shop: Shop) -> None:
    await shop.quarantine("title", "c")
    await shop.quarantine("file", "*")
    await shop.set_cap(2)

    key = await shop.run(failing("a"), failing("b"), failing("c"))
    small = await shop.run(failing("a"), failing("b"), ran("c"))

    assert await shop.verdict(key) == FAILED
    assert sorted(await shop.names(key)) == ["a", "c"]
    reasons = {each.test.title: each.test.reason for each in await shop.excused(key, "failed")}
    assert reasons["a"] is None
    assert reasons["b"] == "a quarantine rule matches it, but the project excuses at most 2 tests of a run"
    assert await shop.verdict(small) == PASSED


async def test_a_rule_counts_that_is_made_before_the_run_ends_and_none_after_it(shop: Shop) -> None:
    during = await shop.begin(failing("pays"))
    before = await shop.run(failing("pays"))
    rule_id = await shop.quarantine("title", "pays")
    await shop.end(during)
    await release(shop.db, shop.tenant_id, rule_id, "key", "mended")
    after = await shop.run(failing("pays"))

    assert [(await shop.verdict(key)) for key in (before, during, after)] == [FAILED, PASSED, FAILED]
    assert not await close(shop.db, before)


async def test_a_rule_whose_time_is_over_excuses_nothing(shop: Shop) -> None:
    rule_id = await shop.quarantine("title", "pays")
    async with shop.db.connection() as connection:
        await connection.execute("update quarantine_rules set expires_at = now() where id = %s", (rule_id,))

    assert await shop.verdict(await shop.run(failing("pays"))) == FAILED


async def test_another_projects_rule_excuses_nothing(shop: Shop) -> None:
    await shop.quarantine("file", "*")

    key = RunKey(uuid4(), shop.tenant_id)
    messages = [
        RunStartMessage(payload=RunStart(project="other")),
        TestBatchMessage(payload=TestBatch(results=[failing("pays")])),
        RunEndMessage(payload=RunEnd()),
    ]
    await ingest(shop.db, [Report(key, messages)])
    await close(shop.db, key)

    assert await shop.verdict(key) == FAILED


async def test_two_that_close_one_run_count_its_excuses_once(shop: Shop) -> None:
    rule_id = await shop.quarantine("title", "pays")
    key = await shop.begin(failing("pays"), ran("ships"))
    await ingest(shop.db, [Report(key, [RunEndMessage(payload=RunEnd(shard_index=0))])])

    closed = await asyncio.gather(*(close(shop.db, key) for _ in range(4)))

    async with shop.db.connection() as connection:
        cursor = await connection.execute(
            "select excused, last_excused_at is not null from quarantine_rules where id = %s", (rule_id,)
        )
        assert await cursor.fetchone() == (1, True)
    assert sorted(closed) == [False, False, False, True]
    assert await shop.verdict(key) == PASSED


async def test_runs_that_end_at_once_under_the_same_rules_all_end(shop: Shop) -> None:
    names = [f"t{number}" for number in range(6)]
    for name in names:
        await shop.quarantine("title", name)
    keys = [await shop.begin(*(failing(name) for name in names)) for _ in range(6)]
    for key in keys:
        await ingest(shop.db, [Report(key, [RunEndMessage(payload=RunEnd(shard_index=0))])])

    assert all(await asyncio.gather(*(close(shop.db, key) for key in keys)))

    async with shop.db.connection() as connection:
        cursor = await connection.execute(
            "select distinct excused from quarantine_rules where tenant_id = %s", (shop.tenant_id,)
        )
        assert await cursor.fetchall() == [(6,)]


async def test_lists_of_runs_follow_the_verdict(shop: Shop) -> None:
    await shop.quarantine("file", "quarantined.spec.ts")
    excused = await shop.run(
        failing("a", file="quarantined.spec.ts"), ran("b", "notRun", file="quarantined.spec.ts"), ran("c")
    )
    mixed = await shop.run(
        failing("a", file="quarantined.spec.ts"),
        ran("b", "notRun", file="quarantined.spec.ts"),
        ran("d", "notRun", file="quarantined.spec.ts"),
        failing("c"),
    )
    running = await shop.begin(failing("a", file="quarantined.spec.ts"))

    async def listed(status: str) -> set[UUID]:
        wanted = RunFilter(status=status)  # pyright: ignore[reportArgumentType]  # one of them
        return {run.id for run in (await list_runs(shop.db, shop.tenant_id, wanted, Page(50), None)).runs}

    assert {excused.run_id} <= await listed("passed")
    assert not {mixed.run_id, running.run_id} & await listed("passed")
    assert await listed("failed") == {mixed.run_id, running.run_id}


async def test_what_is_excused_is_told_as_such_and_not_run_again(shop: Shop) -> None:
    await shop.quarantine("title", "pays")
    excused = await shop.run(failing("pays"), ran("ships"))
    mixed = await shop.run(failing("pays"), failing("ships"))

    found = await failed_tests(shop.db, shop.tenant_id, mixed.run_id)
    again = await start_run(shop.db, shop.tenant_id, RunRequest((), rerun=Rerun(mixed.run_id)))
    nothing = await start_run(shop.db, shop.tenant_id, RunRequest((), rerun=Rerun(excused.run_id)))

    assert {test.title: test.quarantined for test in found.failed} == {"pays": True, "ships": False}
    assert again.run.total_tests == 1
    worker = HandWorker(shop.db, RunKey(again.run_id, shop.tenant_id))
    lease = await worker.claim()
    assert isinstance(lease, Lease)
    assert [test.title_path[-1] for _, test in leased_tests(lease)] == ["ships"]
    assert nothing.run.has_nothing_to_rerun


async def test_a_run_that_failed_for_its_tests_in_quarantine_alone_has_something_to_run_again(shop: Shop) -> None:
    before = await shop.run(failing("pays"), ran("ships"))
    await shop.quarantine("title", "pays")

    again = await start_run(shop.db, shop.tenant_id, RunRequest((), rerun=Rerun(before.run_id)))

    assert again.run.total_tests == 1


async def test_a_rule_for_a_test_goes_by_its_id(shop: Shop) -> None:
    await shop.quarantine("test", identity(failing("pays")))

    assert await shop.verdict(await shop.run(failing("pays"))) == PASSED
    assert await shop.verdict(await shop.run(failing("pays again"))) == FAILED


async def test_of_very_many_failures_the_errors_of_some_are_read_and_the_run_fails(shop: Shop) -> None:
    await shop.quarantine("error", find(BANK).digest)
    await shop.quarantine("title", "named")

    key = await shop.run(failing("named"), *(failing(f"t{number:03}") for number in range(600)))

    assert await shop.verdict(key) == FAILED
    assert len(await shop.names(key)) == 20
    # The first rule that was made comes first, up to the cap.
    assert "named" not in await shop.names(key)
