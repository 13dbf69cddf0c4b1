"""What a test's last executions say about it: pure."""

from collections.abc import Sequence, Set
from typing import Final

from shifty.flakiness.breakage import find_breakage
from shifty.flakiness.model import Assessment, Breakage, Verdict
from shifty.flakiness.posterior import interval
from shifty.history.model import Execution

CRASHES_THAT_TELL: Final = 3
"""So many lost workers in a row under one test are the test's own doing."""


def assess(executions: Sequence[Execution], default_branch: str | None) -> Assessment:
    """What is concluded of one test. The same executions always come to the same.

    ``executions`` are its last, oldest first; those that neither passed nor failed count nowhere. A run is flaky when
    the test passed in it after a failed attempt, or failed in it and passed in another run of the same commit, on
    whatever branch. A failure among unusually many is no evidence of that, but a failure all the same.
    """
    ran = [one for one in executions if one.outcome in ("passed", "failed")]
    crashing_from = _crashing_from(ran)
    counted = [one for place, one in enumerate(ran) if one.excluded is None or place >= crashing_from]
    passed_commits = {one.commit for one in counted if one.commit is not None and one.outcome == "passed"}
    flaky = [one for one in counted if _is_flaky(one, passed_commits)]
    breakage = find_breakage(counted, passed_commits, default_branch)
    low, high = interval(len(flaky), len(counted))
    return Assessment(
        verdict=_verdict(ran, counted, passed_commits, breakage),
        total_runs=len(counted),
        failed_runs=sum(one.outcome == "failed" for one in counted),
        flaky_runs=len(flaky),
        rate=100 * len(flaky) / len(counted) if counted else 0.0,
        low=low,
        high=high,
        failing_share=sum(_has_failed(one) for one in ran) / len(ran) if ran else 0.0,
        last_flaky_at=flaky[-1].ended_at if flaky else None,
        lost_ms=sum(one.failed_ms for one in flaky),
        breakage=breakage,
    )


def _crashing_from(ran: Sequence[Execution]) -> int:
    """Where the lost workers at the end begin that are several in a row, and so count as failures of the test."""
    start = len(ran)
    while start and ran[start - 1].excluded == "lost-worker":
        start -= 1
    return start if len(ran) - start >= CRASHES_THAT_TELL else len(ran)


def _is_flaky(one: Execution, passed_commits: Set[str]) -> bool:
    if one.burst:
        return False
    return one.retried or (one.outcome == "failed" and one.commit in passed_commits)


def _has_failed(one: Execution) -> bool:
    return one.outcome == "failed" or one.failed_attempts > 0 or one.retried


def _verdict(
    ran: Sequence[Execution], counted: Sequence[Execution], passed_commits: Set[str], breakage: Breakage | None
) -> Verdict:
    if breakage:
        return "regressed" if breakage.last_good else "broken"
    if any(_is_flaky(one, passed_commits) for one in counted):
        return "flaky"
    if any(one.outcome == "failed" and not one.burst for one in counted):
        return "suspect" if _is_closed(counted) else "stable"
    return "infrastructure" if any(_has_failed(one) for one in ran) else "stable"


def _is_closed(counted: Sequence[Execution]) -> bool:
    """Whether it failed on a branch and passed there later, or has never passed at all.

    A branch on which it only fails from some commit on is somebody's work in progress.
    """
    failing: set[str | None] = set()
    for one in counted:
        if one.outcome == "passed" and one.branch in failing:
            return True
        if one.outcome == "failed" and not one.burst:
            failing.add(one.branch)
    return all(one.outcome == "failed" for one in counted)
