"""Read and change what a project allows."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from shifty.database.pool import Database
from shifty.quarantine.model import Project
from shifty.quarantine.store import QuarantineStore
from shifty.tenants.audit import record_difference, tenant_of
from shifty.tenants.model import Caller

UNKNOWN: Final = Project(
    id=0, slug="", cap=20, days=14, auto=False, auto_rate=20, auto_confidence=0.95, default_branch=None
)
"""What holds for a project that nobody has used yet: it is made with these."""


async def settings_of(db: Database, tenant_id: UUID, slug: str) -> Project:
    async with db.connection() as connection:
        return await QuarantineStore(connection, tenant_id).project(slug) or UNKNOWN


async def change_settings(db: Database, who: Caller | UUID, slug: str, changes: Mapping[str, object]) -> Project:
    """What is not named stays as it is. A project that is not there yet is made. Rules that are there stay, even where
    the new cap is lower: of a run, it holds from now on.

    ``who`` is a caller; or a tenant, for the administrator of the machine.
    """
    async with db.transaction() as tx:
        store = QuarantineStore(tx, tenant_of(who))
        before = await store.project(slug) or UNKNOWN
        after = await store.set_settings(slug, changes)
        await record_difference(tx, who, slug, _told(before), _told(after))
        return after


def _told(project: Project) -> dict[str, object]:
    return {
        "quarantineCap": project.cap,
        "quarantineDays": project.days,
        "autoQuarantine": project.auto,
        "autoQuarantineRate": project.auto_rate,
        "autoQuarantineConfidence": project.auto_confidence,
        "defaultBranch": project.default_branch,
    }
