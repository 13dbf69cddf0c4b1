"""Take in the runs that have ended: history, then what is concluded from it. One transaction a run."""

import logging
from time import monotonic
from typing import Final
from uuid import UUID

from shifty.database.pool import Database
from shifty.errors import Unavailable
from shifty.flakiness.conclude import conclude
from shifty.flakiness.days import note_day_of
from shifty.flakiness.release_fixed import release_fixed
from shifty.history.facts import Facts, due
from shifty.history.fold import fold
from shifty.history.model import DueRun

log = logging.getLogger(__name__)

FOLD_EVERY_S: Final = 1.0
MOST_AT_ONCE: Final = 200
PATIENCE_S: Final = 2.0
"""Whoever asks a question waits so long for runs that have just ended."""
BACKLOG: Final = 50
"""Of a tenant: then nobody waits, and the duty does it: after an upgrade, or when history is taken in anew."""
REST_S: Final = 60.0
"""Before a run that could not be taken in is tried again, by this process."""

_resting: dict[UUID, float] = {}


async def fold_due(db: Database, tenant_id: UUID | None = None, limit: int = MOST_AT_ONCE) -> int:
    """Take in what is due, oldest first; how many runs it were.

    ``tenant_id``: only its runs, for as long as somebody who asks may wait. Replicas may do this at the same time: the
    runs of one project go one after the other. A process that dies leaves its run due. One that can't be taken in is
    logged and rests for a minute; the others go on.

    Raises:
        Unavailable: the database is away.
    """
    until = monotonic() + PATIENCE_S
    async with db.connection() as connection:
        runs = await due(connection, limit + len(_resting), tenant_id)
    runs = [run for run in runs if not _rests(run.run_id)][:limit]
    if tenant_id and len(runs) > BACKLOG:
        return 0
    folded = 0
    for run in runs:
        if tenant_id and monotonic() > until:
            break
        folded += await _guarded(db, run)
    return folded


async def fold_run(db: Database, run: DueRun) -> bool:
    """Take a run in; whether it was still to do."""
    async with db.transaction() as tx:
        facts = Facts(tx, run.tenant_id)
        await facts.lock_project(run.project_id)
        taken = await facts.take(run.run_id)
        if taken is None:
            return False
        folded = await fold(tx, run.tenant_id, taken)
        refs = await facts.notable_of_run(run.run_id)
        await conclude(tx, run.tenant_id, run.project_id, refs)
        await release_fixed(tx, run.tenant_id, run.project_id, run.run_id)
        await note_day_of(tx, run.tenant_id, run.project_id, taken.ended_at)
        await facts.finish(run.run_id)
    log.debug("run %s taken in: %s", run.run_id, folded)
    return True


def _rests(run_id: UUID) -> bool:
    if monotonic() < _resting.get(run_id, 0.0):
        return True
    _resting.pop(run_id, None)
    return False


async def _guarded(db: Database, run: DueRun) -> bool:
    """A run that can't be taken in must not keep all others from it."""
    try:
        return await fold_run(db, run)
    except (Unavailable, OSError):
        raise
    except Exception:
        _resting[run.run_id] = monotonic() + REST_S
        log.exception("run %s could not be taken in by history; it is tried again in %s s", run.run_id, REST_S)
        return False
