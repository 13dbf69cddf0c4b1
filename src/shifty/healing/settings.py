"""Read and change what a project allows."""

from typing import Final
from uuid import UUID

from shifty.database.pool import Database
from shifty.healing.model import Mode, Project
from shifty.healing.store import HealingStore
from shifty.runs.model import HealingVerdict

UNKNOWN: Final = Project(0, "", "heal", "warn")
"""What holds for a project that nobody has used yet: it is made with these."""


async def settings_of(db: Database, tenant_id: UUID, slug: str) -> Project:
    async with db.connection() as connection:
        return await HealingStore(connection, tenant_id).project(slug) or UNKNOWN


async def change_settings(
    db: Database, tenant_id: UUID, slug: str, mode: Mode | None, verdict: HealingVerdict | None
) -> Project:
    """None stays as it is. A project that is not there yet is made. Runs that go on are closed by the new verdict."""
    async with db.connection() as connection:
        return await HealingStore(connection, tenant_id).set_project(slug, mode, verdict)
