"""Door of this room: history from the results anew."""

from typing import Annotated

from fastapi import APIRouter, Query

from shifty.history.refold import refold
from shifty.history.wire import RefoldAnswer
from shifty.tenants.audit import note
from shifty.tenants.caller import AUTHENTICATED, AdminCaller, require_project
from shifty.web.deps import Db
from shifty.web.refusals import refusals
from shifty.wire import Words

router = APIRouter(tags=["History"], dependencies=AUTHENTICATED)

_Project = Annotated[
    Words, Query(alias="project", min_length=1, max_length=200, description="The project's name.", examples=["my-app"])
]


@router.post("/history/refold", summary="Take all runs of a project in again", responses=refusals())
async def post_refold(caller: AdminCaller, project: _Project, db: Db) -> RefoldAnswer:
    """Work history, flakiness and error groups out of the results anew.

    It goes on behind this answer, the oldest run first; until a run's turn has come, what was known of it stays.
    """
    require_project(caller, project)
    runs = await refold(db, caller.tenant_id, project)
    await note(db, caller, "history.refolded", project, project=project, details={"runs": runs})
    return RefoldAnswer(runs=runs)
