"""List the changes that are offered for a run."""

from uuid import UUID

from shifty.database.pool import Database
from shifty.pull_requests.model import HealingPr
from shifty.pull_requests.store import PrStore
from shifty.runs.errors import RunNotFound
from shifty.runs.store import RunStore
from shifty.tenants.model import Caller


async def list_prs(db: Database, caller: Caller, run_id: UUID) -> list[HealingPr]:
    """None or one.

    Raises:
        RunNotFound: the caller has no such run.
    """
    async with db.connection() as connection:
        if await RunStore(connection, caller.tenant_id, caller.project).get(run_id) is None:
            raise RunNotFound(run_id)
        row = await PrStore(connection, caller.tenant_id).get(run_id)
    return [row] if row else []
