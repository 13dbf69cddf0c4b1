"""The list of runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from shifty.dashboard.page import page, pages
from shifty.dashboard.run_buttons import buttons_of
from shifty.dashboard.runs_filter import RunsFilter, given
from shifty.dashboard.runs_line import RunLine
from shifty.dashboard.runs_trend import AT_MOST, RunsTrend, trend_of
from shifty.dashboard.visitor import Reader, Visitor
from shifty.database.pool import Database
from shifty.runs.known_names import known_names
from shifty.runs.list_runs import RunPage, list_runs
from shifty.runs.query import RunQuery
from shifty.runs.routes import require_own
from shifty.runs.run_trend import run_trend
from shifty.web.deps import Db
from shifty.web.pagination import AskedPage, Page

router = pages()

_NO_RUNS = RunPage([], 0)


@dataclass(frozen=True)
class RunsView:
    """Of a part of the page, only what that part shows is there."""

    lines: Sequence[RunLine]
    total: int
    page: Page
    filter: RunsFilter
    trend: RunsTrend | None

    @property
    def is_empty(self) -> bool:
        """The tenant has no run at all, as far as this visitor may see."""
        return not self.total and not self.filter.is_given

    def address(self, offset: int) -> str:
        return self.filter.address(offset)


@router.get("/runs")
async def get_runs(
    visitor: Reader, request: Request, db: Db, asked: Annotated[RunQuery, Query()], part_of_list: AskedPage
) -> Response:
    require_own(visitor.caller, asked)
    view = await _view(db, visitor, asked, request, part_of_list)
    return page(request, visitor, "runs/list.html", view, title="Runs", section="runs", live="/live")


async def _view(db: Database, visitor: Visitor, asked: RunQuery, request: Request, wanted_page: Page) -> RunsView:
    tenant_id, only, wanted = visitor.caller.tenant_id, visitor.caller.project, asked.filter()
    part = request.query_params.get("part")
    found = _NO_RUNS if part == "trend" else await list_runs(db, tenant_id, wanted, wanted_page, only)
    known = None if part else await known_names(db, tenant_id, only)
    ended = () if part == "list" else await run_trend(db, tenant_id, wanted, AT_MOST, only)
    narrowed = RunsFilter(given(asked, request.query_params), known)
    back = narrowed.address(wanted_page.offset)
    return RunsView(
        lines=[RunLine(run, buttons_of(run, visitor, back)) for run in found.runs],
        total=found.total,
        page=wanted_page,
        filter=narrowed,
        trend=trend_of(ended),
    )
