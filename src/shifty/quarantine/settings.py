"""Read and change what a project allows."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from shifty.database.pool import Database
from shifty.quarantine.model import Project
from shifty.quarantine.store import QuarantineStore

UNKNOWN: Final = Project(
    id=0, slug="", cap=20, days=14, auto=False, auto_rate=20, auto_confidence=0.95, default_branch=None
)
"""What holds for a project that nobody has used yet: it is made with these."""


async def settings_of(db: Database, tenant_id: UUID, slug: str) -> Project:
    async with db.connection() as connection:
        return await QuarantineStore(connection, tenant_id).project(slug) or UNKNOWN


async def change_settings(db: Database, tenant_id: UUID, slug: str, changes: Mapping[str, object]) -> Project:
    """What is not named stays as it is. A project that is not there yet is made. Rules that are there stay, even where
    the new cap is lower: of a run, it holds from now on."""
    async with db.connection() as connection:
        return await QuarantineStore(connection, tenant_id).set_settings(slug, changes)
