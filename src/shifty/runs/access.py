"""Which runs a key opens."""

from uuid import UUID

from shifty.database.pool import Database
from shifty.runs.errors import RunNotFound
from shifty.runs.model import Run
from shifty.runs.store import RunStore
from shifty.tenants.model import Caller


async def require_run(db: Database, caller: Caller, run_id: UUID) -> None:
    """Refuse a run of another project than the caller's key is for. Asks nothing for a key that opens all projects.

    Raises:
        RunNotFound: it is another project's, or does not exist; the answer is the same.
    """
    if caller.project is None:
        return
    async with db.connection() as connection:
        if await RunStore(connection, caller.tenant_id, caller.project).get(run_id) is None:
            raise RunNotFound(run_id)


async def run_of(db: Database, caller: Caller, run_id: UUID) -> Run:
    """The run, without its tests.

    Raises:
        RunNotFound: it does not exist, or the caller's key does not open it.
    """
    async with db.connection() as connection:
        run = await RunStore(connection, caller.tenant_id, caller.project).get(run_id)
    if run is None:
        raise RunNotFound(run_id)
    return run
