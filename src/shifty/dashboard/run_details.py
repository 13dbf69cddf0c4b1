"""A run in all its details: where it comes from, how it was planned, and what its verdict rests on."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from fastapi import Request
from starlette.responses import Response

from shifty.dashboard.page import page, pages
from shifty.dashboard.run_exit import exit_code
from shifty.dashboard.run_failures import shown
from shifty.dashboard.run_frame import RunFrame, frame_of
from shifty.dashboard.run_why import Reason, why
from shifty.dashboard.visitor import Reader
from shifty.runs.details import RunDetails, details_of
from shifty.runs.model import Run, RunFault
from shifty.runs.routes import RunId
from shifty.web.deps import Db

router = pages()


@dataclass(frozen=True)
class Fact:
    """``address`` leads to it where it is somewhere."""

    name: str
    text: str
    address: str | None = None


@dataclass(frozen=True)
class FaultView:
    where: str
    message: str
    snippet: str


@dataclass(frozen=True, kw_only=True)
class DetailsView:
    frame: RunFrame
    reasons: Sequence[Reason] = ()
    exit_number: int | None = None
    """None: the run goes on."""
    exit_words: str = ""
    facts: Sequence[Fact] = ()
    metadata: str = ""
    details: RunDetails | None = None
    faults: Sequence[FaultView] = ()


@router.get("/runs/{runId}/details")
async def get_run_details(
    visitor: Reader, run_id: RunId, request: Request, db: Db, part: str | None = None
) -> Response:
    frame = await frame_of(db, visitor, run_id, "details")
    view = DetailsView(frame=frame) if part == "frame" else await _whole(db, frame)
    return page(request, visitor, "run/details.html", view, title=frame.title, section="runs", live=frame.live)


async def _whole(db: Db, frame: RunFrame) -> DetailsView:
    run = frame.run
    details = await details_of(db, run.tenant_id, run.id)
    number, words = exit_code(run)
    return DetailsView(
        frame=frame,
        reasons=why(frame.head) if run.is_over else (),
        exit_number=number,
        exit_words=words,
        facts=list(facts(run)),
        metadata=json.dumps(dict(run.metadata), indent=2, ensure_ascii=False) if run.metadata else "",
        details=details,
        faults=[fault_view(fault) for fault in details.faults],
    )


def facts(run: Run) -> Iterator[Fact]:
    """What is known of where it comes from; addresses only of the web."""
    yield Fact("Run", str(run.id))
    yield Fact("Project", run.project, None)
    for name, text in (("Branch", run.branch), ("Commit", run.commit_sha), ("By", run.actor)):
        if text:
            yield Fact(name, shown(text))
    if run.ci_build_id:
        yield Fact("CI build", run.ci_build_id, _web(run.metadata.get("ci_url")))
    elif address := _web(run.metadata.get("ci_url")):
        yield Fact("CI build", address, address)
    if isinstance(message := run.metadata.get("commit_message"), str):
        yield Fact("Message", shown(message[:500]))
    yield Fact("Began as", "planned by Shifty" if run.origin == "orchestrated" else "reported by a suite of its own")
    if run.rerun_of:
        yield Fact("Rerun of", str(run.rerun_of), f"/runs/{run.rerun_of}")


def fault_view(fault: RunFault) -> FaultView:
    error = fault.error
    message, snippet, location = error.get("message"), error.get("snippet"), error.get("location")
    place = ""
    if isinstance(location, Mapping):
        at = cast("Mapping[str, object]", location)
        place = f"{at.get('file')}:{at.get('line')}"
    return FaultView(
        where=place or fault.file or "",
        message=shown(message[:4000]) if isinstance(message, str) else "",
        snippet=shown(snippet[:4000]) if isinstance(snippet, str) else "",
    )


def _web(value: object) -> str | None:
    return value if isinstance(value, str) and value.startswith(("https://", "http://")) else None
