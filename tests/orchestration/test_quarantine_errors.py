"""What a rule about an error does not excuse."""

from uuid import UUID

import pytest

from shifty.database.pool import Database
from shifty.dispatch.model import Lease
from shifty.failures.classify import find
from shifty.results.ingest import Report, ingest
from shifty.wire import Attempt, PlannedTest, TestBatch, TestBatchMessage, TestError, TestResult
from tests.orchestration.test_quarantine import BANK, FAILED, PASSED, SHOP, Shop, failing, ran
from tests.support.runs import HandWorker, start, suite


@pytest.fixture
async def shop(db: Database, tenant_id: UUID) -> Shop:
    made = Shop(db, tenant_id)
    await made.run(ran("opens"))
    return made


@pytest.mark.parametrize(
    "message",
    [
        "",
        "   ",
        "at x (a.js:1:2)",
        "12 | secret",
        "(no error message)",
        "More errors of this attempt were cut by Shifty.",
    ],
)
async def test_what_says_nothing_is_excused_by_no_rule_about_an_error(shop: Shop, message: str) -> None:
    # Such a rule is refused today; one may have been made before.
    rule_id = await shop.quarantine("error", find(BANK).digest)
    async with shop.db.connection() as connection:
        values = (find(message).digest, rule_id)
        await connection.execute("update quarantine_rules set value = %s where id = %s", values)

    assert await shop.verdict(await shop.run(failing("pays", message))) == FAILED


@pytest.mark.parametrize("said", [None, BANK])
async def test_a_pass_that_should_have_been_a_failure_is_excused_by_no_rule_about_an_error(
    shop: Shop, said: str | None
) -> None:
    await shop.quarantine("error", find(BANK).digest)
    await shop.quarantine("error", find("Expected to fail, but passed.").digest)
    timed_out = Attempt(attempt=0, status="timedOut", duration_ms=5, errors=[TestError(message=BANK)])
    passed = Attempt(attempt=1, status="passed", duration_ms=5)
    result = TestResult(
        test_file="shop.spec.ts",
        test_name="pays",
        status="passed",
        expected_status="failed",
        attempts=[timed_out, passed],
        retry_count=1,
        error_message=said,
    )

    assert await shop.verdict(await shop.run(result)) == FAILED

    await shop.quarantine("title", "pays")
    assert await shop.verdict(await shop.run(result)) == PASSED


@pytest.mark.parametrize(("one", "other"), [(BANK, SHOP), (SHOP, BANK)])
async def test_of_two_failures_of_one_test_both_have_to_be_known(shop: Shop, one: str, other: str) -> None:
    await shop.quarantine("error", find(BANK).digest)

    at_once = await shop.run(failing("pays", one), failing("pays", other))
    apart = await shop.begin(failing("pays", one))
    await ingest(shop.db, [Report(apart, [TestBatchMessage(payload=TestBatch(results=[failing("pays", other)]))])])
    await shop.end(apart)

    assert await shop.verdict(at_once) == FAILED
    assert await shop.verdict(apart) == FAILED


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_of_set_up_that_failed_on_two_machines_both_errors_have_to_be_known(
    db: Database, tenant_id: UUID, order: tuple[int, int]
) -> None:
    shop = Shop(db, tenant_id)
    login = PlannedTest(test_file="auth.ts", test_name="login", title_path=["login"], stage="setup")
    key = await start(db, tenant_id, (login, *suite(4, 2)), workers=2)
    await shop.quarantine("error", find(BANK).digest)
    workers = [HandWorker(db, key, name) for name in ("one", "two")]
    leases = [await worker.lease() for worker in workers]

    for place, error in zip(order, (SHOP, BANK), strict=True):
        await workers[place].report(leases[place], [failing("login", error, file="auth.ts")])
    for worker, lease in zip(workers, leases, strict=True):
        await worker.pass_all(lease)
        await worker.finish(lease)
    while isinstance(more := await workers[0].claim(), Lease):
        await workers[0].pass_all(more)
        await workers[0].finish(more)

    assert await shop.verdict(key) == FAILED
