"""Doors of the room of failures. They stand here since a run that has just ended must count, and a run be looked up."""

from typing import Annotated

from fastapi import APIRouter, Query

from shifty.failures.errors_of_run import errors_of_run
from shifty.failures.first_seen import first_seen
from shifty.failures.list_errors import list_errors
from shifty.failures.model import ErrorFilter, ErrorSort, Kind
from shifty.failures.wire import ErrorsAnswer, RunErrorsAnswer
from shifty.flakiness.fold_runs import fold_due
from shifty.flakiness.lists.query import OptionalText, Project
from shifty.runs.errors import RunNotFound
from shifty.runs.routes import RunId
from shifty.runs.store import RunStore
from shifty.tenants.caller import AUTHENTICATED, ReadCaller
from shifty.web.deps import Db
from shifty.web.pagination import AskedPage
from shifty.web.refusals import refusals
from shifty.wire import Body

router = APIRouter(tags=["Errors"], dependencies=AUTHENTICATED)

DEFAULT_DAYS = 14
MOST_DAYS = 365


class ErrorQuery(Body):
    """Which errors are wanted, and in which order."""

    project: Project = None
    branch: Annotated[OptionalText, Query(description="Only of runs on this git branch.")] = None
    search: Annotated[OptionalText, Query(description="Only errors with this in their message, in any case.")] = None
    kind: Annotated[Kind | None, Query(description="Only errors of this kind.")] = None
    test_id: Annotated[OptionalText, Query(alias="testId", description="Only errors of this test.")] = None
    digest: Annotated[
        OptionalText, Query(description="Only this error, with up to 100 of the tests that it hit and not five.")
    ] = None
    days: Annotated[
        int, Query(ge=1, le=MOST_DAYS, description="How many days back from now runs have ended that count.")
    ] = DEFAULT_DAYS
    sort: Annotated[
        ErrorSort,
        Query(
            description="`count`: failed attempts; `tests`: tests that it hit; `lastSeen`, `firstSeen`: newest first."
        ),
    ] = "count"

    def filter(self) -> ErrorFilter:
        return ErrorFilter(
            days=self.days,
            project=self.project,
            branch=self.branch,
            search=self.search,
            kind=self.kind,
            test_id=self.test_id,
            digest=self.digest,
        )


@router.get("/errors", summary="List errors", responses=refusals())
async def get_errors(
    caller: ReadCaller, db: Db, asked: Annotated[ErrorQuery, Query()], page: AskedPage
) -> ErrorsAnswer:
    """Errors of the runs that ended lately, grouped: those that differ only in numbers, ids, paths, colours or
    time-outs are one.

    `digest` names such a group wherever it comes, a quarantine rule among others. A run counts as soon as it has ended.
    """
    await fold_due(db, caller.tenant_id)
    found = await list_errors(db, caller.tenant_id, asked.filter(), asked.sort, page, only=caller.project)
    return ErrorsAnswer.of_page(found, page)


@router.get("/runs/{runId}/errors", summary="List the errors of a run", responses=refusals(RunNotFound))
async def get_errors_of_run(caller: ReadCaller, db: Db, run_id: RunId) -> RunErrorsAnswer:
    """What went wrong in a run, as far as it has come: each cause once, with the tests beneath that it hit.

    A test that failed in two ways stands beneath both.
    """
    async with db.snapshot() as tx:
        if await RunStore(tx, caller.tenant_id, caller.project).get(run_id) is None:
            raise RunNotFound(run_id)
        found = await errors_of_run(tx, caller.tenant_id, run_id)
        digests = [cause.finding.digest for cause in found.causes]
        seen = await first_seen(tx, caller.tenant_id, run_id, digests)
    return RunErrorsAnswer.of_run(run_id, found, seen)
