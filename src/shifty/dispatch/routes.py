"""Doors of this room: what workers call, and the queue."""

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Request

from shifty.dispatch.claim import Claim, claim, claim_any
from shifty.dispatch.errors import LeaseLost, RunCancelled
from shifty.dispatch.model import Lease
from shifty.dispatch.queue import queue_stats
from shifty.dispatch.queue_wire import QueueAnswer
from shifty.dispatch.read_plan import plan_of
from shifty.dispatch.renew import renew
from shifty.dispatch.show_queue import show_queue
from shifty.dispatch.timeline import timeline_of
from shifty.dispatch.timeline_wire import TimelineAnswer
from shifty.dispatch.wire import (
    ClaimRequest,
    ClaimResponse,
    PlanResponse,
    PoolClaimRequest,
    QueueStatsResponse,
    RenewResponse,
)
from shifty.live.bus import Bus
from shifty.runs.access import require_run
from shifty.runs.errors import RunNotFound
from shifty.runs.routes import RunId
from shifty.tenants.caller import AUTHENTICATED, OrchestrateCaller, ReadCaller
from shifty.web.deps import Db
from shifty.web.refusals import refusals

router = APIRouter(tags=["dispatch"], dependencies=AUTHENTICATED)


def lease_term(request: Request) -> timedelta:
    return request.app.state.lease_for


def parsed_token(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise LeaseLost(text) from None


@router.post(
    "/runs/{runId}/claims", summary="Claim the next batch of a run", responses=refusals(RunNotFound, RunCancelled)
)
async def post_claim(
    caller: OrchestrateCaller, run_id: RunId, body: ClaimRequest, db: Db, request: Request
) -> ClaimResponse:
    """Lease the next tests of a run to the calling worker; it renews the lease while it runs them."""
    await require_run(db, caller, run_id)
    return _told(request, await claim(db, caller.tenant_id, run_id, body.claimant(), lease_term(request)))


@router.get("/runs/{runId}/plan", summary="Which test is in which shard", responses=refusals(RunNotFound))
async def get_plan(caller: OrchestrateCaller, run_id: RunId, db: Db) -> PlanResponse:
    """The plan as it was made when the run began: it never changes, also when a job is started again."""
    await require_run(db, caller, run_id)
    return PlanResponse.of(await plan_of(db, caller.tenant_id, run_id))


@router.post("/claims", summary="Claim a batch of any run", responses=refusals())
async def post_pool_claim(caller: OrchestrateCaller, body: PoolClaimRequest, db: Db, request: Request) -> ClaimResponse:
    """Lease tests of whichever run has waited longest; for workers that serve many runs."""
    projects = body.projects if caller.project is None else [caller.project]
    answer = await claim_any(db, caller.tenant_id, projects, body.claimant(), lease_term(request))
    return _told(request, answer)


@router.post("/runs/{runId}/leases/{token}/renew", summary="Keep a lease", responses=refusals(RunNotFound, LeaseLost))
async def post_renew(caller: OrchestrateCaller, run_id: RunId, token: str, db: Db, request: Request) -> RenewResponse:
    """Move the end of a lease; `LEASE_LOST` means that its tests belong to somebody else and must be stopped."""
    await require_run(db, caller, run_id)
    return RenewResponse.of(await renew(db, caller.tenant_id, run_id, parsed_token(token), lease_term(request)))


@router.get("/orchestrate/queue/stats", summary="How full the queue is", responses=refusals())
async def get_queue_stats(caller: ReadCaller, db: Db) -> QueueStatsResponse:
    """Shards of the caller's tenant by state: `completed` were executed to the end, `failed` were lost."""
    return QueueStatsResponse.of(await queue_stats(db, caller.tenant_id))


@router.get("/queue", summary="What waits and who works", responses=refusals())
async def get_queue(caller: ReadCaller, db: Db) -> QueueAnswer:
    """Runs of which something waits and why, the workers of the last hour, and the leases lost in the last 24."""
    return QueueAnswer.of(await show_queue(db, caller.tenant_id, caller.project))


@router.get("/runs/{runId}/timeline", summary="Who did what when in a run", responses=refusals(RunNotFound))
async def get_timeline(caller: ReadCaller, run_id: RunId, db: Db) -> TimelineAnswer:
    """Workers with their batches and tests, what they waited for, and what decided when the run ended.

    Of a run that goes on, it is as of now. In runs of more than 1,500 tests, short ones are told together.
    """
    return TimelineAnswer.of(await timeline_of(db, caller.tenant_id, run_id, caller.project))


def _told(request: Request, answer: Claim) -> ClaimResponse:
    if isinstance(answer, Lease):
        bus: Bus = request.app.state.bus
        bus.mark([answer.run_id])
    return ClaimResponse.of(answer)
