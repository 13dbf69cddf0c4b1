"""Since when a test fails, and whether that is more than chance: pure.

A branch has one sequence of commits, in the order in which their first runs ended, so that an old commit that is run
again does not look like a repair. A commit is bad when the test failed in all runs of it. The bad commits at the end
are a breakage when so many failures in a row would be rarer than 5 % for a test that fails as often as this one did
before: share to the power of failures. For a test that never failed before, one is enough.
"""

from collections.abc import Sequence, Set
from typing import Final

from shifty.flakiness.model import Breakage, Point
from shifty.history.model import Execution

RARE: Final = 0.05
_UNKNOWN_RETRY: Final = 0.5
"""The failed share of a run that passed on retry when nobody told of its attempts."""


def find_breakage(
    counted: Sequence[Execution], passed_commits: Set[str], default_branch: str | None
) -> Breakage | None:
    """The breakage of a test as it is now, on one branch: the default branch if it ever ran there, else that of its
    newest execution. What fails elsewhere is somebody's work in progress.

    ``counted`` are the executions that say something about the test, oldest first; ``passed_commits`` those on which it
    passed, whatever the branch: on these it can fail by chance only.
    """
    sequence = judged(counted, default_branch)
    before, tail = _split(sequence, passed_commits)
    if not tail:
        return None
    good = next((one for one in reversed(before) if one.outcome == "passed"), None)
    if good is None:
        # It never passed here. Where it passed elsewhere, that is what it is measured by.
        failing = {one.run_id for one in tail}
        before = [one for one in counted if one.run_id not in failing]
    if not _is_proven(before, tail):
        return None
    # What fell with many others may not have been broken yet. But once only: a commit that breaks many tests looks like
    # that run after run, until that many failures are usual.
    bad = tail[1] if len(tail) > 1 and tail[0].burst and not tail[1].burst else tail[0]
    return Breakage(bad.branch, _point(good) if good else None, _point(bad), len(tail))


def judged(executions: Sequence[Execution], default_branch: str | None) -> Sequence[Execution]:
    """Those of the branch on which breakage is judged, in the same order."""
    there = [one for one in executions if one.branch == default_branch]
    return there or [one for one in executions if one.branch == executions[-1].branch]


def _split(sequence: Sequence[Execution], passed_commits: Set[str]) -> tuple[list[Execution], list[Execution]]:
    """What came before, and the failures at the end."""
    commits: dict[object, list[Execution]] = {}
    for one in sequence:
        # Two runs of an unknown commit may be of two.
        commits.setdefault(one.commit or one.run_id, []).append(one)
    ordered = list(commits.values())
    bad = 0
    while bad < len(ordered) and _is_bad(ordered[-1 - bad], passed_commits):
        bad += 1
    cut = len(ordered) - bad
    return [one for each in ordered[:cut] for one in each], [one for each in ordered[cut:] for one in each]


def _is_bad(runs: Sequence[Execution], passed_commits: Set[str]) -> bool:
    return runs[0].commit not in passed_commits and all(one.outcome == "failed" for one in runs)


def _is_proven(before: Sequence[Execution], tail: Sequence[Execution]) -> bool:
    if not any(one.outcome == "passed" for one in before):
        # It never passed anywhere. One run is no habit, unless it was tried again within it.
        return len(before) + len(tail) > 1 or tail[0].failed_attempts > 1
    if len(tail) == 1 and tail[0].burst:
        # It fell with many others. A second run tells the commit from the hour.
        return False
    share = sum(map(_failed_share, before)) / len(before)
    return share ** len(tail) < RARE


def _failed_share(one: Execution) -> float:
    """Of the attempts of a run."""
    if one.burst:
        return 0.0
    if one.outcome == "failed":
        return 1.0
    if not one.retried:
        return 0.0
    return one.failed_attempts / one.attempts if one.failed_attempts and one.attempts else _UNKNOWN_RETRY


def _point(one: Execution) -> Point:
    return Point(one.run_id, one.commit, one.ended_at)
