"""From a row of the ledger to what history notes of it."""

from collections.abc import Sequence
from typing import Any

import pytest

from shifty.failures import classify
from shifty.failures.model import Finding
from shifty.history.marks import MANY, mark, read, shared_network_errors
from shifty.history.model import Mark, UnsettledTest
from shifty.wire import Attempt, RawStatus, TestError


def find_in(messages: Sequence[str]) -> Finding | None:
    """A message says what it is: ``network``, ``disk``, ``timeout``; its digest is the message."""
    if not messages:
        return None
    word = messages[0]
    return Finding(
        digest=word,
        message=word,
        sample=word,
        kind="network" if word.startswith("network") else "error",
        causes=frozenset({"network"}) if word.startswith("network") else frozenset(),
        limit_ms=5000 if word == "timeout" else None,
        is_infrastructure=word == "disk",
    )


def tried(status: RawStatus, *errors: str, number: int = 0, ms: int = 100, lease: str | None = None) -> Attempt:
    told = [TestError(message=error) for error in errors]
    return Attempt(attempt=number, status=status, duration_ms=ms, errors=told, lease=lease)


def a_test(outcome: str, *attempts: Attempt, **fields: Any) -> UnsettledTest:
    values: dict[str, Any] = {
        "test_id": "t1",
        "raw_status": outcome,
        "reason": None,
        "error_message": None,
        "retry_count": attempts[-1].attempt if attempts else 0,
        "healed": False,
        "worker": "m1",
        **fields,
    }
    return UnsettledTest(outcome=outcome, attempts=attempts, **values)


def marked(outcome: str, *attempts: Attempt, **fields: Any) -> Mark:
    return mark(read(a_test(outcome, *attempts, **fields), find_in))


def test_the_limit_is_the_tests_own_where_it_ran_into_that() -> None:
    first = tried("timedOut", "Test timeout of 30000ms exceeded.")
    second = tried("failed", "Error: locator.click: Timeout 5000ms exceeded.", number=1)

    noted = mark(read(a_test("failed", first, second), classify.find_in))

    assert (noted.limit_ms, noted.causes) == (30_000, ("test-timeout", "timeout"))


def test_a_pass_after_a_failed_attempt_is_retried() -> None:
    noted = marked("passed", tried("failed", "broke", ms=70), tried("passed", number=1))

    assert noted == Mark(
        test_id="t1",
        worker="m1",
        retried=True,
        failed_first=True,
        failed_attempts=1,
        failed_ms=70,
        error_digest="broke",
    )


def test_a_pass_whose_flag_an_earlier_run_has_set_is_not_retried() -> None:
    noted = marked("passed", tried("passed"))

    assert noted == Mark(test_id="t1", worker="m1")


def test_a_reporter_without_details_tells_of_failures_by_its_count_of_retries() -> None:
    assert marked("passed", tried("passed", number=2)).retried
    assert marked("passed", tried("passed", number=2)).failed_attempts == 2
    assert marked("failed", tried("failed", "broke", number=2)).failed_attempts == 3
    assert marked("passed", tried("passed"), raw_status="flaky").retried


def test_failed_attempts_count_under_every_lease_and_time_under_the_last_one() -> None:
    noted = marked(
        "passed",
        tried("failed", "broke", ms=900, lease="one"),
        tried("failed", "broke", ms=40, lease="two"),
        tried("passed", number=1, ms=50, lease="two"),
    )

    assert (noted.failed_attempts, noted.failed_ms, noted.retried) == (2, 40, True)


def test_an_interrupted_attempt_is_no_failure() -> None:
    noted = marked("passed", tried("interrupted", "worker stopped", lease="one"), tried("passed", lease="two"))

    assert noted == Mark(test_id="t1", worker="m1")


def test_a_test_that_was_only_interrupted_says_nothing() -> None:
    noted = marked("failed", tried("interrupted", "stopped"), raw_status="interrupted", error_message="stopped")

    assert (noted.excluded, noted.failed_attempts, noted.error_digest) == ("interrupted", 0, None)


def test_a_test_that_failed_and_was_interrupted_when_it_was_tried_again_has_failed() -> None:
    noted = marked("failed", tried("failed", "broke"), tried("interrupted", number=1), raw_status="interrupted")

    assert (noted.excluded, noted.failed_attempts) == (None, 1)


def test_a_test_that_lost_its_workers_says_nothing() -> None:
    noted = marked("failed", reason="crashed its worker", error_message="The test crashed its worker: 2 were lost.")

    assert (noted.excluded, noted.failed_attempts) == ("lost-worker", 0)
    assert noted.error_digest == "The test crashed its worker: 2 were lost."


@pytest.mark.parametrize("outcome", ["passed", "failed"], ids=["passed", "failed by the verdict"])
def test_a_healed_test_says_nothing(outcome: str) -> None:
    noted = marked(outcome, tried("passed"), raw_status="passed", healed=True)

    assert (noted.excluded, noted.failed_attempts) == ("healed", 0)


def test_a_test_that_is_expected_to_fail_and_does_has_no_failed_attempt() -> None:
    noted = marked("passed", tried("failed", "as expected"), raw_status="failed")

    assert noted == Mark(test_id="t1", worker="m1")


def test_an_unexpected_pass_is_a_failed_attempt() -> None:
    told = "Expected to fail, but passed."
    noted = marked("failed", tried("passed"), raw_status="passed", error_message=told)

    assert (noted.failed_attempts, noted.failed_first, noted.error_digest) == (1, True, told)


def test_a_fault_of_the_machine_in_every_failed_attempt_says_nothing() -> None:
    broken = marked("failed", tried("failed", "disk"), tried("failed", "disk", number=1))
    mixed = marked("failed", tried("failed", "disk"), tried("failed", "broke", number=1))
    silent = marked("failed", tried("failed", "disk"), tried("failed", number=1))

    assert broken.excluded == "infrastructure"
    assert mixed.excluded is None
    assert silent.excluded is None


def test_a_network_error_says_nothing_when_five_tests_of_the_run_share_it() -> None:
    gone = [read(a_test("failed", tried("failed", "network down"), test_id=f"t{n}"), find_in) for n in range(MANY)]
    own = read(a_test("failed", tried("failed", "network of one"), test_id="own"), find_in)
    shared = shared_network_errors([*gone, own])

    assert shared == {"network down"}
    assert {mark(reading, shared).excluded for reading in gone} == {"infrastructure"}
    assert mark(own, shared).excluded is None
    assert mark(own, shared).causes == ("network",)
    assert shared_network_errors(gone[1:]) == frozenset()


def test_the_limit_is_that_of_the_last_time_out_and_the_digest_that_of_the_last_failure() -> None:
    noted = marked("failed", tried("timedOut", "timeout"), tried("failed", "broke", number=1))

    assert (noted.limit_ms, noted.error_digest) == (5000, "broke")


def test_a_test_that_did_not_run_in_the_end_is_neither_excluded_nor_retried() -> None:
    noted = marked("notRun", tried("failed", "broke"), raw_status="notRun")

    assert (noted.excluded, noted.retried, noted.failed_attempts) == (None, False, 1)
