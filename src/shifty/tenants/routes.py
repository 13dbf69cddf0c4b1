"""Doors of this room: what a tenant may use and uses."""

from typing import cast

from fastapi import APIRouter, Request

from shifty.tenants.caller import AUTHENTICATED, ReadCaller
from shifty.tenants.meter import Meters
from shifty.tenants.usage import usage
from shifty.tenants.wire import UsageAnswer
from shifty.web.deps import Db
from shifty.web.refusals import refusals

router = APIRouter(tags=["tenants"], dependencies=AUTHENTICATED)


@router.get("/usage", summary="Show the plan and what is used of it", responses=refusals())
async def get_usage(caller: ReadCaller, db: Db, request: Request) -> UsageAnswer:
    """What the caller's tenant may use, what it uses now and has used this month, and its rate limits."""
    return UsageAnswer.of(await usage(db, caller.tenant_id), cast("Meters", request.app.state.meters))
