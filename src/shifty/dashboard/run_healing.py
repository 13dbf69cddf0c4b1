"""The broken locators of a run in short: what was healed, what is only proposed, what hits something else by now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Query, Request
from starlette.responses import Response

from shifty.dashboard.healing_addresses import event_address, run_address
from shifty.dashboard.page import page, pages
from shifty.dashboard.run_failures import place, shown
from shifty.dashboard.run_frame import RunFrame, frame_of
from shifty.dashboard.visitor import Reader
from shifty.dashboard.words import query
from shifty.healing.drifts import list_drifts
from shifty.healing.events import EventFilter, list_events
from shifty.healing.model import Drifted, Event
from shifty.runs.routes import RunId
from shifty.web.deps import Db
from shifty.web.pagination import Page

AT_ONCE: Final = 50
MOST_DRIFTS: Final = 20

VERDICTS: Final = {
    "report": "Healed tests count as passed; this is told and nothing more.",
    "warn": "Healed tests count as passed. Repair the source all the same: a healed locator costs time, and trust.",
    "fail": "Healed tests count as failed until the source is repaired.",
}

router = pages()


@dataclass(frozen=True, kw_only=True)
class HealView:
    id: str
    address: str
    test_id: str
    title: str
    where: str
    kind: str
    """Of the badge."""
    word: str
    was: str
    becomes: str | None
    explanation: str
    sure: int
    """Percent, never rounded up to certain."""
    decided: str


@dataclass(frozen=True, kw_only=True)
class DriftView:
    id: str
    where: str
    test_id: str
    title: str
    selector: str
    explanation: str


@dataclass(frozen=True, kw_only=True)
class RunHealingView:
    frame: RunFrame
    heals: Sequence[HealView] = ()
    total: int = 0
    drifts: Sequence[DriftView] = ()
    more_drifts: int = 0
    limit: int = AT_ONCE
    offset: int = 0

    @property
    def verdict(self) -> str:
        return VERDICTS[self.frame.run.healing_verdict]

    @property
    def in_full(self) -> str:
        return run_address(self.frame.run.id)

    def address(self, offset: int) -> str:
        return f"{self.frame.address}/healing{query(offset=offset or None)}"


@router.get("/runs/{runId}/healing")
async def get_run_healing(
    visitor: Reader,
    run_id: RunId,
    request: Request,
    db: Db,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    part: str | None = None,
) -> Response:
    frame = await frame_of(db, visitor, run_id, "healing")
    view = RunHealingView(frame=frame, offset=offset) if part == "frame" else await _whole(db, frame, offset)
    return page(request, visitor, "run/healing.html", view, title=frame.title, section="runs", live=frame.live)


async def _whole(db: Db, frame: RunFrame, offset: int) -> RunHealingView:
    run = frame.run
    if not (frame.head.healing or frame.head.drifts):
        return RunHealingView(frame=frame)
    found = await list_events(db, run.tenant_id, run.id, EventFilter(), Page(AT_ONCE, offset), only=run.project)
    drifts = await list_drifts(db, run.tenant_id, run.id, Page(MOST_DRIFTS), only=run.project)
    return RunHealingView(
        frame=frame,
        heals=[heal_view(run.id, event) for event, _ in found.events],
        total=found.total,
        drifts=[drift_view(drift) for drift in drifts.drifts],
        more_drifts=max(0, drifts.total - MOST_DRIFTS),
        offset=offset,
    )


def heal_view(run_id: RunId, event: Event) -> HealView:
    heal = event.heal
    kind, word = ("healed", "healed") if heal.success else ("proposed", "proposed")
    if heal.decision == "refuse":
        kind, word = "refused", "not healed"
    return HealView(
        id=event.id_in(run_id),
        address=event_address(run_id, event),
        test_id=event.test_id,
        title=shown(" › ".join(event.title_path)),
        where=place(heal.call_site.file, heal.call_site.line) if heal.call_site else event.file,
        kind=kind,
        word=word,
        was=heal.original_locator or heal.original_selector,
        becomes=heal.healed_locator or heal.healed_selector,
        explanation=heal.explanation,
        sure=min(99, int(heal.confidence * 100)),
        decided=event.decided.word if event.decided else "",
    )


def drift_view(drift: Drifted) -> DriftView:
    return DriftView(
        id=str(drift.id),
        where=place(drift.file, drift.line),
        test_id=drift.test_id,
        title=shown(" › ".join(drift.title_path)) or drift.test_file,
        selector=drift.selector,
        explanation=drift.explanation,
    )
