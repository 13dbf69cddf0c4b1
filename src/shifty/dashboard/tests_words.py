"""What is said of tests, in a line: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from markupsafe import Markup

from shifty.dashboard.words import count, cut, query, step
from shifty.failures.plain import plain_text
from shifty.flakiness.lists.model import Involved, Named, Standing
from shifty.flakiness.lists.recommend import shown
from shifty.flakiness.lists.wire import LikelyCause
from shifty.flakiness.model import Evidence, Verdict

LONGEST: Final = 300
LEAST_TREND: Final = 5.0
"""Percentage points."""
_BETWEEN: Final = " › "

VERDICTS: Final[Mapping[Verdict, str]] = {
    "stable": "Nothing speaks against it.",
    "flaky": "It passed after a failed attempt, or came out both ways on one commit.",
    "broken": "It only ever fails.",
    "regressed": "It passed, and has failed since.",
    "suspect": "It failed now and then, each time on a commit of its own: a change may be why as well as chance.",
    "infrastructure": "It failed only in ways that say nothing about it: a lost worker, a browser that did not start.",
}


CAUSES: Final[Mapping[str, str]] = {
    "timeout": "Time-outs.",
    "order": "The test before it.",
    "shared-worker": "Any test before it.",
    "browser": "One browser.",
    "host": "One machine.",
    "network": "The network.",
    "animation": "Something that moves.",
}


@dataclass(frozen=True)
class TestName:
    """How a test is called on a page."""

    __test__ = False

    href: str
    title: str
    above: str
    """The titles around it, outermost first; empty without any."""
    place: str
    """File and line, with the browser behind them."""
    full: str
    """All of it, for who points at it."""


@dataclass(frozen=True)
class CauseView:
    """What probably makes a test fail."""

    title: str
    summary: str
    advice: str
    runs: Sequence[UUID]
    tests: Sequence[TestName]


def name_of(
    test_id: str,
    titles: Sequence[str],
    file: str,
    *,
    line: int | None = None,
    browser: str = "",
    project: str | None = None,
) -> TestName:
    told = [readable(title) for title in titles]
    where = f"{file}:{line}" if line else file
    return TestName(
        href=address_of_test(test_id, project),
        title=cut(told[-1], LONGEST) if told and told[-1].strip() else "(no title)",
        above=cut(_BETWEEN.join(title for title in told[:-1] if title), LONGEST),
        place=cut(readable(f"{where} · {browser}" if browser else where), LONGEST),
        full=cut(_BETWEEN.join([file, *told]), 5 * LONGEST),
    )


def name_of_test(test: Named) -> TestName:
    """With its line and project, as lists over all runs have it."""
    return name_of(
        test.test_id,
        test.title_path,
        test.file,
        line=test.line,
        browser=test.project_name,
        project=test.project,
    )


def address_of_test(test_id: str, project: str | None = None, branch: str | None = None, offset: int = 0) -> str:
    return f"/tests/{step(test_id)}{query(project=project, branch=branch, offset=offset or None)}"


def cause_views(causes: Sequence[Evidence], involved: Mapping[int, Involved], project: str) -> Sequence[CauseView]:
    """Likely causes as they are shown: their sentences are those of the API."""
    return [_cause_view(LikelyCause.of(each, involved), project) for each in causes]


def _cause_view(cause: LikelyCause, project: str) -> CauseView:
    tests = [
        name_of(test.test_id, test.title_path, test.test_file, browser=test.project_name, project=project)
        for test in cause.tests
    ]
    return CauseView(CAUSES.get(cause.cause, cause.cause), readable(cause.summary), cause.advice, cause.runs, tests)


def readable(text: str) -> str:
    """Without what terminals and old printers read, in one line."""
    return " ".join(plain_text(text).replace("\x00", "").split())


def evidence_of(standing: Standing) -> str:
    """``10 of 22 runs came out flaky: 45.5 %. The true rate is between 26.1 and 66.0 % with a probability of 95 %.``"""
    if not standing.total_runs:
        return "In no run of the last 90 days has it passed or failed."
    if not standing.flaky_runs:
        failed = f", {standing.failed_runs} failed" if standing.failed_runs else ", none failed"
        return f"{count(standing.total_runs, 'run')}{failed}, none came out flaky."
    return (
        f"{standing.flaky_runs} of {count(standing.total_runs, 'run')} came out flaky: {shown(standing.rate)} %. The "
        f"true rate is between {shown(standing.low)} and {shown(standing.high)} % with a probability of 95 %."
    )


def trend_of(trend: float) -> Markup:
    """``▲ 35``: an attempt fails in so many more of a hundred runs lately; a dash where little has changed."""
    if abs(trend) < LEAST_TREND:
        return Markup('<span class="muted">–</span>')
    kind, sign, more = ("worse", "▲", "more") if trend > 0 else ("better", "▼", "fewer")
    return Markup(
        '<span class="{0}" title="It fails in {1:.0f} {2} of 100 runs than before">{3} {1:.0f}</span>'
    ).format(kind, abs(trend), more, sign)


def is_soon(moment: datetime, now: datetime, days: int) -> bool:
    """Whether it comes within so many days."""
    return (moment - now).total_seconds() < days * 86_400
