"""What tells an open page that there is something new: one small event for many changes, never the change itself."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from shifty.dashboard.page import pages
from shifty.dashboard.visitor import Reader, visitor_of
from shifty.live.hub import Hub
from shifty.live.look import Look
from shifty.live.pulse import Pulse
from shifty.runs.access import require_run
from shifty.runs.errors import RunNotFound
from shifty.runs.routes import RunId
from shifty.web.deps import Db, database_of
from shifty.web.sse import Event, event_stream

SETTLE_S: Final = 0.5
QUIET_S: Final = 15.0
"""So often something is sent, and looked whether the visitor is still signed in."""

router = pages()


@router.get("/live")
async def get_live(visitor: Reader, request: Request) -> Response:
    """Tells when a run of the tenant has changed."""
    pulse: Pulse = request.app.state.pulse
    return event_stream(_of_tenant(request, pulse, visitor.caller.tenant_id))


@router.get("/runs/{runId}/live")
async def get_live_run(visitor: Reader, run_id: RunId, db: Db, request: Request) -> Response:
    """Tells when this run has changed, and ends with it."""
    await require_run(db, visitor.caller, run_id)
    hub: Hub = request.app.state.hub
    first = await hub.glance(visitor.caller.tenant_id, run_id)
    if first is None:
        raise RunNotFound(run_id)
    return event_stream(_of_run(request, hub, visitor.caller.tenant_id, run_id, first))


async def _of_tenant(request: Request, pulse: Pulse, tenant_id: UUID) -> AsyncIterator[Event]:
    async for beat in pulse.beats(tenant_id):
        if await _is_signed_out(request):
            return
        yield Event(str(beat), "changed")


async def _of_run(request: Request, hub: Hub, tenant_id: UUID, run_id: UUID, first: Look) -> AsyncIterator[Event]:
    with hub.watching(tenant_id, run_id, first) as watch:
        told = -1
        while True:
            number, look = watch.number, watch.latest
            if look.version != told:
                told = look.version
                yield Event(str(told), "over" if look.is_over else "changed")
            if look.is_over or watch.stopped:
                return
            try:
                await asyncio.wait_for(watch.news(number), QUIET_S)
            except TimeoutError:
                if await _is_signed_out(request):
                    return
                yield Event(str(told), "still")
            await asyncio.sleep(SETTLE_S)


async def _is_signed_out(request: Request) -> bool:
    return await visitor_of(request, database_of(request)) is None
