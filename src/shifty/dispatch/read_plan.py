"""Read which tests were planned for which shard."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from shifty.database.pool import Database
from shifty.dispatch.store import DispatchStore
from shifty.runs.errors import RunNotFound


async def plan_of(db: Database, tenant_id: UUID, run_id: UUID) -> Mapping[int, Sequence[str]]:
    """Shard → test ids. Leases come and go; this stays, so that a machine that starts again takes the same tests.

    Raises:
        RunNotFound: this tenant has no such run.
    """
    async with db.transaction() as tx:
        store = DispatchStore(tx, tenant_id, run_id)
        if await store.state() is None:
            raise RunNotFound(run_id)
        return await store.plan()
