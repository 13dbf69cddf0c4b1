"""What the headers of an upload say about the artifact in its body."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Header, Request

from shifty.artifacts.body import announced_length, within
from shifty.artifacts.media import media_type
from shifty.artifacts.model import Announced, ArtifactType
from shifty.artifacts.multipart import file_part
from shifty.artifacts.naming import name_in_header, safe_name
from shifty.artifacts.reserve import require_size

_FORM = "multipart/form-data"
_FORM_OVERHEAD = 256 * 1024


@dataclass(frozen=True)
class Labels:
    """The headers beside X-Run-ID; FastAPI fills them in."""

    x_artifact_type: Annotated[ArtifactType, Header(description="What it is.")]
    x_artifact_name: Annotated[
        str | None,
        Header(
            description="Its file name, reduced to a plain one; percent-encode what is not ASCII. "
            "Without it the form's, else the usual one of its type."
        ),
    ] = None
    x_test_id: Annotated[str | None, Header(max_length=200, description="The test that it shows.")] = None
    x_attempt: Annotated[int | None, Header(ge=0, le=1000, description="Which try of the test, from 0.")] = None
    x_upload_id: Annotated[
        UUID | None, Header(description="Of the client's choice: the same one again is the same artifact.")
    ] = None


async def incoming(request: Request, labels: Labels, limit: int) -> tuple[Announced, AsyncIterator[bytes]]:
    """The artifact of an upload and its bytes, which come raw or as the field ``file`` of a form.

    Raises:
        ArtifactTooLarge: it is announced to be over the limit.
        BadUpload: the form can't be read.
    """
    content_type = request.headers.get("content-type", "")
    length = announced_length(request.headers.get("content-length"))
    if content_type.partition(";")[0].strip().lower() != _FORM:
        require_size(length, limit)
        described = _described(labels, labels.x_artifact_name, content_type)
        return described(length), within(request.stream(), limit)
    require_size(length - _FORM_OVERHEAD if length is not None else None, limit)
    part = await file_part(content_type, request.stream())
    # How much of a form is the file is known at its end only.
    described = _described(labels, labels.x_artifact_name or part.file_name, part.content_type)
    return described(None), within(part.chunks, limit)


def _described(labels: Labels, name: str | None, content_type: str | None) -> Callable[[int | None], Announced]:
    safe = safe_name(name_in_header(name or ""), labels.x_artifact_type)

    def announced(size_bytes: int | None) -> Announced:
        return Announced(
            type=labels.x_artifact_type,
            name=safe,
            content_type=media_type(content_type, safe),
            size_bytes=size_bytes,
            test_id=labels.x_test_id or None,
            attempt=labels.x_attempt,
            upload_id=labels.x_upload_id,
        )

    return announced
