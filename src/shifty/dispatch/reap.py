"""Find leases that nobody renews any more."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from shifty.database.pool import Database
from shifty.dispatch.store import QUERIES


class Expired(NamedTuple):
    token: UUID
    run_id: UUID
    tenant_id: UUID


async def find_expired(db: Database, lease_for: timedelta) -> list[Expired]:
    """Leases that have run out. The caller settles each in a transaction of its own, and looks again there.

    When no server has looked for half a lease, none could be renewed either: then all get a fresh term and none is
    expired, so that an outage of the server blames no worker and no test.
    """
    async with db.transaction() as tx:
        cursor = await tx.execute(QUERIES["look_for_expired"])
        row = await cursor.fetchone()
        assert row is not None
        if row[0] > lease_for.total_seconds() / 2:
            await tx.execute(QUERIES["give_fresh_term"], {"lease_for": lease_for})
            return []
        cursor = await tx.execute(QUERIES["expired_leases"])
        return [Expired(*found) for found in await cursor.fetchall()]
