"""The explorer of tests: which are flaky, fail, take long, cost most, get worse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal, TypeAlias

from fastapi import Query, Request
from markupsafe import Markup
from pydantic import BeforeValidator
from starlette.responses import Response

from shifty.dashboard.page import page, pages
from shifty.dashboard.tests_soon import all_taken_in
from shifty.dashboard.tests_strip import strip
from shifty.dashboard.tests_words import VERDICTS, TestName, evidence_of, name_of_test, trend_of
from shifty.dashboard.visitor import Reader
from shifty.dashboard.words import query
from shifty.flakiness.lists.list_tests import TestPage, list_strips, list_tests
from shifty.flakiness.lists.model import Excuse, KnownTest, Sort, Standing, TestFilter
from shifty.flakiness.lists.query import OptionalText, blank_is_none
from shifty.flakiness.model import Verdict
from shifty.runs.known_names import known_names
from shifty.runs.model import KnownNames
from shifty.web.deps import Db
from shifty.web.pagination import Offset, Page
from shifty.wire import Body

router = pages()

ROWS: Final = 50
STRIP_RUNS: Final = 20
MOST_BRANCHES: Final = 50

State: TypeAlias = Verdict | Literal["quarantined"]
SORTS: Final[Mapping[Sort, str]] = {
    "lost": "Time lost to flakiness",
    "flakiness": "Flakiness",
    "failures": "Failures",
    "trend": "Getting worse",
    "duration": "Duration",
    "lastFailed": "Last failure",
    "name": "File and title",
}
STATES: Final[Sequence[State]] = ("flaky", "suspect", "regressed", "broken", "infrastructure", "stable", "quarantined")


class TestsAsked(Body):
    """The fields of the form above the list."""

    __test__ = False

    search: OptionalText = None
    project: OptionalText = None
    branch: OptionalText = None
    file: OptionalText = None
    owner: OptionalText = None
    tag: OptionalText = None
    state: Annotated[State | None, BeforeValidator(blank_is_none)] = None
    sort: Sort = "lost"
    offset: Offset = 0

    def filter(self) -> TestFilter:
        is_excused = self.state == "quarantined"
        return TestFilter(
            project=self.project,
            branch=self.branch,
            file=self.file,
            search=self.search,
            tag=self.tag,
            owner=self.owner,
            verdict=None if self.state == "quarantined" else self.state,
            quarantined=True if is_excused else None,
        )

    def address(self, **changed: object) -> str:
        asked = self.model_dump(exclude={"offset"})
        if asked["sort"] == "lost":
            asked["sort"] = None
        return f"/tests{query(**{**asked, **changed})}"


@dataclass(frozen=True)
class TestRow:
    __test__ = False

    id: str
    name: TestName
    project: str
    owners: str
    standing: Standing
    evidence: str
    trend: Markup
    said: str
    """What its verdict means."""
    excuse: Excuse | None
    strip: Markup
    p50_ms: int | None
    last_failed_at: datetime | None


@dataclass(frozen=True)
class TestsView:
    __test__ = False

    asked: TestsAsked
    rows: Sequence[TestRow]
    total: int
    is_whole: bool
    """Every run that has ended is in it."""
    known: KnownNames
    limit: int = ROWS
    states: Sequence[State] = STATES

    @property
    def sorts(self) -> Mapping[Sort, str]:
        return SORTS

    @property
    def projects(self) -> Sequence[str]:
        return self.known.projects

    @property
    def branches(self) -> Sequence[str]:
        return self.known.branches[:MOST_BRANCHES]

    @property
    def is_filtered(self) -> bool:
        return self.asked.filter() != TestFilter()

    @property
    def several_projects(self) -> bool:
        return len({row.project for row in self.rows}) > 1

    @property
    def has_owners(self) -> bool:
        return any(row.owners for row in self.rows)

    def address(self, offset: int) -> str:
        return self.asked.address(offset=offset or None)


@router.get("/tests")
async def get_tests(visitor: Reader, request: Request, db: Db, asked: Annotated[TestsAsked, Query()]) -> Response:
    caller = visitor.caller
    is_whole = await all_taken_in(db, caller.tenant_id, request)
    at = Page(ROWS, asked.offset)
    found = await list_tests(db, caller.tenant_id, asked.filter(), asked.sort, at, only=caller.project)
    refs = [each.test.ref for each in found.tests]
    strips = await list_strips(db, caller.tenant_id, refs, asked.branch, STRIP_RUNS)
    known = await known_names(db, caller.tenant_id, caller.project)
    view = tests_view(asked, found, strips, known, is_whole=is_whole)
    return page(request, visitor, "tests/list.html", view, title="Tests", section="tests")


def tests_view(
    asked: TestsAsked, found: TestPage, strips: Mapping[int, str], known: KnownNames, *, is_whole: bool
) -> TestsView:
    rows = [_row(each, strips.get(each.test.ref, "")) for each in found.tests]
    return TestsView(asked, rows, found.total, is_whole, known)


def _row(known: KnownTest, letters: str) -> TestRow:
    test = known.test
    return TestRow(
        id=f"t{test.ref}",
        name=name_of_test(test),
        project=test.project,
        owners=", ".join(test.owners),
        standing=known.standing,
        evidence=evidence_of(known.standing),
        trend=trend_of(known.standing.trend),
        said=VERDICTS[known.standing.verdict],
        excuse=test.quarantine,
        strip=strip(letters),
        p50_ms=known.p50_ms,
        last_failed_at=known.last_failed_at,
    )
