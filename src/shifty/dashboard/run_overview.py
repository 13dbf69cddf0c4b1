"""The first page of a run: what failed, why, whether it is new, and what to press."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from fastapi import Request
from starlette.responses import Response

from shifty.dashboard.page import page, pages
from shifty.dashboard.run_causes import NO_CAUSES, Causes, causes_of
from shifty.dashboard.run_failures import FailureView, NotableView, failure_view, notable_view
from shifty.dashboard.run_frame import RunFrame, frame_of
from shifty.dashboard.run_ledger import LedgerView, ledger_view
from shifty.dashboard.run_progress import Progress, progress
from shifty.dashboard.run_why import Reason, why
from shifty.dashboard.visitor import Reader
from shifty.live.hub import Hub
from shifty.runs.head_store import NotRunReason
from shifty.runs.overview import findings_of
from shifty.runs.routes import RunId
from shifty.web.deps import Db

router = pages()


@dataclass(frozen=True, kw_only=True)
class OverviewView:
    frame: RunFrame
    reasons: Sequence[Reason] = ()
    ledger: LedgerView | None = None
    causes: Causes = NO_CAUSES
    failures: Sequence[FailureView] = ()
    notable: Sequence[NotableView] = ()
    not_run: Sequence[NotRunReason] = ()
    progress: Progress | None = None
    """None: the run is over."""

    @property
    def more_failures(self) -> int:
        return max(0, self.frame.run.ledger.failed - len(self.failures))

    @property
    def waits(self) -> bool:
        """For a worker that somebody has to start."""
        is_open = self.frame.run.origin == "orchestrated" and self.progress is not None
        return is_open and not (self.progress and self.progress.workers)


@router.get("/runs/{runId}")
async def get_run_page(visitor: Reader, run_id: RunId, request: Request, db: Db, part: str | None = None) -> Response:
    frame = await frame_of(db, visitor, run_id, "overview")
    view = OverviewView(frame=frame) if part == "frame" else await _whole(request, db, frame)
    return page(request, visitor, "run/overview.html", view, title=frame.title, section="runs", live=frame.live)


async def _whole(request: Request, db: Db, frame: RunFrame) -> OverviewView:
    run, head = frame.run, frame.head
    findings = await findings_of(db, run.tenant_id, head)
    hub = cast("Hub", request.app.state.hub)
    look = None if run.is_over else await hub.glance(run.tenant_id, run.id)
    return OverviewView(
        frame=frame,
        reasons=why(head),
        ledger=ledger_view(run),
        causes=await causes_of(db, run, head.faults),
        failures=[failure_view(run, row) for row in findings.failures],
        notable=[notable_view(row) for row in findings.notable],
        not_run=findings.not_run,
        progress=progress(look.body) if look else None,
    )
