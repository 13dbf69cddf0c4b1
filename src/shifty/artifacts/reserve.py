"""The row of an artifact, before its bytes."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from shifty.artifacts.errors import ArtifactExpired, ArtifactTooLarge
from shifty.artifacts.model import Announced, Artifact
from shifty.artifacts.naming import storage_key
from shifty.artifacts.store import ArtifactStore
from shifty.database.pool import Transaction
from shifty.runs.errors import RunNotFound
from shifty.tenants.quota import require_storage

STREAMED_FOR: Final = timedelta(days=1)
"""How long the row of an upload waits that came with its bytes: only one that was cut off waits at all."""


async def reserve(
    tx: Transaction, tenant_id: UUID, run_id: UUID, announced: Announced, pending_for: timedelta
) -> Artifact:
    """The row that the bytes will belong to: a new one, or the one that the client's ``upload_id`` has already.

    It may be ready by then. Call ``lock_uploads`` before the first one of a transaction.

    Raises:
        RunNotFound: the tenant has no such run.
        QuotaExceeded: the plan has no room for it.
        ArtifactExpired: it was uploaded long ago.
    """
    store = ArtifactStore(tx, tenant_id)
    known = await store.find_upload(run_id, announced.upload_id) if announced.upload_id else None
    if known and known.state == "expired":
        raise ArtifactExpired(known.id)
    if known and known.state == "ready":
        return known
    more = (announced.size_bytes or 0) - ((known.size_bytes or 0) if known else 0)
    if more > 0:
        await require_storage(tx, tenant_id, more)
    if known and (again := await store.reserve_again(known.id, announced, pending_for)):
        return again
    if known and announced.upload_id and (ready := await store.find_upload(run_id, announced.upload_id)):
        return ready
    artifact_id = uuid4()
    key = storage_key(tenant_id, run_id, announced.type, announced.name, artifact_id, datetime.now(UTC))
    made = await store.reserve(run_id, artifact_id, key, announced, pending_for)
    if made is None:
        raise RunNotFound(run_id)
    return made


def require_size(size_bytes: int | None, limit: int) -> None:
    """Refuse what is announced to be over the limit.

    Raises:
        ArtifactTooLarge: it is.
    """
    if size_bytes is not None and size_bytes > limit:
        raise ArtifactTooLarge(limit)
