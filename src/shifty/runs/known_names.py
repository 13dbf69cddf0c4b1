"""Show what the runs of a tenant can be filtered by."""

from typing import Final
from uuid import UUID

from shifty.database.pool import Database
from shifty.runs.model import KnownNames
from shifty.runs.store import RunStore

_MOST_RUNS: Final = 2000
MOST: Final = 200


async def known_names(db: Database, tenant_id: UUID, only: str | None = None) -> KnownNames:
    """The tenant's projects, and the branches and actors of its newest runs.

    ``only`` is the one project that the caller may see.
    """
    async with db.connection() as connection:
        return await RunStore(connection, tenant_id, only).known_names(_MOST_RUNS, MOST)
