"""What time brings about: leases that ran out, runs that nobody works on, runs whose close was cut short."""

import logging
from collections.abc import Awaitable
from datetime import timedelta
from uuid import UUID

from shifty.database.pool import Database
from shifty.dispatch.errors import LeaseLost
from shifty.dispatch.reap import Expired, find_expired
from shifty.dispatch.settle import settle
from shifty.dispatch.store import DispatchStore
from shifty.errors import Unavailable
from shifty.orchestration.close import close, close_if_done, give_up
from shifty.orchestration.finish import record_settled
from shifty.orchestration.store import QUERIES
from shifty.results.store import RunKey

log = logging.getLogger(__name__)


async def reap(db: Database, lease_for: timedelta) -> set[UUID]:
    """One look; the runs that it changed. Each lease and each run has a transaction of its own, so that a process that
    dies in between leaves the rest for the next look."""
    changed: set[UUID] = set()
    for expired in await find_expired(db, lease_for):
        if await _guarded(_lose(db, expired), expired.run_id):
            changed.add(expired.run_id)
    async with db.connection() as connection:
        cursor = await connection.execute(QUERIES["runs_to_close"])
        due = [(RunKey(row[0], row[1]), row[2]) for row in await cursor.fetchall() if row[2]]
    for key, why in due:
        if await _guarded(close(db, key) if why == "done" else give_up(db, key, why), key.run_id):
            log.info("run %s closed: %s", key.run_id, why)
            changed.add(key.run_id)
    return changed


async def _guarded(duty: Awaitable[bool], run_id: UUID) -> bool:
    """A run that can't be looked after must not keep all others from it."""
    try:
        return await duty
    except (Unavailable, OSError):
        raise
    except Exception:
        log.exception("run %s could not be looked after; the next look tries again", run_id)
        return False


async def _lose(db: Database, expired: Expired) -> bool:
    key = RunKey(expired.run_id, expired.tenant_id)
    async with db.transaction() as tx:
        dispatch = DispatchStore(tx, key.tenant_id, key.run_id)
        await dispatch.lock()
        if not await dispatch.still_expired(expired.token):
            return False
        try:
            settled = await settle(tx, key.tenant_id, key.run_id, expired.token, "lost")
        except LeaseLost:
            return False
        await record_settled(tx, key, settled)
        await close_if_done(tx, key)
    log.warning("a lease of run %s was lost; its tests wait again", key.run_id)
    return True
