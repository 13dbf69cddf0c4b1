"""What a rule about an error does not excuse."""

from uuid import UUID

import pytest

from shifty.database.pool import Database
from shifty.failures.classify import find
from shifty.wire import Attempt, TestError, TestResult
from tests.orchestration.test_quarantine import BANK, FAILED, PASSED, Shop, failing, ran


@pytest.fixture
async def shop(db: Database, tenant_id: UUID) -> Shop:
    made = Shop(db, tenant_id)
    await made.run(ran("opens"))
    return made


@pytest.mark.parametrize("message", ["", "   ", "at x (a.js:1:2)", "12 | secret", "(no error message)"])
async def test_what_says_nothing_is_excused_by_no_rule_about_an_error(shop: Shop, message: str) -> None:
    # Such a rule is refused today; one may have been made before.
    rule_id = await shop.quarantine("error", find(BANK).digest)
    async with shop.db.connection() as connection:
        await connection.execute("update quarantine_rules set value = %s where id = %s", (find("").digest, rule_id))

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
