"""Doors of this room: start, follow, cancel; and the end of a batch."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from shifty.dispatch.errors import LeaseLost
from shifty.dispatch.routes import parsed_token
from shifty.live.bus import Bus
from shifty.live.hub import Hub
from shifty.live.look import Look
from shifty.orchestration.cancel import cancel_run
from shifty.orchestration.errors import (
    BadRequest,
    BadWorkerCount,
    QueueFull,
    RerunNotPossible,
    RunAlreadyFinished,
    RunNotFinished,
)
from shifty.orchestration.finish import finish_lease
from shifty.orchestration.start import start_run
from shifty.orchestration.wire import CancelResponse, Done, FinishRequest, OrchestrateRequest, OrchestrateResponse
from shifty.results.store import RunKey
from shifty.runs.access import require_run, run_of
from shifty.runs.errors import RunNotFound
from shifty.runs.routes import RunId
from shifty.tenants.audit import note
from shifty.tenants.caller import AUTHENTICATED, OrchestrateCaller, WatchCaller, require_project
from shifty.tenants.errors import QuotaExceeded
from shifty.web.deps import Db
from shifty.web.refusals import refusals
from shifty.web.sse import Event, LastEventId, event_stream, nothing_more

router = APIRouter(tags=["orchestration"], dependencies=AUTHENTICATED)

IdempotencyKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", min_length=1, max_length=500, description="The same key starts one run only."),
]
EveryMs = Annotated[int, Query(alias="everyMs", ge=200, le=10_000, description="Milliseconds between two events.")]


@router.post(
    "/orchestrate",
    summary="Start a run",
    responses=refusals(
        BadRequest, BadWorkerCount, QueueFull, QuotaExceeded, RunNotFound, RunNotFinished, RerunNotPossible
    ),
)
async def post_orchestrate(
    caller: OrchestrateCaller, body: OrchestrateRequest, db: Db, request: Request, key: IdempotencyKey = None
) -> OrchestrateResponse:
    """Plan a run over `workerCount` shards, longest work first, from what history knows of its tests.

    `ciBuildId` or the header `Idempotency-Key` make the call idempotent: N jobs of a matrix share one run. With
    `metadata.rerun_of`, the id of an earlier run, only what failed or never ran there is run again.
    """
    wanted = body.checked(key)
    if wanted.rerun is None or wanted.rerun.project:
        require_project(caller, wanted.project)
    started = await start_run(db, caller.tenant_id, wanted, caller.project)
    _bus(request).mark([started.run_id])
    if started.is_new and wanted.rerun:
        run = await run_of(db, caller, started.run_id)
        details = {"rerunOf": str(wanted.rerun.of), "scope": wanted.rerun.scope}
        await note(db, caller, "run.rerun", str(run.id), project=run.project, details=details)
    return OrchestrateResponse.of(started, wanted)


@router.get(
    "/orchestrate/{runId}/progress",
    summary="Follow a run",
    responses={
        **refusals(RunNotFound),
        200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "Snapshots as events."},
        204: {"description": "The run is over and the final version has been seen."},
    },
    response_class=Response,
)
async def get_progress(
    caller: WatchCaller,
    run_id: RunId,
    db: Db,
    request: Request,
    last_event_id: LastEventId = None,
    every_ms: EveryMs = 2000,
) -> Response:
    """A snapshot at once, then one every two seconds, and the last one as soon as the run ends."""
    await require_run(db, caller, run_id)
    hub: Hub = request.app.state.hub
    first = await hub.glance(caller.tenant_id, run_id)
    if first is None:
        raise RunNotFound(run_id)
    if first.is_final and last_event_id == str(first.version):
        return nothing_more()
    return event_stream(_events(hub.follow(caller.tenant_id, run_id, first, every_ms / 1000)))


@router.delete("/orchestrate/{runId}", summary="Cancel a run", responses=refusals(RunNotFound, RunAlreadyFinished))
async def delete_orchestration(caller: OrchestrateCaller, run_id: RunId, db: Db, request: Request) -> CancelResponse:
    """Take what waits out of the queue; tests that run now finish and count. Cancelled twice is cancelled."""
    run = await run_of(db, caller, run_id)
    await cancel_run(db, caller.tenant_id, run_id)
    _bus(request).mark([run_id])
    if run.status != "cancelled":
        await note(db, caller, "run.cancelled", str(run_id), project=run.project)
    return CancelResponse()


@router.post("/runs/{runId}/leases/{token}/finish", summary="End a batch", responses=refusals(RunNotFound, LeaseLost))
async def post_finish(
    caller: OrchestrateCaller, run_id: RunId, token: str, body: FinishRequest, db: Db, request: Request
) -> Done:
    """End a lease after all of its results have been sent; what it does not account for waits again, at the head."""
    await require_run(db, caller, run_id)
    key = RunKey(run_id, caller.tenant_id)
    not_run = [(test.test_id, test.reason) for test in body.not_run]
    await finish_lease(db, key, parsed_token(token), body.outcome, not_run, body.crashed)
    _bus(request).mark([key.run_id])
    return Done()


def _bus(request: Request) -> Bus:
    return request.app.state.bus


async def _events(looks: AsyncIterator[Look]) -> AsyncIterator[Event]:
    async for seen in looks:
        yield Event(str(seen.version), seen.body)
