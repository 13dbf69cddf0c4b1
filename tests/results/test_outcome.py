"""From a reported result to a row of the ledger."""

from uuid import uuid4

import pytest

from shifty.results.outcome import normal_path, outcome_of, row_of
from shifty.wire import Attempt, RawStatus, TestError, TestResult

RUN, TENANT = str(uuid4()), str(uuid4())


def reported(status: str, expected: RawStatus = "passed", **fields: object) -> TestResult:
    return TestResult(
        test_file="tests/a.spec.ts",
        test_name="adds",
        status=status,  # pyright: ignore[reportArgumentType]  # as it is on the wire
        expected_status=expected,
        **fields,  # pyright: ignore[reportArgumentType]  # any field of a result
    )


@pytest.mark.parametrize(
    ("status", "expected", "outcome"),
    [
        ("passed", "passed", "passed"),
        ("failed", "passed", "failed"),
        ("timedOut", "passed", "failed"),
        ("interrupted", "passed", "failed"),
        ("skipped", "skipped", "skipped"),
        ("skipped", "passed", "skipped"),
        ("notRun", "passed", "notRun"),
        ("flaky", "passed", "passed"),
        ("failed", "failed", "passed"),
        ("passed", "failed", "failed"),
    ],
)
def test_the_ledger_has_one_place_for_every_status(status: str, expected: RawStatus, outcome: str) -> None:
    assert outcome_of(reported(status, expected)) == outcome


def test_a_provisional_report_has_no_outcome_and_ranks_below_the_final_one() -> None:
    provisional = row_of(reported("failed", final=False), RUN, TENANT, None)
    final = row_of(reported("failed"), RUN, TENANT, None)

    assert provisional.outcome is None
    assert provisional.rank < final.rank


def test_a_later_attempt_outranks_the_final_word_on_an_earlier_one() -> None:
    first = row_of(reported("failed", retry_count=0), RUN, TENANT, None)
    second = row_of(reported("passed", retry_count=1, final=False), RUN, TENANT, None)

    assert second.rank > first.rank


def test_a_pass_after_a_failed_attempt_is_flaky() -> None:
    attempts = [Attempt(attempt=0, status="failed", duration_ms=5), Attempt(attempt=1, status="passed", duration_ms=5)]

    assert row_of(reported("passed", attempts=attempts, retry_count=1), RUN, TENANT, None).flaky
    assert row_of(reported("passed", retry_count=1), RUN, TENANT, None).flaky
    assert not row_of(reported("passed", attempts=attempts[1:], retry_count=1), RUN, TENANT, None).flaky
    assert not row_of(reported("failed", retry_count=1), RUN, TENANT, None).flaky


def test_the_message_is_the_last_error_that_an_attempt_has_given() -> None:
    attempts = [
        Attempt(attempt=0, status="failed", duration_ms=5, errors=[TestError(message="first")]),
        Attempt(attempt=1, status="failed", duration_ms=5, errors=[TestError(message="second")]),
    ]

    assert row_of(reported("failed", attempts=attempts), RUN, TENANT, None).error_message == "second"


def test_an_unexpected_pass_says_what_was_expected() -> None:
    assert row_of(reported("passed", "failed"), RUN, TENANT, None).error_message == "Expected to fail, but passed."


def test_an_unexpected_pass_says_so_whatever_an_earlier_attempt_has_said() -> None:
    timed_out = Attempt(attempt=0, status="timedOut", duration_ms=5, errors=[TestError(message="the bank is slow")])
    attempts = [timed_out, Attempt(attempt=1, status="passed", duration_ms=5)]

    row = row_of(reported("passed", "failed", attempts=attempts, retry_count=1), RUN, TENANT, None)

    assert (row.outcome, row.error_message) == ("failed", "Expected to fail, but passed.")


def test_paths_are_posix_and_relative_so_that_history_matches() -> None:
    assert normal_path(".\\tests\\a.spec.ts") == "tests/a.spec.ts"
    assert normal_path("./tests/a.spec.ts") == "tests/a.spec.ts"
