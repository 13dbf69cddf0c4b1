"""Healing in one run: its broken locators, those that hit another element, and how to write down what was healed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fastapi import Request
from starlette.responses import Response

from shifty.dashboard.healing_addresses import run_address
from shifty.dashboard.healing_line import HealLine, offered_by
from shifty.dashboard.healing_words import Compared, compared
from shifty.dashboard.page import page, pages
from shifty.dashboard.visitor import Reader
from shifty.dashboard.words import page_of_result, query
from shifty.healing.drifts import list_drifts
from shifty.healing.engine.element import Element
from shifty.healing.events import EventFilter, list_events
from shifty.healing.model import Drifted
from shifty.pull_requests.list_prs import list_prs
from shifty.pull_requests.model import ListedPr
from shifty.runs.access import run_of
from shifty.runs.model import Run
from shifty.runs.routes import RunId
from shifty.web.deps import Db
from shifty.web.pagination import AskedPage, Page
from shifty.wire import HealedElement

MOST_DRIFTS = 50

router = pages()


@dataclass(frozen=True)
class DriftLine:
    drift: Drifted

    @property
    def id(self) -> str:
        return f"drift-{self.drift.id}"

    @property
    def title(self) -> str:
        return " › ".join(self.drift.title_path) or self.drift.test_id

    @property
    def address(self) -> str:
        return page_of_result(self.drift.run_id, self.drift.test_id)

    @property
    def alike(self) -> str:
        """The chance that it is the same element."""
        return f"{int(self.drift.similarity * 100)} %"

    @property
    def compared(self) -> Sequence[Compared]:
        return [row for row in compared(_short(self.drift.was), _short(self.drift.is_now)) if row.kind != "same"]


@dataclass(frozen=True)
class HealingRunView:
    run: Run
    lines: Sequence[HealLine]
    total: int
    page: Page
    drifts: Sequence[DriftLine]
    all_drifts: int
    pr: ListedPr | None
    may_decide: bool

    @property
    def short_id(self) -> str:
        return str(self.run.id)[:8]

    @property
    def back(self) -> str:
        return self.address(self.page.offset)

    def address(self, offset: int) -> str:
        return run_address(self.run.id) + query(offset=offset or None)


@router.get("/healing/runs/{runId}")
async def get_healing_run(visitor: Reader, run_id: RunId, request: Request, db: Db, wanted: AskedPage) -> Response:
    caller = visitor.caller
    run = await run_of(db, caller, run_id)
    events = await list_events(db, caller.tenant_id, run_id, EventFilter(), wanted, only=caller.project)
    drifts = await list_drifts(db, caller.tenant_id, run_id, Page(MOST_DRIFTS), only=caller.project)
    prs = (await list_prs(db, caller, run_id, Page(1))).prs
    offered = offered_by(prs)
    lines = [HealLine(run_id, event, run.project, run.branch) for event, _ in events.events]
    view = HealingRunView(
        run=run,
        lines=[replace(line, pr=offered.get((run.project, line.original, line.healed or ""))) for line in lines],
        total=events.total,
        page=wanted,
        drifts=[DriftLine(drift) for drift in drifts.drifts],
        all_drifts=drifts.total,
        pr=prs[0] if prs else None,
        may_decide=visitor.may_orchestrate,
    )
    live = None if run.is_over else f"/runs/{run_id}/live"
    title = f"Healing in run {view.short_id}"
    return page(request, visitor, "healing/run.html", view, title=title, section="healing", live=live)


def _short(element: Element) -> HealedElement:
    named = {"id": element.id, "name": element.name, "type": element.type, "href": element.href}
    known = {**named, "class": " ".join(element.classes), **element.data, **element.attributes}
    return HealedElement(
        tag=element.tag,
        role=element.role,
        name=element.accessible_name or element.text,
        attributes={name: value for name, value in known.items() if value},
        box=[element.x, element.y, element.w, element.h],
    )
