"""What is done with a run at the press of a button: cancel it, or run it again."""

import time
from collections.abc import Mapping
from typing import Annotated, Final, Literal, TypeAlias

from fastapi import Form, Request
from starlette.responses import Response

from shifty.dashboard.page import go_to, pages
from shifty.dashboard.sign_in import own_path
from shifty.dashboard.visitor import Orchestrator, Visitor
from shifty.dashboard.words import count
from shifty.database.pool import Database
from shifty.live.bus import Bus
from shifty.orchestration.cancel import cancel_run
from shifty.orchestration.request import MOST_WORKERS, Rerun, RunRequest
from shifty.orchestration.start import Started, start_run
from shifty.runs.access import run_of
from shifty.runs.model import Run
from shifty.runs.routes import RunId
from shifty.tenants.audit import note
from shifty.web.deps import Db

Scope: TypeAlias = Literal["failed", "all"]

_AGAIN_S: Final = 10
"""Who presses twice within so many seconds has a slow network, and wants one rerun."""
_CARRIED: Final = ("commit_message", "pr_number", "fork")
"""What a run's metadata say of its commit, and so of every rerun."""

router = pages()


@router.post("/runs/{runId}/cancel")
async def post_cancel(
    visitor: Orchestrator,
    run_id: RunId,
    request: Request,
    db: Db,
    after: Annotated[str, Form(alias="next", max_length=2000)] = "",
) -> Response:
    run = await run_of(db, visitor.caller, run_id)
    await cancel_run(db, visitor.caller.tenant_id, run_id)
    _bus(request).mark([run_id])
    if run.status != "cancelled":
        await note(db, visitor.caller, "run.cancelled", str(run_id), project=run.project)
    said = f"Run {str(run_id)[:8]} is cancelled. Tests that run now may finish, and count."
    return go_to(own_path(after) if after else f"/runs/{run_id}", said)


@router.post("/runs/{runId}/rerun")
async def post_rerun(visitor: Orchestrator, run_id: RunId, request: Request, db: Db) -> Response:
    return await _rerun(visitor, await run_of(db, visitor.caller, run_id), "all", request, db)


@router.post("/runs/{runId}/rerun-failed")
async def post_rerun_failed(visitor: Orchestrator, run_id: RunId, request: Request, db: Db) -> Response:
    return await _rerun(visitor, await run_of(db, visitor.caller, run_id), "failed", request, db)


async def _rerun(visitor: Visitor, run: Run, scope: Scope, request: Request, db: Database) -> Response:
    caller = visitor.caller
    wanted = rerun_request(run, scope, visitor.session.key_name, f"{time.time() // _AGAIN_S:.0f}")
    started = await start_run(db, caller.tenant_id, wanted, caller.project)
    _bus(request).mark([started.run_id])
    if started.is_new:
        details = {"rerunOf": str(run.id), "scope": scope}
        await note(db, caller, "run.rerun", str(started.run_id), project=run.project, details=details)
    return go_to(f"/runs/{started.run_id}", what_comes(started))


def rerun_request(run: Run, scope: Scope, actor: str, moment: str) -> RunRequest:
    """What ``POST /orchestrate`` would be asked for; the same ``moment`` asks for the same rerun."""
    carried = {name: run.metadata[name] for name in _CARRIED if name in run.metadata}
    metadata: Mapping[str, object] = {**carried, "rerun_of": str(run.id), **({"actor": actor} if actor else {})}
    return RunRequest(
        files=(),
        workers=min(MOST_WORKERS, max(1, run.worker_count)),
        idempotency_key=f"page/{run.id}/{scope}/{moment}",
        metadata=metadata,
        rerun=Rerun(run.id, scope),
    )


def what_comes(started: Started) -> str:
    """What the page says of a rerun that was just started."""
    run = started.run
    if run.has_nothing_to_rerun:
        return "Nothing of that run failed or was left out, so this rerun runs nothing."
    size = f" of {count(run.total_tests, 'test')}" if run.total_tests else ""
    waits = f"This rerun{size} waits for workers."
    gone = f" {count(len(started.gone), 'file has', 'files have')} tests that are gone." if started.gone else ""
    return (
        f"{waits} Workers of the project take it up by themselves. With none at work, start some in a checkout: "
        f"shifty worker --run {started.run_id}{gone}"
    )


def _bus(request: Request) -> Bus:
    return request.app.state.bus
