"""Artifacts for whoever is signed in: the same bytes and headers as the API gives to a key."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Path, Request
from starlette.responses import Response

from shifty.artifacts.answer import answer_with
from shifty.artifacts.routes import ArtifactId, Blobs
from shifty.artifacts.serve import find_served, read
from shifty.dashboard.ansi import bare
from shifty.dashboard.page import page, pages
from shifty.dashboard.visitor import Reader
from shifty.storage.blobs import Span
from shifty.web.deps import Db

PREVIEWED: Final = 4096
"""Bytes."""

router = pages()


@dataclass(frozen=True)
class PreviewView:
    text: str
    is_whole: bool


@router.head("/files/{artifactId}/{name}")
@router.get("/files/{artifactId}/{name}")
async def get_file(
    visitor: Reader,
    artifact_id: ArtifactId,
    name: Annotated[str, Path()],
    request: Request,
    db: Db,
    blobs: Blobs,
) -> Response:
    """Pictures, videos and text are shown, all else is to be saved. For the reader, the name decides nothing."""
    del name
    return await answer_with(db, blobs, visitor.caller, artifact_id, request)


@router.get("/previews/{artifactId}")
async def get_preview(visitor: Reader, artifact_id: ArtifactId, request: Request, db: Db, blobs: Blobs) -> Response:
    """The beginning of a text, which a page puts into itself."""
    served = await find_served(db, visitor.caller, artifact_id)
    end = min(PREVIEWED, served.size_bytes)
    chunks = [chunk async for chunk in await read(blobs, served, Span(0, end))] if end else []
    text = bare(b"".join(chunks).decode(errors="replace"))
    view = PreviewView(text, is_whole=served.size_bytes <= PREVIEWED)
    return page(request, visitor, "attempt/preview.html", view, title=served.artifact.name)
