"""The page that shows a trace: the viewer in a frame where the browser allows one, and how to look at it elsewhere."""

import shlex
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import Path, Query, Request
from starlette.responses import Response

from shifty.artifacts.errors import ArtifactNotFound
from shifty.dashboard.page import page, pages
from shifty.dashboard.trace_viewer import HOME, viewer
from shifty.dashboard.visitor import Reader
from shifty.dashboard.words import page_of_result, step
from shifty.runs.model import Result, TestArtifact
from shifty.runs.routes import RunId
from shifty.runs.show_result import ResultInRun, show_result
from shifty.web.deps import Db

router = pages()


@dataclass(frozen=True)
class TraceView:
    title: str
    back: str
    file: str
    """Where it is fetched."""
    name: str
    size_bytes: int
    attempt: int | None
    """As people count, from 1."""
    viewer: str | None
    """The address that shows it; None: no viewer is installed."""
    version: str
    command: str


@router.get("/runs/{runId}/tests/{testId}/trace")
async def get_trace(
    visitor: Reader,
    run_id: RunId,
    test_id: Annotated[str, Path(alias="testId")],
    request: Request,
    db: Db,
    artifact: Annotated[UUID | None, Query()] = None,
) -> Response:
    """Of the attempt that ``artifact`` belongs to, else the newest."""
    caller = visitor.caller
    found = await show_result(db, caller.tenant_id, run_id, test_id, only=caller.project)
    view = trace_view(found, artifact)
    return page(request, visitor, "attempt/trace.html", view, title=f"Trace of {view.title}", section="runs")


def trace_view(found: ResultInRun, wanted: UUID | None) -> TraceView:
    """
    Raises:
        ArtifactNotFound: the test has left no such trace behind.
    """
    trace = _trace(found.result, wanted) if isinstance(found.result, Result) else None
    if trace is None:
        raise ArtifactNotFound(wanted or "trace")
    test = found.result.test if isinstance(found.result, Result) else found.result
    file = f"/files/{trace.id}/{step(trace.name)}"
    installed = viewer()
    return TraceView(
        title=test.title,
        back=page_of_result(found.run.id, test.test_id),
        file=file,
        name=trace.name,
        size_bytes=trace.size_bytes,
        attempt=None if trace.attempt is None else trace.attempt + 1,
        viewer=f"{HOME}?trace={quote(file, safe='')}" if installed else None,
        version=installed.version if installed else "",
        command=f"npx playwright show-trace {shlex.quote(trace.name)}",
    )


def _trace(result: Result, wanted: UUID | None) -> TestArtifact | None:
    if wanted is None:
        return result.trace
    return next((each for each in result.artifacts if each.id == wanted and each.type == "trace"), None)
