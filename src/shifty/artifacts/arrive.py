"""The bytes of an artifact are in the store: from now on it is listed and served."""

from uuid import UUID

from shifty.artifacts.errors import ArtifactExpired, ArtifactNotFound
from shifty.artifacts.model import Artifact
from shifty.artifacts.store import ArtifactStore
from shifty.database.pool import Database
from shifty.tenants.quota import require_storage


async def arrive(db: Database, artifact: Artifact, size_bytes: int) -> Artifact:
    """Make it ready. To do so twice, or while another try of the same upload does, is harmless.

    Raises:
        QuotaExceeded: it is larger than announced, and the plan has no room for that.
        ArtifactNotFound: its run was deleted meanwhile, or it was waited for no longer.
    """
    async with db.transaction() as tx:
        store = ArtifactStore(tx, artifact.tenant_id)
        more = size_bytes - (artifact.size_bytes or 0)
        if more:
            # It counts into the row of the tenant, which a reservation may hold that is about to want this artifact's.
            await store.lock_uploads(artifact.run_id)
        if more > 0:
            await require_storage(tx, artifact.tenant_id, more)
        ready = await store.make_ready(artifact.id, size_bytes) or await store.get(artifact.id)
    return require_ready(ready, artifact.id)


async def give_up(db: Database, artifact: Artifact) -> None:
    """Forget an upload that failed, unless it is being tried again; the reaper removes what has come of it."""
    async with db.connection() as connection:
        await ArtifactStore(connection, artifact.tenant_id).drop_pending(artifact)


def require_ready(artifact: Artifact | None, asked: UUID | str) -> Artifact:
    """Refuse one that is not there.

    Raises:
        ArtifactNotFound: there is none, or its bytes have not come.
        ArtifactExpired: its time was over.
    """
    if artifact is None or artifact.state == "pending":
        raise ArtifactNotFound(asked)
    if artifact.state == "expired":
        raise ArtifactExpired(asked)
    return artifact
