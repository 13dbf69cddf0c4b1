"""What a run has come to, in words: the sentence above its pages, and why. Pure."""

from typing import Final, Literal, TypeAlias

from shifty.dashboard.words import count
from shifty.runs.head import RunHead
from shifty.runs.model import Run

Tone: TypeAlias = Literal["passed", "failed", "flaky", "running", "pending", "cancelled"]

CANNOT: Final = "Could not be completed"
MEANINGS: Final = {
    "NO_WORKERS": "no worker took it up in time",
    "TIMED_OUT": "it took longer than it may",
    "SHARD_LOST": "work was lost with its workers, more than once",
    "WORKERS_LOST": "every worker was gone",
    "PRODUCER_LOST": "the reporter went silent",
    "RUN_ERROR": "errors outside of the tests",
    "NO_TESTS": "there was nothing to run",
    "LEDGER_INCOMPLETE": "a test never said what became of it",
    "TESTS_NOT_RUN": "tests never ran although none had failed before them",
}


def tone(run: Run) -> Tone:
    """How the verdict looks; while the run goes on, how it is going."""
    if run.status in ("pending", "cancelled"):
        return "pending" if run.status == "pending" else "cancelled"
    if run.status == "running":
        return "failed" if run.ledger.failed else "running"
    if run.conclusion in ("passed", "flaky"):
        return run.conclusion
    return "failed"


def verdict_word(run: Run) -> str:
    """One or two words, as badges have them."""
    if run.status == "failed":
        return "not completed"
    return run.conclusion or run.status


def headline(head: RunHead) -> str:
    """The verdict as a sentence, without a full stop."""
    run = head.run
    match run.status:
        case "pending":
            return "Waiting for a worker"
        case "running":
            return f"Running: {_going(head)}"
        case "cancelled":
            return (
                f"Cancelled: {run.ledger.accounted - run.ledger.not_run:,} of {count(run.ledger.total, 'test')} had run"
            )
        case "failed":
            return _cannot(head)
        case "completed":
            return _completed(head)


def _going(head: RunHead) -> str:
    ledger = head.run.ledger
    parts = [f"{ledger.accounted:,} of {count(ledger.total, 'test')} done"]
    if ledger.failed:
        parts.append(f"{ledger.failed:,} failed{_of_them_new(head, head.failed)}")
    return ", ".join(parts)


def _cannot(head: RunHead) -> str:
    reason = head.run.failure_reason or ""
    text = f"{CANNOT}: {MEANINGS.get(reason, reason or 'nobody said why')}"
    return f"{text}; {count(head.failed, 'test')} failed{_of_them_new(head, head.failed)}" if head.failed > 0 else text


def _completed(head: RunHead) -> str:
    run, ledger = head.run, head.run.ledger
    not_run = ledger.not_run - head.excused_not_run
    if run.conclusion == "failed" and head.failed > 0:
        rest = f", {count(not_run, 'test')} never ran" if not_run else ""
        return f"Failed: {count(head.failed, 'test')} failed{_of_them_new(head, head.failed)}{rest}"
    if run.conclusion == "failed":
        return f"Failed: {count(not_run, 'test')} never ran"
    beside = _beside(head)
    if run.conclusion == "flaky":
        return f"Flaky: nothing failed for good, {count(ledger.flaky, 'test is', 'tests are')} flaky{beside}"
    if ledger.passed == ledger.total and ledger.total:
        all_of_them = "the only test" if ledger.total == 1 else f"all {ledger.total:,} tests"
        return f"Passed: {all_of_them} passed{beside}"
    skipped = f", {ledger.skipped:,} skipped" if ledger.skipped else ""
    return f"Passed: {count(ledger.passed, 'test')} passed{skipped}{beside}"


def _beside(head: RunHead) -> str:
    """What a pass must not hide."""
    healed = f", {head.run.healed_tests:,} with a healed locator" if head.run.healed_tests else ""
    excused = f", {count(head.run.quarantined_tests, 'failure')} in quarantine" if head.run.quarantined_tests else ""
    return healed + excused


def _of_them_new(head: RunHead, failed: int) -> str:
    new = head.new_failures
    if new is None or failed <= 0:
        return ""
    if failed == 1:
        return ", and it is new" if new else ", as it did before"
    if new in (0, failed):
        return ", all of them new" if new else ", none of them new"
    return f", {new:,} of them new"
