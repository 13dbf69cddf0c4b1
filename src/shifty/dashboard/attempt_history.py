"""Whether what a test came to in a run is new, as far as its history tells. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Final
from uuid import UUID

from shifty.dashboard.words import count, page_of_result, percent
from shifty.flakiness.lists.model import Told
from shifty.flakiness.lists.show_test import TestInFull
from shifty.flakiness.model import Breakage
from shifty.runs.model import Run

SHOWN: Final = 30
_MARKS: Final = {"passed": "✓", "failed": "✕", "flaky": "≈", "skipped": "–", "notRun": "·"}


@dataclass(frozen=True)
class Mark:
    """One execution in the strip."""

    address: str
    kind: str
    sign: str
    label: str
    """For who can't see it."""
    at: datetime
    is_this: bool
    is_same_branch: bool


@dataclass(frozen=True)
class Fact:
    """A sentence about the test; ``at`` and ``address`` belong to its end."""

    kind: str
    text: str
    at: datetime | None = None
    address: str | None = None
    link: str = ""


def strip(found: TestInFull, run: Run) -> Sequence[Mark]:
    """Oldest first."""
    return [_mark(told, run, _page(told.run_id, found)) for told in reversed(found.executions)]


def facts(found: TestInFull | None, run: Run, *, has_failed: bool) -> Sequence[Fact]:
    """What a reader wants to know before anything else: is it new, is it here only, is it known to be flaky."""
    if found is None:
        return [Fact("quiet", "No run before this one had this test.")]
    told: list[Fact] = [_streak(found, run)] if has_failed else []
    told += [_elsewhere(each.branch or "", each.first_bad.ended_at) for each in found.breakages if _is_other(each, run)]
    standing, excuse = found.known.standing, found.known.test.quarantine
    if standing.verdict == "flaky":
        runs = count(standing.total_runs, "run")
        told.append(Fact("flaky", f"Known to be flaky: {percent(standing.rate)} of {runs}."))
    if excuse:
        who = f"Quarantined by {excuse.owner}: {excuse.reason}. Until"
        told.append(Fact("quarantined", who, excuse.expires_at))
    if standing.causes:
        told.append(Fact("cause", f"Likely cause: {standing.causes[0].summary}"))
    return told


def _is_other(breakage: Breakage, run: Run) -> bool:
    return breakage.branch is not None and breakage.branch != run.branch


def _elsewhere(branch: str, since: datetime) -> Fact:
    return Fact("elsewhere", f"It fails on {branch}, too. Since", since)


def _streak(found: TestInFull, run: Run) -> Fact:
    where = f" on {run.branch}" if run.branch else ""
    before = _before(found.executions, run)
    if not before:
        return Fact("quiet", f"It has not run{where} before.")
    failures = list(takewhile(lambda told: told.outcome == "failed", before))
    good = before[len(failures)] if len(failures) < len(before) else None
    if not failures and good:
        return Fact(
            "new", f"New: the first failure{where}. It passed", good.ended_at, _page(good.run_id, found), "there"
        )
    first = failures[-1]
    runs = count(len(failures) + 1, "run")
    if good is None:
        return Fact("old", f"It failed in all {runs}{where} that are known here. Since", *_since(found, run, first))
    return Fact("old", f"Not new: it failed in {runs} in a row{where}. Since", *_since(found, run, first))


def _since(found: TestInFull, run: Run, first: Told) -> tuple[datetime, str, str]:
    """A breakage looks back further than the executions that are shown."""
    for breakage in found.breakages:
        point = breakage.first_bad
        if breakage.branch == run.branch and point.ended_at < first.ended_at:
            return point.ended_at, _page(point.run_id, found), "the first"
    return first.ended_at, _page(first.run_id, found), "the first"


def _before(executions: Sequence[Told], run: Run) -> list[Told]:
    """Of the same branch, newest first, those that say something about the test."""
    until = run.completed_at
    return [
        told
        for told in executions
        if told.run_id != run.id
        and told.branch == run.branch
        and told.outcome in ("passed", "failed")
        and told.excluded is None
        and (until is None or told.ended_at < until)
    ]


def _page(run_id: UUID, found: TestInFull) -> str:
    return page_of_result(run_id, found.known.test.test_id)


def _mark(told: Told, run: Run, address: str) -> Mark:
    kind = "flaky" if told.outcome == "passed" and told.retried else told.outcome
    words = [{"notRun": "not run"}.get(kind, kind), *([f"on {told.branch}"] if told.branch else [])]
    if told.quarantined:
        words.append("(quarantined)")
    return Mark(
        address=address,
        kind=kind,
        sign=_MARKS.get(kind, "?"),
        label=" ".join(words),
        at=told.ended_at,
        is_this=told.run_id == run.id,
        is_same_branch=told.branch == run.branch,
    )
