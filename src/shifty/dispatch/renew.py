"""Keep a lease."""

from datetime import timedelta
from uuid import UUID

from shifty.database.pool import Database
from shifty.dispatch.errors import LeaseLost
from shifty.dispatch.model import Renewal
from shifty.dispatch.store import DispatchStore
from shifty.runs.errors import RunNotFound


async def renew(db: Database, tenant_id: UUID, run_id: UUID, token: UUID, lease_for: timedelta) -> Renewal:
    """Move the end of a lease to ``lease_for`` from now.

    Raises:
        RunNotFound: this tenant has no such run.
        LeaseLost: it has ended, whoever ended it; the batch must be stopped.
    """
    async with db.transaction() as tx:
        store = DispatchStore(tx, tenant_id, run_id)
        cancelled = await store.renew(token, lease_for)
        if cancelled is None and await store.state() is None:
            raise RunNotFound(run_id)
    if cancelled is None:
        raise LeaseLost(token)
    return Renewal(lease_for, cancelled)
