"""Flaky tests, those first of which it is sure; and how flakiness has come along."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final

from fastapi import Query, Request
from markupsafe import Markup
from pydantic import BeforeValidator
from starlette.responses import Response

from shifty.dashboard.chart import Chart, Series, Slot, lines
from shifty.dashboard.chart_scale import COUNT, DURATION
from shifty.dashboard.page import page, pages
from shifty.dashboard.quarantine_words import form_for_flaky, new_rule_address
from shifty.dashboard.tests_soon import all_taken_in
from shifty.dashboard.tests_strip import strip
from shifty.dashboard.tests_words import VERDICTS, TestName, evidence_of, name_of_test, readable
from shifty.dashboard.visitor import Reader
from shifty.dashboard.words import query
from shifty.flakiness.lists.list_flaky import list_flaky, list_trends
from shifty.flakiness.lists.list_tests import list_strips
from shifty.flakiness.lists.model import Day, Excuse, FlakyTest, Standing, TestFilter
from shifty.flakiness.lists.query import OptionalText
from shifty.runs.known_names import known_names
from shifty.web.deps import Db
from shifty.web.pagination import Offset, Page
from shifty.wire import Body

router = pages()

ROWS: Final = 40
STRIP_RUNS: Final = 30
TREND_DAYS: Final = 30
USUAL_RATE: Final = 10.0
"""Percent, as the API has it."""


def _blank_is_usual(rate: object) -> object:
    return USUAL_RATE if rate == "" else rate


class FlakyAsked(Body):
    """The fields of the form above the list."""

    search: OptionalText = None
    project: OptionalText = None
    owner: OptionalText = None
    min_rate: Annotated[float, Query(ge=0, le=100), BeforeValidator(_blank_is_usual)] = USUAL_RATE
    offset: Offset = 0

    def filter(self) -> TestFilter:
        return TestFilter(project=self.project, owner=self.owner, search=self.search)

    def address(self, offset: int) -> str:
        asked = self.model_dump(by_alias=True, exclude_defaults=True, exclude={"offset"})
        return f"/flaky{query(**asked, offset=offset or None)}"


@dataclass(frozen=True)
class FlakyRow:
    id: str
    name: TestName
    project: str
    owners: str
    standing: Standing
    said: str
    evidence: str
    causes: Sequence[str]
    excuse: Excuse | None
    strip: Markup
    quarantine: str
    """Where the form is that quarantines it."""


@dataclass(frozen=True)
class FlakyView:
    asked: FlakyAsked
    rows: Sequence[FlakyRow]
    total: int
    is_whole: bool
    projects: Sequence[str]
    charts: Sequence[Chart]
    limit: int = ROWS

    @property
    def several_projects(self) -> bool:
        return len({row.project for row in self.rows}) > 1

    @property
    def is_filtered(self) -> bool:
        return self.asked.filter() != TestFilter()


@router.get("/flaky")
async def get_flaky(visitor: Reader, request: Request, db: Db, asked: Annotated[FlakyAsked, Query()]) -> Response:
    caller = visitor.caller
    is_whole = await all_taken_in(db, caller.tenant_id, request)
    at = Page(ROWS, asked.offset)
    found = await list_flaky(db, caller.tenant_id, asked.filter(), asked.min_rate, at, only=caller.project)
    refs = [each.test.ref for each in found.tests]
    strips = await list_strips(db, caller.tenant_id, refs, None, STRIP_RUNS)
    days = await list_trends(db, caller.tenant_id, asked.project, TREND_DAYS, only=caller.project)
    names = await known_names(db, caller.tenant_id, caller.project)
    rows = [_row(each, strips.get(each.test.ref, ""), asked.address(asked.offset)) for each in found.tests]
    view = FlakyView(asked, rows, found.total, is_whole, names.projects, trend_charts(days))
    return page(request, visitor, "flaky/list.html", view, title="Flaky tests", section="flaky")


def trend_charts(days: Sequence[Day]) -> Sequence[Chart]:
    """``days``: newest first, some missing. Nothing where there are too few for a line."""
    known = {each.day: each for each in days}
    if len(known) < 2:  # a line has two ends
        return ()
    shown = _between(min(known), max(known))
    slots = [Slot(f"{day:%b %-d}") for day in shown]
    stood = [known.get(day) for day in shown]
    tests = [
        Series("Flaky", [each and each.flaky_tests for each in stood], "flaky"),
        Series("Broken", [each and each.broken_tests for each in stood], "failed"),
        Series("Quarantined", [each and each.quarantined_tests for each in stood], "quiet"),
    ]
    lost = [Series("Time lost", [each and each.lost_ms for each in stood], "flaky", area=True)]
    return [
        lines("tests-by-day", "Tests", slots, tests, COUNT),
        lines("lost-by-day", "Time lost to flakiness in 90 days", slots, lost, DURATION),
    ]


def _between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _row(found: FlakyTest, letters: str, back: str) -> FlakyRow:
    test, standing = found.test, found.standing
    return FlakyRow(
        id=f"t{test.ref}",
        name=name_of_test(test),
        project=test.project,
        owners=", ".join(readable(owner) for owner in test.owners),
        standing=standing,
        said=VERDICTS[standing.verdict],
        evidence=evidence_of(standing),
        causes=[cause.cause for cause in standing.causes],
        excuse=test.quarantine,
        strip=strip(letters),
        quarantine=new_rule_address(form_for_flaky(found), back),
    )
