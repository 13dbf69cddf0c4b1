"""What a test's last executions say about it: pure."""

from collections.abc import Sequence, Set
from typing import Final
from uuid import UUID

from shifty.flakiness.breakage import find_breakage, judged
from shifty.flakiness.model import Assessment, Breakage, Verdict
from shifty.flakiness.posterior import interval
from shifty.history.model import Execution

EXCUSES_THAT_TELL: Final = 3
"""So many failures in a row that say nothing about a test are its own doing, or that of a commit."""
NEWEST: Final = 20
"""So many runs are compared with those before."""
LEAST_COMPARED: Final = 10
"""With fewer before them there is no trend."""
_EXCUSES: Final = frozenset({"lost-worker", "infrastructure"})


def assess(
    executions: Sequence[Execution], default_branch: str | None, earlier: Sequence[Execution] = ()
) -> Assessment:
    """What is concluded of one test. The same executions always come to the same.

    ``executions`` are its last, oldest first; those that neither passed nor failed count nowhere. A run is flaky when
    the test passed in it after a failed attempt, or failed in it and passed in another run of the same commit, on
    whatever branch. A failure among unusually many is no evidence of that, but a failure all the same.

    ``earlier``: what was on the default branch before ``executions``, for a test that has not passed there since
    (``lacks_a_pass``): since when it fails is read from these, too. They count nowhere else.
    """
    ran = [one for one in executions if one.outcome in ("passed", "failed")]
    passed_commits = _passed_commits(ran)
    in_window = {one.run_id for one in ran}
    all_ran = [*(one for one in earlier if one.run_id not in in_window), *ran]
    ever_passed = passed_commits | _passed_commits(all_ran)
    telling = _telling(all_ran, ever_passed, default_branch)
    counted = [one for one in ran if _counts(one, telling)]
    flaky = [one for one in counted if _is_flaky(one, passed_commits)]
    breakage = find_breakage([one for one in all_ran if _counts(one, telling)], ever_passed, default_branch)
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
        trend=trend_of(counted),
        breakage=breakage,
    )


def trend_of(counted: Sequence[Execution]) -> float:
    """``Assessment.trend`` of executions that count, oldest first. Of few, the newer half against the older."""
    newest = min(NEWEST, len(counted) // 2)
    before, now = counted[: len(counted) - newest], counted[len(counted) - newest :]
    if len(before) < LEAST_COMPARED:
        return 0.0
    return 100 * (_failing(now) - _failing(before))


def lacks_a_pass(executions: Sequence[Execution], default_branch: str | None, found: Assessment) -> bool:
    """Whether what was before a test's last executions has to be read, too: they don't say since when it fails."""
    there = [one for one in executions if one.branch == default_branch]
    if any(one.outcome == "passed" and one.excluded is None for one in there):
        return False
    return found.breakage is not None or any(one.outcome == "failed" for one in there)


def _passed_commits(ran: Sequence[Execution]) -> Set[str]:
    return {one.commit for one in ran if one.commit is not None and one.outcome == "passed" and one.excluded is None}


def _counts(one: Execution, telling: Set[UUID]) -> bool:
    return one.excluded is None or one.run_id in telling


def _telling(ran: Sequence[Execution], passed_commits: Set[str], default_branch: str | None) -> Set[UUID]:
    """Runs at the end of the branch that are excused, but so many in a row that they count as failures of the test.

    A page that crashes its browser, or a server that does not start, looks like the machine's fault. One commit may
    have met with a bad hour; and what passed on the same commit is not broken by it.
    """
    streak: list[Execution] = []
    for one in reversed(judged(ran, default_branch)):
        passed = one.excluded == "infrastructure" and one.commit in passed_commits
        if one.outcome != "failed" or one.excluded not in _EXCUSES or passed:
            break
        streak.append(one)
    crashed = all(one.excluded == "lost-worker" for one in streak)
    commits = {one.commit or one.run_id for one in streak}
    if len(streak) < EXCUSES_THAT_TELL or not (crashed or len(commits) > 1):
        return frozenset()
    return {one.run_id for one in streak}


def _is_flaky(one: Execution, passed_commits: Set[str]) -> bool:
    if one.burst:
        return False
    return one.retried or (one.outcome == "failed" and one.commit in passed_commits)


def _has_failed(one: Execution) -> bool:
    return one.outcome == "failed" or one.failed_attempts > 0 or one.retried


def _failing(executions: Sequence[Execution]) -> float:
    """0-1."""
    return sum(_has_failed(one) for one in executions) / len(executions)


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
