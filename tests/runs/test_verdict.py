"""What a run comes to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shifty.runs.ledger import Ledger
from shifty.runs.verdict import Ending, Verdict, verdict

WHOLE = Ledger(total=10, passed=10)


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        (Ending(ledger=WHOLE), Verdict("completed", "passed")),
        (Ending(ledger=Ledger(total=3, passed=1, skipped=2)), Verdict("completed", "passed")),
        (Ending(ledger=Ledger(total=3, passed=3, flaky=1)), Verdict("completed", "flaky")),
        (Ending(ledger=Ledger(total=3, passed=2, failed=1, flaky=1)), Verdict("completed", "failed")),
        (Ending(ledger=Ledger(total=3, passed=1, failed=1, not_run=1)), Verdict("completed", "failed")),
        (Ending(ledger=Ledger(total=3, passed=2, not_run=1)), Verdict("failed", "failed", "TESTS_NOT_RUN")),
        (Ending(ledger=Ledger(total=3, passed=2)), Verdict("failed", "failed", "LEDGER_INCOMPLETE")),
        (Ending(ledger=Ledger(total=3, passed=1, failed=1)), Verdict("failed", "failed", "LEDGER_INCOMPLETE")),
        (Ending(ledger=Ledger(total=1, passed=2)), Verdict("failed", "failed", "LEDGER_INCOMPLETE")),
        (Ending(ledger=Ledger(total=0)), Verdict("failed", "failed", "NO_TESTS")),
        (Ending(ledger=WHOLE, run_errors=1), Verdict("failed", "failed", "RUN_ERROR")),
        (Ending(ledger=WHOLE, lost_shards=1, run_errors=1), Verdict("failed", "failed", "SHARD_LOST")),
        (Ending(ledger=WHOLE, timed_out=True, lost_shards=1), Verdict("failed", "timedOut", "TIMED_OUT")),
        (Ending(ledger=Ledger(total=3, not_run=3), no_workers=True), Verdict("failed", "failed", "NO_WORKERS")),
        (Ending(ledger=Ledger(total=3), cancelled=True, run_errors=1), Verdict("cancelled", "cancelled")),
    ],
)
def test_the_first_reason_that_holds_decides(ending: Ending, expected: Verdict) -> None:
    assert verdict(ending) == expected


FAILED_2 = Ledger(total=4, passed=2, failed=2)
STOPPED = Ledger(total=4, passed=1, failed=1, not_run=2)


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        (Ending(ledger=FAILED_2, excused_failed=2), Verdict("completed", "passed")),
        (Ending(ledger=FAILED_2, excused_failed=1), Verdict("completed", "failed")),
        (Ending(ledger=Ledger(total=2, failed=2), excused_failed=2), Verdict("completed", "passed")),
        (Ending(ledger=Ledger(total=3, passed=2, failed=1, flaky=1), excused_failed=1), Verdict("completed", "flaky")),
        (Ending(ledger=STOPPED, excused_failed=1, excused_not_run=2), Verdict("completed", "passed")),
        (Ending(ledger=STOPPED, excused_failed=1, excused_not_run=1), Verdict("completed", "failed")),
        (Ending(ledger=STOPPED, excused_failed=1), Verdict("completed", "failed")),
        (Ending(ledger=Ledger(total=2, passed=1, not_run=1), excused_not_run=1), Verdict("completed", "passed")),
        (
            Ending(ledger=Ledger(total=3, passed=1, not_run=2), excused_not_run=1),
            Verdict("failed", "failed", "TESTS_NOT_RUN"),
        ),
        (Ending(ledger=STOPPED, excused_not_run=2), Verdict("completed", "failed")),
        (Ending(ledger=FAILED_2, excused_failed=2, run_errors=1), Verdict("failed", "failed", "RUN_ERROR")),
        (Ending(ledger=FAILED_2, excused_failed=2, lost_shards=1), Verdict("failed", "failed", "SHARD_LOST")),
        (Ending(ledger=FAILED_2, excused_failed=2, timed_out=True), Verdict("failed", "timedOut", "TIMED_OUT")),
        (Ending(ledger=FAILED_2, excused_failed=2, cancelled=True), Verdict("cancelled", "cancelled")),
        (
            Ending(ledger=Ledger(total=5, passed=2, failed=2), excused_failed=2),
            Verdict("failed", "failed", "LEDGER_INCOMPLETE"),
        ),
        (
            Ending(ledger=Ledger(total=1, not_run=1), excused_not_run=1, no_workers=True),
            Verdict("failed", "failed", "NO_WORKERS"),
        ),
    ],
)
def test_quarantine_takes_its_tests_from_what_a_run_fails_for_and_nothing_else(
    ending: Ending, expected: Verdict
) -> None:
    assert verdict(ending) == expected


_counts = st.integers(min_value=0, max_value=50)


@st.composite
def _endings(draw: st.DrawFn) -> Ending:
    passed = draw(_counts)
    ledger = Ledger(
        total=draw(st.integers(min_value=0, max_value=200)),
        passed=passed,
        failed=draw(_counts),
        flaky=draw(st.integers(min_value=0, max_value=passed)),
        skipped=draw(_counts),
        not_run=draw(_counts),
    )
    if draw(st.booleans()):
        ledger = Ledger(ledger.accounted, passed, ledger.failed, ledger.flaky, ledger.skipped, ledger.not_run)
    return Ending(
        ledger=ledger,
        excused_failed=draw(st.integers(min_value=0, max_value=ledger.failed)),
        excused_not_run=draw(st.integers(min_value=0, max_value=ledger.not_run)),
        lost_shards=draw(st.integers(min_value=0, max_value=2)),
        run_errors=draw(st.integers(min_value=0, max_value=2)),
        cancelled=draw(st.booleans()),
        no_workers=draw(st.booleans()),
        timed_out=draw(st.booleans()),
    )


@given(_endings())
def test_a_run_is_green_only_when_every_planned_test_has_passed_was_skipped_or_is_excused(ending: Ending) -> None:
    ledger = ending.ledger

    if verdict(ending).conclusion in ("passed", "flaky"):
        assert ledger.total > 0
        excused = ending.excused_failed + ending.excused_not_run
        assert ledger.passed + ledger.skipped + excused == ledger.total
        assert ending.failed == ending.not_run == ending.lost_shards == ending.run_errors == 0
        assert not any((ending.cancelled, ending.no_workers, ending.timed_out))


@given(_endings())
def test_status_conclusion_and_reason_fit_each_other(ending: Ending) -> None:
    found = verdict(ending)

    assert (found.status == "cancelled") == (found.conclusion == "cancelled") == ending.cancelled
    assert (found.status == "failed") == (found.failure_reason is not None)
    assert found.status != "completed" or ending.ledger.is_whole
    assert found.conclusion != "flaky" or ending.ledger.flaky
