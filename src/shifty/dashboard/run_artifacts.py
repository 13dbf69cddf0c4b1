"""The artifacts of a run, by type."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Query, Request
from starlette.responses import Response

from shifty.artifacts.list_ready import ReadyArtifact, ReadyPage, Sizes, list_ready
from shifty.artifacts.model import ArtifactType
from shifty.dashboard.page import page, pages
from shifty.dashboard.run_frame import RunFrame, frame_of
from shifty.dashboard.visitor import Reader
from shifty.dashboard.words import query
from shifty.runs.routes import RunId
from shifty.web.deps import Db
from shifty.web.pagination import Page

AT_ONCE: Final = 100

router = pages()

NAMES: Final = {"trace": "Traces", "screenshot": "Screenshots", "video": "Videos", "log": "Logs"}


@dataclass(frozen=True, kw_only=True)
class ArtifactsView:
    frame: RunFrame
    kind: ArtifactType | None = None
    artifacts: Sequence[ReadyArtifact] = ()
    sizes: Sequence[Sizes] = ()
    limit: int = AT_ONCE
    offset: int = 0

    @property
    def files(self) -> int:
        return sum(each.files for each in self.sizes)

    @property
    def bytes(self) -> int:
        return sum(each.bytes for each in self.sizes)

    @property
    def total(self) -> int:
        """Of those that are shown, over all pages."""
        return sum(each.files for each in self.sizes if self.kind in (None, each.type))

    def name_of(self, kind: ArtifactType) -> str:
        return NAMES[kind]

    def of_kind(self, kind: ArtifactType | None) -> str:
        return f"{self.frame.address}/artifacts{query(type=kind)}"

    def address(self, offset: int) -> str:
        return f"{self.frame.address}/artifacts{query(type=self.kind, offset=offset or None)}"


@router.get("/runs/{runId}/artifacts")
async def get_run_artifacts(
    visitor: Reader,
    run_id: RunId,
    request: Request,
    db: Db,
    kind: Annotated[ArtifactType | None, Query(alias="type")] = None,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    part: str | None = None,
) -> Response:
    frame = await frame_of(db, visitor, run_id, "artifacts")
    is_frame = part == "frame"
    found = ReadyPage([], []) if is_frame else await list_ready(db, visitor.caller, run_id, kind, Page(AT_ONCE, offset))
    view = ArtifactsView(frame=frame, kind=kind, artifacts=found.artifacts, sizes=found.sizes, offset=offset)
    return page(request, visitor, "run/artifacts.html", view, title=frame.title, section="runs", live=frame.live)
