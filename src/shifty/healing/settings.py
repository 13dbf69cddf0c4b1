"""Read and change what a project allows."""

from typing import Final
from uuid import UUID

from shifty.database.pool import Database
from shifty.healing.model import Mode, Project
from shifty.healing.store import HealingStore
from shifty.runs.model import HealingVerdict
from shifty.tenants.audit import record_difference, tenant_of
from shifty.tenants.model import Caller

UNKNOWN: Final = Project(0, "", "heal", "warn")
"""What holds for a project that nobody has used yet: it is made with these."""


async def settings_of(db: Database, tenant_id: UUID, slug: str) -> Project:
    async with db.connection() as connection:
        return await HealingStore(connection, tenant_id).project(slug) or UNKNOWN


async def change_settings(
    db: Database, who: Caller | UUID, slug: str, mode: Mode | None, verdict: HealingVerdict | None
) -> Project:
    """None stays as it is. A project that is not there yet is made. Runs that go on are closed by the new verdict.

    ``who`` is a caller; or a tenant, for the administrator of the machine.
    """
    async with db.transaction() as tx:
        store = HealingStore(tx, tenant_of(who))
        before = await store.project(slug) or UNKNOWN
        after = await store.set_project(slug, mode, verdict)
        now = {"healingMode": after.mode, "healingVerdict": after.verdict}
        await record_difference(tx, who, slug, {"healingMode": before.mode, "healingVerdict": before.verdict}, now)
        return after
