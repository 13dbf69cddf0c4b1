"""Look into the store whether the bytes of pending artifacts have come."""

import asyncio
from collections.abc import Sequence
from typing import Final

from shifty.artifacts.arrive import arrive, give_up, require_ready
from shifty.artifacts.errors import ArtifactNotFound, BadUpload, NotArrived
from shifty.artifacts.model import Artifact
from shifty.artifacts.store import ArtifactStore
from shifty.database.pool import Database
from shifty.errors import Refusal
from shifty.storage.blobs import BlobStore
from shifty.storage.errors import StoreAway
from shifty.tenants.model import Caller

_AT_ONCE: Final = 8


async def complete(
    db: Database, blobs: BlobStore, caller: Caller, keys: Sequence[str], limit: int
) -> dict[str, Artifact | Refusal]:
    """For each key the artifact that is ready now, or why it is not. Completed twice is the same answer."""
    async with db.connection() as connection:
        found = await ArtifactStore(connection, caller.tenant_id, caller.project).by_keys(keys)
    answers: dict[str, Artifact | Refusal] = {key: ArtifactNotFound(key) for key in keys}
    seen = await look_for(db, blobs, [found[key] for key in answers if key in found], limit)
    return {**answers, **seen}


async def look_for(
    db: Database, blobs: BlobStore, artifacts: Sequence[Artifact], limit: int
) -> dict[str, Artifact | Refusal]:
    """By their keys: the artifacts that are ready now, or why they are not."""
    turns = asyncio.Semaphore(_AT_ONCE)
    away: list[StoreAway] = []

    async def one(artifact: Artifact) -> Artifact | Refusal:
        async with turns:
            if away and artifact.state == "pending":
                # Each look waits for the store in vain, and there may be hundreds.
                return away[0]
            try:
                return await _look(db, blobs, artifact, limit)
            except StoreAway as refusal:
                away.append(refusal)
                return refusal
            except Refusal as refusal:
                return refusal

    answers = await asyncio.gather(*map(one, artifacts))
    return {artifact.storage_key: answer for artifact, answer in zip(artifacts, answers, strict=True)}


async def _look(db: Database, blobs: BlobStore, artifact: Artifact, limit: int) -> Artifact:
    if artifact.state != "pending":
        return require_ready(artifact, artifact.id)
    size = await blobs.size_of(artifact.storage_key)
    if size is None:
        raise NotArrived(artifact.storage_key)
    if fault := _fault(artifact, size, limit):
        await give_up(db, artifact)
        raise BadUpload(f"{artifact.storage_key} {fault}, and was removed. Upload it again.", {"sizeBytes": size})
    return await arrive(db, artifact, size)


def _fault(artifact: Artifact, size: int, limit: int) -> str | None:
    if not size:
        return "is empty"
    if size > limit:
        return f"has {size} bytes where {limit} are allowed"
    if artifact.size_bytes not in (None, size):
        return f"has {size} bytes where {artifact.size_bytes} were announced"
    return None
