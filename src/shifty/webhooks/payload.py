"""What a delivery says. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

import msgspec

from shifty.failures.normalise import plain
from shifty.webhooks.model import RunTold

MOST_FAILURES: Final = 20
_LONGEST_LINE: Final = 500

_WHY: Final[Mapping[str, str]] = {
    "NO_WORKERS": "no worker took it up in time",
    "TIMED_OUT": "it took longer than it may",
    "SHARD_LOST": "work was lost with its workers",
    "RUN_ERROR": "an error belongs to no test",
    "NO_TESTS": "there was nothing to run",
    "LEDGER_INCOMPLETE": "a planned test never said what became of it",
    "TESTS_NOT_RUN": "tests never ran although none had failed before them",
    "WORKERS_LOST": "every worker was gone",
    "PRODUCER_LOST": "the reporter went silent",
}


def payload(event: str, run: RunTold, public_url: str | None) -> bytes:
    """The body about a run."""
    data = {
        "runId": str(run.run_id),
        "project": run.project,
        "branch": run.branch,
        "commitSha": run.commit_sha,
        "actor": run.actor,
        "status": run.status,
        "conclusion": run.conclusion,
        "failureReason": run.failure_reason,
        "verdict": sentence(run),
        "totalTests": run.total_tests,
        "passedTests": run.passed_tests,
        "failedTests": run.failed_tests,
        "flakyTests": run.flaky_tests,
        "skippedTests": run.skipped_tests,
        "notRunTests": run.not_run_tests,
        "quarantinedTests": run.quarantined_tests,
        "healedTests": run.healed_tests,
        "createdAt": _moment(run.created_at),
        "completedAt": _moment(run.completed_at),
        "failures": [_failure(test) for test in run.failures],
        "url": f"{public_url}/runs/{quote(str(run.run_id))}" if public_url else None,
    }
    return _body(event, run.completed_at or run.created_at, data)


def trial(at: datetime) -> bytes:
    """The body of a test."""
    return _body("test", at, {"message": "Shifty can reach this webhook."})


def sentence(run: RunTold) -> str:
    """The verdict for people: ``Run failed: 2 of 150 tests failed, 1 flaky.``"""
    counts = [
        (run.failed_tests, f"{run.failed_tests} of {run.total_tests} tests failed"),
        (run.quarantined_tests, f"{run.quarantined_tests} excused by quarantine"),
        (run.not_run_tests, f"{run.not_run_tests} not run"),
        (run.flaky_tests, f"{run.flaky_tests} flaky"),
        (run.healed_tests, f"{run.healed_tests} healed"),
    ]
    said = [words for number, words in counts if number] or [f"all {run.total_tests} tests passed or were skipped"]
    if run.failure_reason:
        said.insert(0, _WHY.get(run.failure_reason, run.failure_reason))
    return f"Run {_ended(run)}: {', '.join(said)}."


def _ended(run: RunTold) -> str:
    match run.conclusion:
        case "failed" | "timedOut":
            return "failed"
        case "cancelled":
            return "cancelled"
        case "flaky" | "passed":
            return "passed"
        case _:
            return run.conclusion or run.status


def _failure(test: Mapping[str, object]) -> dict[str, object]:
    lines = plain(str(test["error"] or "")).splitlines()
    return {
        "testId": test["test_id"],
        "file": test["file"],
        "line": test["line"],
        "projectName": test["project_name"],
        "titlePath": test["title_path"],
        "error": lines[0][:_LONGEST_LINE] if lines else None,
    }


def _body(event: str, at: datetime, data: Mapping[str, object]) -> bytes:
    return msgspec.json.encode({"type": event, "timestamp": _moment(at), "data": data})


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None
