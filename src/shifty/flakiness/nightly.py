"""The nightly look: everything is concluded anew, on one replica."""

import logging
from typing import Final
from uuid import UUID

from shifty.database.pool import Database
from shifty.errors import Unavailable
from shifty.flakiness.conclude import conclude, portions
from shifty.flakiness.days import note_today
from shifty.flakiness.release_fixed import release_fixed
from shifty.flakiness.store import AssessmentStore, end_night, night_is_due, projects
from shifty.history.facts import Facts

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 60.0


async def look_again_once_a_day(db: Database) -> bool:
    """Look again if nobody has today, by the database's clock in UTC; whether it was done.

    One replica does it, the others see the lock and go on. A process that dies in between leaves it to another.

    Raises:
        Unavailable: the database is away.
    """
    async with db.transaction() as night:
        if not await night_is_due(night):
            return False
        await look_again(db)
        await end_night(night)
    return True


async def look_again(db: Database, tenant_id: UUID | None = None) -> None:
    """Conclude anew what is to be said of every test of a tenant, or of all tenants, and note how the day stands.

    What the ends of runs have concluded comes out the same, but for what has grown too old since to count.

    Raises:
        Unavailable: the database is away.
    """
    async with db.connection() as connection:
        known = await projects(connection, tenant_id)
    for owner, project_id in known:
        try:
            await _look_at(db, owner, project_id)
        except (Unavailable, OSError):
            raise
        except Exception:
            log.exception("project %s could not be looked at again; the others are", project_id)


async def _look_at(db: Database, tenant_id: UUID, project_id: int) -> None:
    async with db.connection() as connection:
        refs = await AssessmentStore(connection, tenant_id).notable(project_id)
    # A transaction for each portion: runs that end meanwhile wait for one of them, and not for all.
    for some in portions(refs):
        async with db.transaction() as tx:
            await Facts(tx, tenant_id).lock_project(project_id)
            await conclude(tx, tenant_id, project_id, some)
    async with db.transaction() as tx:
        await Facts(tx, tenant_id).lock_project(project_id)
        await release_fixed(tx, tenant_id, project_id)
        await note_today(tx, tenant_id, project_id)
