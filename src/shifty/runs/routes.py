"""Doors: lists of runs, one run, and what of it is to be run again."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from shifty.ids import parse_run_id
from shifty.runs import selection
from shifty.runs.errors import NotByTest, RunNotFound
from shifty.runs.failed_tests import Unsuccessful, failed_tests
from shifty.runs.known_names import known_names
from shifty.runs.list_results import list_results, stream_results
from shifty.runs.list_runs import list_runs
from shifty.runs.model import Result
from shifty.runs.query import ResultQuery, RunQuery, SelectionFormat, Text
from shifty.runs.run_trend import run_trend
from shifty.runs.show_run import show_run
from shifty.runs.wire import FacetsAnswer, RunAnswer, RunsAnswer, RunTrendAnswer, TrendPoint
from shifty.runs.wire_tests import FailedTestsAnswer, ResultAnswer, ResultsAnswer
from shifty.tenants.caller import AUTHENTICATED, ReadCaller, require_project, require_tenant
from shifty.tenants.model import Caller
from shifty.web.addresses import PublicBase
from shifty.web.deps import Db
from shifty.web.pagination import AskedPage, Page
from shifty.web.refusals import refusals

MOST_RESULTS = 2000
DEFAULT_RESULTS = 500
"""With ten thousand of them in the run, a page of so many is answered within 50 ms (`bench/lists.py`)."""
MOST_TREND = 200
DEFAULT_TREND = 50
NDJSON = "application/x-ndjson"

router = APIRouter(tags=["Runs"], dependencies=AUTHENTICATED)


def run_id_of(run_id: Annotated[str, Path(alias="runId", description="The id of the run.")]) -> UUID:
    """The run id of a path. A malformed one is a run that does not exist."""
    known = parse_run_id(run_id)
    if known is None:
        raise RunNotFound(run_id)
    return known


RunId = Annotated[UUID, Depends(run_id_of)]
"""A route's ``{runId}``. Ask for the caller first: who may not ask is not told which ids are well-formed."""


def _results_page(
    limit: Annotated[
        int, Query(alias="resultsLimit", ge=1, description=f"Results a page; at most {MOST_RESULTS}.")
    ] = DEFAULT_RESULTS,
    offset: Annotated[int, Query(alias="resultsOffset", ge=0, le=2**31 - 1, description="Results to leave out.")] = 0,
) -> Page:
    return Page(min(limit, MOST_RESULTS), offset)


def _page_of_results(
    limit: Annotated[int, Query(ge=1, description=f"Results a page; at most {MOST_RESULTS}.")] = DEFAULT_RESULTS,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1, description="Results to leave out.")] = 0,
) -> Page:
    return Page(min(limit, MOST_RESULTS), offset)


def require_own(caller: Caller, asked: RunQuery) -> None:
    """Refuse to look for runs of others.

    Raises:
        TenantForeign, ProjectForeign: it names another tenant or project than the caller's.
    """
    if asked.tenant is not None:
        require_tenant(caller, asked.tenant)
    if asked.project is not None:
        require_project(caller, asked.project)


@router.get("/runs", summary="List runs", responses=refusals())
async def get_runs(caller: ReadCaller, db: Db, asked: Annotated[RunQuery, Query()], page: AskedPage) -> RunsAnswer:
    """The runs of the caller's tenant, newest first."""
    require_own(caller, asked)
    return RunsAnswer.of_page(await list_runs(db, caller.tenant_id, asked.filter(), page, caller.project), page)


@router.get("/runs/facets", summary="Show what runs can be filtered by", responses=refusals())
async def get_run_facets(caller: ReadCaller, db: Db) -> FacetsAnswer:
    """The tenant's projects, and the branches and actors of its newest runs."""
    return FacetsAnswer.of(await known_names(db, caller.tenant_id, caller.project))


@router.get("/analytics/run-trends", summary="Show how runs come along", responses=refusals())
async def get_run_trends(
    caller: ReadCaller,
    db: Db,
    asked: Annotated[RunQuery, Query()],
    limit: Annotated[int, Query(ge=1, le=MOST_TREND, description="How many of the newest runs.")] = DEFAULT_TREND,
) -> RunTrendAnswer:
    """Duration and pass rate of the newest runs that came to a verdict; those that were cancelled are left out."""
    require_own(caller, asked)
    found = await run_trend(db, caller.tenant_id, asked.filter(), limit, caller.project)
    return RunTrendAnswer(trend=[TrendPoint.of(run) for run in found])


@router.get("/runs/{runId}", summary="Show a run", responses=refusals(RunNotFound))
async def get_run(
    caller: ReadCaller, db: Db, run_id: RunId, base: PublicBase, page: Annotated[Page, Depends(_results_page)]
) -> RunAnswer:
    """One run with its shards, its workers, the errors that belong to no test, and a page of its results."""
    return RunAnswer.of_run(await show_run(db, caller.tenant_id, run_id, page, caller.project), page, base)


@router.get(
    "/runs/{runId}/results",
    summary="List the results of a run",
    response_model=ResultsAnswer,
    responses={
        **refusals(RunNotFound),
        200: {
            "content": {NDJSON: {"schema": {"type": "string"}}},
            "description": "A page of them; or all, a result a line.",
        },
    },
)
async def get_results(
    caller: ReadCaller,
    db: Db,
    run_id: RunId,
    base: PublicBase,
    asked: Annotated[ResultQuery, Query()],
    page: Annotated[Page, Depends(_page_of_results)],
    wanted: Annotated[
        Literal["json", "ndjson"] | None,
        Query(alias="format", description="`ndjson`: all of them, a result a line, as does `Accept`."),
    ] = None,
    accept: Annotated[str, Header(description=f"`{NDJSON}`: all of them, a result a line.")] = "",
) -> ResultsAnswer | Response:
    """What became of each test that has reported, in the order of the suite: a page, or all of them as a stream."""
    if wanted == "ndjson" or (wanted is None and NDJSON in accept):
        parts = await stream_results(db, caller.tenant_id, run_id, asked.filter(), only=caller.project)
        return StreamingResponse(_lines(run_id, parts, base), media_type=NDJSON)
    found = await list_results(db, caller.tenant_id, run_id, asked.filter(), page, only=caller.project)
    return ResultsAnswer.of_page(run_id, found, page, base)


async def _lines(run_id: UUID, parts: AsyncIterator[Sequence[Result]], base: str) -> AsyncIterator[str]:
    async for part in parts:
        yield "".join(ResultAnswer.of(run_id, result, base).model_dump_json(by_alias=True) + "\n" for result in part)


@router.get(
    "/runs/{runId}/failed-tests",
    summary="List the failed tests of a run",
    response_model=FailedTestsAnswer,
    responses=refusals(RunNotFound, NotByTest),
)
async def get_failed_tests(
    caller: ReadCaller,
    db: Db,
    run_id: RunId,
    wanted: Annotated[
        SelectionFormat, Query(alias="format", description="Other than `json`: for Playwright's command line.")
    ] = "json",
    not_run: Annotated[
        bool, Query(alias="notRun", description="Whether those formats hold the tests that never ran, too.")
    ] = True,
    root_dir: Annotated[
        Text, Query(alias="rootDir", description="Playwright's rootDir, as a path in the repository.")
    ] = "",
) -> FailedTestsAnswer | Response:
    """Final failures, and beside them the tests that never ran; an empty answer means: run nothing.

    Quarantined ones are marked as such, and left out of the other formats.

    `format=test-list` is for `--test-list` (Playwright 1.56 and newer), `last-run` for `--last-failed`, `grep` for
    `--grep`, and `files` is one spec file a line.
    """
    found = await failed_tests(db, caller.tenant_id, run_id, caller.project)
    if wanted == "json":
        return FailedTestsAnswer.of(found)
    return _selection(found, wanted, not_run, root_dir)


def _selection(found: Unsuccessful, wanted: SelectionFormat, not_run: bool, root_dir: str) -> Response:
    all_of_them = [*found.failed, *found.not_run] if not_run else found.failed
    tests = [test for test in all_of_them if not test.quarantined]
    # Nothing, or too little, would run and pass.
    if not_run and found.is_partly_known:
        raise NotByTest("Part of this run never ran, and nobody has said which tests that was: start a whole run.")
    if wanted == "last-run" and any(not test.title_path for test in tests):
        raise NotByTest("Not all tests of some files are known, so --last-failed can't name them: take another format.")
    match wanted:
        case "last-run":
            return Response(selection.as_last_run(tests, root_dir), media_type="application/json")
        case "test-list":
            return PlainTextResponse(selection.as_test_list(tests, root_dir))
        case "grep":
            return PlainTextResponse(selection.as_grep(tests, root_dir))
        case _:
            return PlainTextResponse(selection.as_files(tests))
