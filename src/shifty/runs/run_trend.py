"""Show how the runs of a tenant come along: how long they take, and how many of their tests pass."""

from collections.abc import Sequence
from uuid import UUID

from shifty.database.pool import Database
from shifty.runs.model import EndedRun, RunFilter
from shifty.runs.store import RunStore


async def run_trend(
    db: Database, tenant_id: UUID, wanted: RunFilter, limit: int, only: str | None = None
) -> Sequence[EndedRun]:
    """The newest runs that ``wanted`` describes and that came to a verdict, oldest first; none that was cancelled.

    ``only`` is the one project that the caller may see.
    """
    async with db.connection() as connection:
        return (await RunStore(connection, tenant_id, only).ended(wanted, limit))[::-1]
