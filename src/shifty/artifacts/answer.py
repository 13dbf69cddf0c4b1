"""Answer with an artifact: all of it, a part, or that the client has it already. Of the API and of the pages alike."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from shifty.artifacts.ranges import not_modified, wanted_span
from shifty.artifacts.serve import find_served, read
from shifty.database.pool import Database
from shifty.storage.blobs import BlobStore
from shifty.tenants.model import Caller


async def answer_with(db: Database, blobs: BlobStore, caller: Caller, artifact_id: UUID, request: Request) -> Response:
    """What a GET or HEAD of it is answered with; its headers say how it may be shown.

    Raises:
        ArtifactNotFound: the caller has no such artifact, or the store has lost it.
        ArtifactExpired: its time is over.
        OutOfRange: the part that is asked for begins after its end.
        StoreAway: the store does not answer.
    """
    served = await find_served(db, caller, artifact_id)
    asked = request.headers
    if not_modified(asked.get("if-none-match"), served.etag):
        return Response(status_code=304, headers=served.headers)
    size = served.size_bytes
    # Only of GET: what a HEAD asks is how it stands as a whole (RFC 9110, 14.2).
    part = asked.get("range") if request.method == "GET" else None
    span = wanted_span(part, asked.get("if-range"), size, served.etag, served.artifact.created_at)
    headers = {**served.headers, "Content-Length": str(span.length if span else size)}
    if span:
        headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{size}"
    status = 206 if span else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    return StreamingResponse(await read(blobs, served, span), status, headers)
