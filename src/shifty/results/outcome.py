"""From a reported result to a row of the ledger: pure."""

import msgspec

from shifty.ids import stable_test_id
from shifty.wire import Attempt, RawStatus, TestError, TestRef, TestResult

# Within one lease: the attempt decides, then whether it was the last word on it.
_REVISIONS_PER_ATTEMPT = 2


class ResultRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One row for the statement that records results; field names are its column names."""

    run_id: str
    tenant_id: str
    test_id: str
    file: str
    project_name: str
    title_path: list[str]
    line: int | None
    tags: list[str]
    outcome: str | None
    """None: provisional, Playwright will try again."""
    raw_status: str
    flaky: bool
    healing_attempted: bool
    healed: bool
    """It passed, and its last attempt went on with another locator than it was written with."""
    reason: str | None
    duration_ms: int
    retry_count: int
    error_message: str | None
    attempts: list[Attempt]
    rank: int
    lease: str | None
    started_at: str | None


def normal_path(file: str) -> str:
    """``file`` as history knows it: POSIX, without a leading ``./``."""
    return file.replace("\\", "/").removeprefix("./")


def identity(ref: TestRef) -> str:
    """The test id of whatever names a test."""
    return stable_test_id(normal_path(ref.test_file), ref.project_name, titles(ref), ref.repeat)


def titles(ref: TestRef) -> list[str]:
    return ref.title_path or [ref.test_name]


def row_of(result: TestResult, run_id: str, tenant_id: str, lease: str | None) -> ResultRow:
    """The row that ``result`` asks for.

    ``timedOut``, ``interrupted`` and an unexpected pass are failures of the ledger; the raw status stands beside it.
    """
    attempts = _attempts(result, lease)
    outcome = outcome_of(result) if result.final else None
    return ResultRow(
        run_id=run_id,
        tenant_id=tenant_id,
        test_id=identity(result),
        file=normal_path(result.test_file),
        project_name=result.project_name,
        title_path=titles(result),
        line=result.line,
        tags=result.tags,
        outcome=outcome,
        raw_status=result.status,
        flaky=outcome == "passed" and _is_flaky(result, attempts),
        healing_attempted=any(attempt.heals for attempt in attempts),
        healed=outcome == "passed" and bool(attempts) and any(heal.success for heal in attempts[-1].heals),
        reason=result.reason,
        duration_ms=result.duration_ms,
        retry_count=result.retry_count,
        error_message=_error_message(result, attempts, outcome),
        attempts=attempts,
        rank=result.retry_count * _REVISIONS_PER_ATTEMPT + int(result.final),
        lease=lease,
        started_at=attempts[0].started_at if attempts else None,
    )


def outcome_of(result: TestResult) -> str:
    """Where the result ends in the ledger: ``passed``, ``failed``, ``skipped`` or ``notRun``."""
    match result.status:
        case "skipped" | "notRun":
            return result.status
        case "flaky":
            return "passed"
        case "passed":
            # A test that is expected to fail and passes is a surprise that Playwright, too, reports as a failure.
            return "passed" if result.expected_status == "passed" else "failed"
        case "failed" | "timedOut" | "interrupted":
            return "passed" if result.status == result.expected_status else "failed"


def _is_flaky(result: TestResult, attempts: list[Attempt]) -> bool:
    if result.status == "flaky":
        return True
    earlier_failed = any(_failed(attempt.status, result.expected_status) for attempt in attempts[:-1])
    # Without attempts the count of retries is all that tells: nobody retries a test that passed.
    return earlier_failed or (result.attempts is None and result.retry_count > 0)


def _failed(status: RawStatus, expected: RawStatus) -> bool:
    return status not in (expected, "skipped")


def _made_up(result: TestResult, lease: str | None) -> Attempt:
    status = "passed" if result.status == "flaky" else result.status
    return Attempt(
        attempt=result.retry_count,
        status="skipped" if status == "notRun" else status,
        duration_ms=result.duration_ms,
        errors=[TestError(message=result.error_message)] if result.error_message else [],
        lease=lease,
    )


def _attempts(result: TestResult, lease: str | None) -> list[Attempt]:
    if result.attempts is None:
        return [] if result.status == "notRun" else [_made_up(result, lease)]
    if all(attempt.lease == lease for attempt in result.attempts):
        return result.attempts
    return [msgspec.structs.replace(attempt, lease=lease) for attempt in result.attempts]


def _error_message(result: TestResult, attempts: list[Attempt], outcome: str | None) -> str | None:
    """What a reader sees first: the message given, else the last attempt's, else why there is none."""
    if result.error_message or outcome not in ("failed", None):
        return result.error_message if outcome != "passed" else None
    if result.status == "passed":
        # What an earlier attempt has said is not what is wrong.
        return f"Expected to {_wish(result.expected_status)}, but passed."
    for attempt in reversed(attempts):
        if attempt.errors:
            return attempt.errors[0].message
    return None


def _wish(expected: RawStatus) -> str:
    return "fail" if expected == "failed" else expected
