"""Give out addresses to which artifacts can be sent, past this server where the store allows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shifty.artifacts.errors import ArtifactExpired, ArtifactTooLarge
from shifty.artifacts.model import Announced, Artifact
from shifty.artifacts.reserve import require_size, reserve
from shifty.artifacts.sign import PENDING_FOR, Signer
from shifty.artifacts.store import ArtifactStore
from shifty.database.pool import Database
from shifty.errors import Refusal
from shifty.storage.blobs import SignedUpload
from shifty.tenants.errors import QuotaExceeded


@dataclass(frozen=True)
class Presigned:
    artifact: Artifact
    upload: SignedUpload


async def presign(
    db: Database, signer: Signer, tenant_id: UUID, run_id: UUID, wanted: Sequence[Announced], base: str
) -> list[Presigned | Refusal]:
    """An address for each of ``wanted``, or why there is none; in their order. Asked again, it gives the same places.

    Raises:
        RunNotFound: the tenant has no such run.
    """
    reserved: list[Artifact | Refusal] = []
    async with db.transaction() as tx:
        await ArtifactStore(tx, tenant_id).lock_uploads(run_id)
        for announced in wanted:
            try:
                require_size(announced.size_bytes, signer.max_bytes)
                reserved.append(await reserve(tx, tenant_id, run_id, announced, PENDING_FOR))
            except (ArtifactTooLarge, ArtifactExpired, QuotaExceeded) as refusal:
                reserved.append(refusal)
    return [one if isinstance(one, Refusal) else Presigned(one, await signer.signed(base, one)) for one in reserved]
