"""List the artifacts of a run."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shifty.artifacts.complete import look_for
from shifty.artifacts.model import Artifact, ArtifactType
from shifty.artifacts.store import ArtifactStore
from shifty.database.pool import Database
from shifty.runs.errors import RunNotFound
from shifty.runs.store import RunStore
from shifty.storage.blobs import BlobStore
from shifty.tenants.model import Caller
from shifty.web.pagination import Page

_LOOKS: Final = 50
"""So many pending artifacts are looked for each time."""


@dataclass(frozen=True)
class Wanted:
    """None: whichever."""

    type: ArtifactType | None = None
    test_id: str | None = None


async def list_artifacts(
    db: Database, blobs: BlobStore, caller: Caller, run_id: UUID, wanted: Wanted, page: Page, limit: int
) -> tuple[list[Artifact], int]:
    """A page of what is there, oldest first, and how much is there in all.

    Pending ones are looked for in the store first; one that is away is no reason to list nothing.

    Raises:
        RunNotFound: the caller has no such run.
    """
    async with db.connection() as connection:
        if await RunStore(connection, caller.tenant_id, caller.project).get(run_id) is None:
            raise RunNotFound(run_id)
        pending = await ArtifactStore(connection, caller.tenant_id).pending(run_id, _LOOKS)
    await look_for(db, blobs, pending, limit)
    async with db.connection() as connection:
        store = ArtifactStore(connection, caller.tenant_id)
        found = await store.page(run_id, wanted.type, wanted.test_id, page)
        total = len(found) if page.offset == 0 and len(found) < page.limit else None
        return found, await store.count(run_id, wanted.type, wanted.test_id) if total is None else total
