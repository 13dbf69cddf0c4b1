"""The calls about artifacts: announce them, say that they are there, list them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from shifty.client.answer import Answer, read
from shifty.client.model import Pagination
from shifty.client.transport import Transport

ArtifactType: TypeAlias = Literal["trace", "screenshot", "video", "log"]
ARTIFACT_TYPES: tuple[ArtifactType, ...] = ("trace", "screenshot", "video", "log")

_A_PAGE = 1000


class ToSend(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True, frozen=True):
    """An artifact that is about to be sent. The same ``upload_id`` again is the same artifact."""

    artifact_type: ArtifactType
    filename: str
    content_type: str
    size_bytes: int
    upload_id: str
    test_id: str | None = None
    attempt: int | None = None


class Place(Answer, kw_only=True, frozen=True):
    """Where the bytes go; or, without ``upload_url``, why they can't."""

    upload_url: str | None = None
    storage_key: str = ""
    headers: dict[str, str] = {}
    error: str = ""
    code: str = ""


class Artifact(Answer, kw_only=True, frozen=True):
    id: str
    artifact_type: str
    name: str
    url: str
    size_bytes: int
    content_type: str = ""
    test_id: str | None = None
    attempt: int | None = None
    created_at: datetime | None = None
    expires_at: datetime | None = None


class Incomplete(Answer, kw_only=True, frozen=True):
    storage_key: str
    error: str = ""
    code: str = ""


class Completed(Answer, kw_only=True, frozen=True):
    """Those that are there, and why others are not."""

    artifacts: list[Artifact] = []
    errors: list[Incomplete] = []


class _Places(Answer, kw_only=True, frozen=True):
    uploads: list[Place]


class _Listed(Answer, kw_only=True, frozen=True):
    artifacts: list[Artifact]
    pagination: Pagination


async def presign(
    transport: Transport, run_id: str, files: Sequence[ToSend], *, patience_s: float = 0
) -> Sequence[Place]:
    """A place for each of ``files``, at most 100, in their order."""
    body = msgspec.json.encode({"runId": run_id, "artifacts": files})
    answer = await transport.call("POST", "/artifacts/presigned-uploads", body=body, patience_s=patience_s)
    return read(answer, _Places).uploads


async def complete(transport: Transport, storage_keys: Sequence[str], *, patience_s: float = 0) -> Completed:
    """Say that the bytes are there; lists show the artifacts from then on."""
    body = msgspec.json.encode({"storageKeys": storage_keys})
    return read(await transport.call("POST", "/artifacts/complete", body=body, patience_s=patience_s), Completed)


async def list_artifacts(transport: Transport, run_id: str, kind: ArtifactType | None = None) -> list[Artifact]:
    """The run's artifacts, oldest first; ``kind`` is the only type that is wanted."""
    found: list[Artifact] = []
    while True:
        query = {"limit": str(_A_PAGE), "offset": str(len(found)), **({"artifactType": kind} if kind else {})}
        page = read(await transport.call("GET", f"/runs/{run_id}/artifacts", query=query), _Listed)
        found += page.artifacts
        if not page.pagination.has_more or not page.artifacts:
            return found
