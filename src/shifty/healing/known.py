"""Tell the hook what is known of the tests that it is about to run."""

from collections.abc import Sequence
from uuid import UUID

from shifty.database.pool import Database
from shifty.healing.model import KnownUse, Mode
from shifty.healing.store import HealingStore


async def known_of(
    db: Database,
    tenant_id: UUID,
    slug: str,
    *,
    run_id: UUID | None = None,
    test_ids: Sequence[str] = (),
    test_file: str | None = None,
    only: str | None = None,
) -> tuple[Mode, list[KnownUse]]:
    """What the project allows, and the fingerprints of these tests and of all tests of ``test_file``."""
    async with db.connection() as connection:
        store = HealingStore(connection, tenant_id)
        project = await store.project(slug, run_id, only)
        if project is None:
            return "heal", []
        return project.mode, await store.known(project.id, test_ids, test_file)
