"""Take an artifact in, from the request that announces it or from one that was signed before."""

from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID

from shifty.artifacts.arrive import arrive, give_up
from shifty.artifacts.errors import ArtifactExpired, ArtifactNotFound, ArtifactTooLarge
from shifty.artifacts.model import Announced, Artifact
from shifty.artifacts.reserve import STREAMED_FOR, reserve
from shifty.artifacts.store import QUERIES, ArtifactStore, artifacts_of
from shifty.database.pool import Database
from shifty.errors import Refusal
from shifty.storage.blobs import BlobStore, UploadTerms
from shifty.storage.errors import BadSignature


async def upload(
    db: Database, blobs: BlobStore, tenant_id: UUID, run_id: UUID, announced: Announced, chunks: AsyncIterator[bytes]
) -> Artifact:
    """Store what ``chunks`` gives. A body that ends early, or a store that fails, leaves nothing that is ever shown.

    A client that did not hear the answer sends it again with the same ``upload_id`` and gets the same artifact.

    Raises:
        RunNotFound, QuotaExceeded, ArtifactExpired: see ``reserve``.
        StoreAway: nothing was kept.
    """
    async with db.transaction() as tx:
        await ArtifactStore(tx, tenant_id).lock_uploads(run_id)
        held = await reserve(tx, tenant_id, run_id, announced, STREAMED_FOR)
    if held.state == "ready":
        return held
    try:
        return await arrive(db, held, await blobs.put(held.storage_key, chunks, held.content_type))
    except Exception:
        with suppress(Refusal):
            await give_up(db, held)
        raise


async def upload_signed(db: Database, blobs: BlobStore, terms: UploadTerms, chunks: AsyncIterator[bytes]) -> Artifact:
    """Store what comes to a signed address. Its row stays pending if that fails: the address may be used again.

    Raises:
        ArtifactNotFound: the run was deleted, or nobody waits for it any more.
        BadSignature: it is larger or smaller than the address was signed for.
        StoreAway: nothing was kept.
    """
    async with db.connection() as connection:
        rows = await artifacts_of(connection, QUERIES["get_signed"], {"storage_key": terms.key})
    if not rows:
        raise ArtifactNotFound(terms.key)
    (held,) = rows
    if held.state == "expired":
        raise ArtifactExpired(held.id)
    if held.state == "ready":
        return held
    return await arrive(db, held, await blobs.put(held.storage_key, _exactly(chunks, terms), held.content_type))


async def _exactly(chunks: AsyncIterator[bytes], terms: UploadTerms) -> AsyncIterator[bytes]:
    wanted = terms.size_bytes
    come = 0
    try:
        async for chunk in chunks:
            come += len(chunk)
            yield chunk
    except ArtifactTooLarge:
        if wanted is None:
            raise
        raise BadSignature(f"This upload was signed for {wanted} bytes and more came.") from None
    if wanted is not None and come != wanted:
        raise BadSignature(f"This upload was signed for {wanted} bytes and {come} came.")
