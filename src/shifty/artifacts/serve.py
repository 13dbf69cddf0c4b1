"""Give the bytes of an artifact out."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from shifty.artifacts.arrive import require_ready
from shifty.artifacts.errors import ArtifactNotFound
from shifty.artifacts.media import serving_headers
from shifty.artifacts.model import Artifact
from shifty.artifacts.ranges import http_date
from shifty.artifacts.store import ArtifactStore
from shifty.database.pool import Database
from shifty.storage.blobs import BlobStore, Span
from shifty.tenants.model import Caller


@dataclass(frozen=True)
class Served:
    """An artifact that may be given to the caller."""

    artifact: Artifact

    @property
    def size_bytes(self) -> int:
        return self.artifact.size_bytes or 0

    @property
    def etag(self) -> str:
        # The bytes of an artifact never change.
        return f'"{self.artifact.id.hex}"'

    @property
    def headers(self) -> dict[str, str]:
        return {
            **serving_headers(self.artifact.content_type, self.artifact.name),
            "Accept-Ranges": "bytes",
            "Cache-Control": "private, no-cache",
            "ETag": self.etag,
            "Last-Modified": http_date(self.artifact.created_at),
        }


async def find_served(db: Database, caller: Caller, artifact_id: UUID) -> Served:
    """The artifact of that id.

    Raises:
        ArtifactNotFound: the caller has no such artifact.
        ArtifactExpired: its time is over.
    """
    async with db.connection() as connection:
        found = await ArtifactStore(connection, caller.tenant_id, caller.project).get(artifact_id)
    return Served(require_ready(found, artifact_id))


async def read(blobs: BlobStore, served: Served, span: Span | None) -> AsyncIterator[bytes]:
    """Its bytes, or a part of them.

    Raises:
        ArtifactNotFound: the store has lost it.
        StoreAway: it does not answer.
    """
    chunks = await blobs.get(served.artifact.storage_key, span)
    if chunks is None:
        raise ArtifactNotFound(served.artifact.id)
    return chunks
