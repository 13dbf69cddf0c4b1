"""The door of this room."""

from typing import Annotated

from fastapi import APIRouter, Query

from shifty.flakiness.advice.advise import Advisor
from shifty.flakiness.advice.errors import NoHistory
from shifty.flakiness.advice.wire import AdviceAnswer
from shifty.flakiness.fold_runs import fold_due
from shifty.orchestration.request import MOST_WORKERS
from shifty.tenants.caller import AUTHENTICATED, ReadCaller, require_project
from shifty.web.deps import Db
from shifty.web.refusals import refusals
from shifty.wire import Words

router = APIRouter(tags=["Flakiness"], dependencies=AUTHENTICATED)

_advisor = Advisor()


@router.get("/analytics/advice", summary="Advise a project", responses=refusals(NoHistory))
async def get_advice(
    caller: ReadCaller,
    db: Db,
    project: Annotated[Words, Query(min_length=1, max_length=200, description="The project's name.")],
    branch: Annotated[
        Words | None, Query(min_length=1, max_length=1000, description="Its default branch, unless another is named.")
    ] = None,
    workers: Annotated[
        int | None,
        Query(ge=1, le=MOST_WORKERS, description="A number of workers to compare with; else that of the newest run."),
    ] = None,
) -> AdviceAnswer:
    """How many workers its suite deserves, what to split first, what retries cost, and what quarantine hides.

    From replays of its own newest whole run by the dispatch rule of production, and from the runs of 30 days.
    """
    require_project(caller, project)
    await fold_due(db, caller.tenant_id)
    return AdviceAnswer.of(await _advisor.advise(db, caller.tenant_id, project, branch, workers))
