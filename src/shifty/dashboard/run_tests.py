"""The tests of a run: all of them, found as one types, however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Query, Request
from starlette.responses import Response

from shifty.dashboard.page import page, pages
from shifty.dashboard.run_frame import RunFrame, frame_of
from shifty.dashboard.run_test_rows import Chip, RowView, chips, row_view
from shifty.dashboard.visitor import Reader
from shifty.dashboard.words import count, query
from shifty.runs.list_tests import MOST_CHANGED, RowFilter, RowSort, RowStatus, changed_tests, list_tests
from shifty.runs.query import OptionalText
from shifty.runs.routes import RunId
from shifty.web.deps import Db
from shifty.web.pagination import Page
from shifty.wire import Body

AT_ONCE: Final = 200

router = pages()


class TestsQuery(Body):
    """Which tests are wanted, in which order."""

    __test__ = False

    status: RowStatus = "all"
    file: OptionalText = None
    search: OptionalText = None
    sort: RowSort = "suite"
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0
    part: str | None = None
    since: Annotated[str, Query(max_length=20_100)] = ""
    shown: Annotated[int, Query(ge=0)] = 0
    """With ``since``: how many tests the list had."""


@dataclass(frozen=True, kw_only=True)
class TestsView:
    __test__ = False

    frame: RunFrame
    asked: TestsQuery
    chips: Sequence[Chip] = ()
    rows: Sequence[RowView] = ()
    total: int = 0
    taken: str = ""
    overflow: bool = False
    """More has changed than is told."""

    @property
    def at(self) -> str:
        return f"{self.frame.address}/tests"

    @property
    def next(self) -> str | None:
        """Address of the next page; None: this is the last."""
        offset = self.asked.offset + AT_ONCE
        return self.address(offset=offset) if offset < self.total else None

    @property
    def changes(self) -> str:
        """Where to ask what has changed since these rows were read."""
        return self.address(part="changes", since=self.taken, shown=self.total)

    @property
    def grown(self) -> int:
        """By so many tests the list would be longer by now, where the numbers above it tell."""
        if self.asked.search or self.asked.file:
            return 0
        number = next((chip.number for chip in self.chips if chip.is_current), None)
        return max(0, (number or 0) - self.total)

    @property
    def found(self) -> str:
        is_filtered = self.asked.search or self.asked.file or self.asked.status != "all"
        return f"{count(self.total, 'test')} found" if is_filtered else count(self.total, "test")

    @property
    def without_file(self) -> str:
        return self.address(file=None)

    @property
    def other_sort(self) -> str:
        return self.address(sort="suite" if self.asked.sort == "slowest" else "slowest")

    def address(self, **changed: object) -> str:
        asked = self.asked
        kept = {"status": asked.status, "file": asked.file, "search": asked.search, "sort": asked.sort, **changed}
        kept = {name: value for name, value in kept.items() if (name, value) not in _DEFAULTS}
        return self.at + query(**kept)


_DEFAULTS: Final = {("status", "all"), ("sort", "suite"), ("offset", 0)}


@router.get("/runs/{runId}/tests")
async def get_run_tests(
    visitor: Reader, run_id: RunId, request: Request, db: Db, asked: Annotated[TestsQuery, Query()]
) -> Response:
    frame = await frame_of(db, visitor, run_id, "tests")
    match asked.part:
        case "frame":
            view = TestsView(frame=frame, asked=asked)
        case "changes":
            view = await _changes(db, frame, asked)
        case _:
            view = await _page_of(db, frame, asked)
    answer = page(request, visitor, "run/tests.html", view, title=frame.title, section="runs", live=frame.live)
    if asked.part == "list":
        # While somebody types, each address replaces the one before: "back" leaves the page.
        answer.headers["HX-Replace-Url"] = view.address()
    return answer


async def _page_of(db: Db, frame: RunFrame, asked: TestsQuery) -> TestsView:
    wanted = RowFilter(status=asked.status, file=asked.file, search=asked.search)
    run = frame.run
    found = await list_tests(
        db, run.tenant_id, run.id, wanted, asked.sort, Page(AT_ONCE, asked.offset), only=run.project
    )
    return TestsView(
        frame=frame,
        asked=asked,
        chips=chips(frame.head, asked.status),
        rows=[row_view(row, frame.address, run.is_over) for row in found.rows],
        total=found.total,
        taken=found.taken,
    )


async def _changes(db: Db, frame: RunFrame, asked: TestsQuery) -> TestsView:
    """Rows that have changed, and the numbers; which of the rows are on the page the browser knows."""
    run = frame.run
    rows, taken = await changed_tests(db, run.tenant_id, run.id, asked.since)
    return TestsView(
        frame=frame,
        asked=asked,
        chips=chips(frame.head, asked.status),
        rows=[row_view(row, frame.address, run.is_over) for row in rows[:MOST_CHANGED]],
        total=asked.shown,
        taken=taken,
        overflow=len(rows) > MOST_CHANGED,
    )
