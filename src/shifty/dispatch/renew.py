"""Keep a lease."""

from datetime import timedelta
from uuid import UUID

from shifty.database.pool import Database
from shifty.dispatch.errors import LeaseLost
from shifty.dispatch.model import Renewal
from shifty.dispatch.store import DispatchStore


async def renew(db: Database, tenant_id: UUID, run_id: UUID, token: UUID, lease_for: timedelta) -> Renewal:
    """Move the end of a lease to ``lease_for`` from now.

    Raises:
        LeaseLost: it has ended, whoever ended it; the batch must be stopped.
    """
    async with db.transaction() as tx:
        cancelled = await DispatchStore(tx, tenant_id, run_id).renew(token, lease_for)
    if cancelled is None:
        raise LeaseLost(token)
    return Renewal(lease_for, cancelled)
