"""Let a project's runs be taken in again."""

from uuid import UUID

from shifty.database.pool import Database
from shifty.history.facts import Facts


async def refold(db: Database, tenant_id: UUID, project: str) -> int:
    """How many runs history takes in again. None of a project that is not there, and none that waits for it anyway."""
    async with db.connection() as connection:
        return await Facts(connection, tenant_id).refold(project)
