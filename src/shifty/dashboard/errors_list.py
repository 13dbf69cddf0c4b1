"""Errors over all runs: what goes wrong, how often, in which tests, since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import Path, Query, Request
from pydantic import BeforeValidator
from starlette.responses import Response

from shifty.dashboard.errors import ErrorNotSeen
from shifty.dashboard.page import page, pages
from shifty.dashboard.tests_soon import all_taken_in
from shifty.dashboard.tests_words import TestName, name_of
from shifty.dashboard.visitor import Reader
from shifty.dashboard.words import query
from shifty.failures.list_errors import list_errors
from shifty.failures.model import ErrorFilter, ErrorGroup, ErrorSort, Kind
from shifty.failures.plain import plain_text
from shifty.flakiness.lists.error_routes import DEFAULT_DAYS, MOST_DAYS
from shifty.flakiness.lists.query import OptionalText, blank_is_none
from shifty.runs.known_names import known_names
from shifty.web.deps import Db
from shifty.web.pagination import Offset, Page
from shifty.wire import Body, Words

router = pages()

ROWS: Final = 30
NEW_FOR: Final = timedelta(days=2)
MOST_BRANCHES: Final = 50
_LONGEST: Final = 1200
_LONGEST_SAMPLE: Final = 10_000
KINDS: Final[Sequence[Kind]] = (
    "assertion",
    "timeout",
    "locator",
    "navigation",
    "network",
    "environment",
    "crash",
    "error",
)
SORTS: Final[dict[ErrorSort, str]] = {
    "count": "How often",
    "tests": "Tests hit",
    "lastSeen": "Seen last",
    "firstSeen": "Newest",
}
PERIODS: Final = (1, 7, 14, 30, 90)


class ErrorsAsked(Body):
    """The fields of the form above the list."""

    search: OptionalText = None
    project: OptionalText = None
    branch: OptionalText = None
    kind: Annotated[Kind | None, BeforeValidator(blank_is_none)] = None
    test_id: OptionalText = None
    days: Annotated[int, Query(ge=1, le=MOST_DAYS)] = DEFAULT_DAYS
    sort: ErrorSort = "count"
    offset: Offset = 0

    def filter(self) -> ErrorFilter:
        return ErrorFilter(
            days=self.days,
            project=self.project,
            branch=self.branch,
            search=self.search,
            kind=self.kind,
            test_id=self.test_id,
        )

    def address(self, offset: int = 0, sort: ErrorSort | None = None) -> str:
        asked = self.model_dump(by_alias=True, exclude_defaults=True, exclude={"offset"})
        return f"/flaky/errors{query(**{**asked, 'sort': sort or asked.get('sort'), 'offset': offset or None})}"


@dataclass(frozen=True)
class ErrorRow:
    group: ErrorGroup
    message: str
    sample: str
    is_new: bool
    """It was seen for the first time lately."""
    tests: Sequence[tuple[TestName, int]]
    """With the attempts that failed so."""

    @property
    def id(self) -> str:
        return f"{self.group.project}-{self.group.digest}"

    @property
    def href(self) -> str:
        return f"/flaky/errors/{self.group.digest}{query(project=self.group.project)}"

    @property
    def quarantine(self) -> str:
        asked = query(project=self.group.project, kind="error", value=self.group.digest, next=self.href)
        return f"/flaky/quarantine/new{asked}"

    @property
    def run(self) -> str | None:
        return f"/runs/{self.group.last_run_id}" if self.group.last_run_id else None


@dataclass(frozen=True)
class ErrorsView:
    asked: ErrorsAsked
    rows: Sequence[ErrorRow]
    total: int
    projects: Sequence[str]
    branches: Sequence[str]
    is_whole: bool
    limit: int = ROWS
    kinds: Sequence[Kind] = KINDS
    periods: Sequence[int] = PERIODS

    @property
    def sorts(self) -> dict[ErrorSort, str]:
        return SORTS

    @property
    def is_filtered(self) -> bool:
        return self.asked.filter() != ErrorFilter(days=DEFAULT_DAYS)


@dataclass(frozen=True)
class ErrorView:
    rows: Sequence[ErrorRow]
    """One a project."""
    days: int


@router.get("/flaky/errors")
async def get_errors(visitor: Reader, request: Request, db: Db, asked: Annotated[ErrorsAsked, Query()]) -> Response:
    caller = visitor.caller
    is_whole = await all_taken_in(db, caller.tenant_id, request)
    at = Page(ROWS, asked.offset)
    found = await list_errors(db, caller.tenant_id, asked.filter(), asked.sort, at, only=caller.project)
    names = await known_names(db, caller.tenant_id, caller.project)
    rows = rows_of(found.errors, datetime.now(UTC))
    view = ErrorsView(asked, rows, found.total, names.projects, names.branches[:MOST_BRANCHES], is_whole)
    return page(request, visitor, "flaky/errors.html", view, title="Errors", section="flaky")


@router.get("/flaky/errors/{digest}")
async def get_error(
    visitor: Reader,
    request: Request,
    db: Db,
    digest: Annotated[Words, Path(max_length=100)],
    project: Annotated[OptionalText, Query()] = None,
    days: Annotated[int, Query(ge=1, le=MOST_DAYS)] = 90,
) -> Response:
    """One error, in each project that had it.

    Raises:
        ErrorNotSeen: no run within these days had it.
    """
    caller = visitor.caller
    await all_taken_in(db, caller.tenant_id, request)
    wanted = ErrorFilter(days=days, project=project, digest=digest)
    found = await list_errors(db, caller.tenant_id, wanted, "count", Page(ROWS), only=caller.project)
    if not found.errors:
        raise ErrorNotSeen(digest, days)
    view = ErrorView(rows_of(found.errors, datetime.now(UTC)), days)
    return page(request, visitor, "flaky/error.html", view, title=f"Error {quote(digest)}", section="flaky")


def rows_of(groups: Sequence[ErrorGroup], now: datetime) -> Sequence[ErrorRow]:
    return [_row(group, now) for group in groups]


def _row(group: ErrorGroup, now: datetime) -> ErrorRow:
    tests = [
        (
            name_of(test.test_id, test.title_path, test.file, browser=test.project_name, project=group.project),
            test.attempts,
        )
        for test in group.most_affected
    ]
    return ErrorRow(
        group,
        plain_text(group.message)[:_LONGEST],
        plain_text(group.sample)[:_LONGEST_SAMPLE],
        now - group.first_seen_at < NEW_FOR,
        tests,
    )
