"""Take in the runs that have ended: history, then what is concluded from it. One transaction a run.

A project is locked meanwhile. Whoever finds it locked leaves it to who has it, and holds no connection while waiting.
"""

import asyncio
import logging
from collections.abc import Sequence
from time import monotonic
from typing import Final, Literal, TypeAlias
from uuid import UUID
from weakref import WeakKeyDictionary

from psycopg.errors import DeadlockDetected, SerializationFailure

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
SLICE_S: Final = 5.0
"""Then it is looked anew what is due: a run that has just ended comes before all that are taken in again."""
PATIENCE_S: Final = 2.0
"""No more runs are begun for somebody who has asked so long ago."""
LONGEST_WAIT_S: Final = 5.0
"""Whoever asks goes without what is still under way then."""
BUSY_LOOK_S: Final = 0.05
BACKLOG: Final = 50
"""Of a tenant: then nobody waits, and the duty does it: after an upgrade, or when history is taken in anew."""
REST_S: Final = 60.0
"""Before a run that could not be taken in is tried again, by this process."""

_resting: dict[UUID, float] = {}
_asked: WeakKeyDictionary[Database, dict[UUID, asyncio.Task[int]]] = WeakKeyDictionary()
"""By tenant: what is under way for those who ask."""

_Outcome: TypeAlias = Literal["taken", "not due", "busy", "failed"]


async def fold_due(db: Database, tenant_id: UUID | None = None, limit: int = MOST_AT_ONCE) -> int:
    """Take in what is due; how many runs it were. The projects take turns; in each the oldest run comes first.

    ``tenant_id``: only its runs, for as long as somebody who asks may wait, and without those that are taken in again.
    Replicas may do this at the same time: the runs of one project go one after the other. A process that dies leaves
    its run due. One that can't be taken in is logged and rests for a minute; the others go on.

    Raises:
        Unavailable: the database is away.
    """
    if tenant_id:
        return await _asked_for(db, tenant_id)
    return (await _fold_each(db, await _due(db, limit), monotonic() + SLICE_S))[0]


async def fold_run(db: Database, run: DueRun) -> _Outcome:
    """Take a run in. ``busy``: somebody else has its project."""
    async with db.transaction() as tx:
        facts = Facts(tx, run.tenant_id)
        if not await facts.try_lock_project(run.project_id):
            return "busy"
        taken = await facts.take(run.run_id)
        if taken is None:
            return "not due"
        folded = await fold(tx, run.tenant_id, taken)
        refs = await facts.notable_of_run(run.run_id)
        await conclude(tx, run.tenant_id, run.project_id, refs)
        await release_fixed(tx, run.tenant_id, run.project_id, run.run_id)
        await note_day_of(tx, run.tenant_id, run.project_id, taken.ended_at)
        await facts.finish(run.run_id)
    log.debug("run %s taken in: %s", run.run_id, folded)
    return "taken"


async def _asked_for(db: Database, tenant_id: UUID) -> int:
    """All who ask wait for one that does it: however many they are, they take one connection of the pool."""
    tasks = _asked.setdefault(db, {})
    until = monotonic() + LONGEST_WAIT_S
    task = tasks.get(tenant_id)
    if task and not task.done():
        # It may have looked before the run ended that is asked about: then it is done once more.
        await asyncio.wait({task}, timeout=until - monotonic())
        task = tasks.get(tenant_id)
    if task is None or task.done():
        task = tasks[tenant_id] = asyncio.create_task(_fold_of(db, tenant_id))
        task.add_done_callback(lambda done: _forget(tasks, tenant_id, done))
    await asyncio.wait({task}, timeout=max(0.0, until - monotonic()))
    return task.result() if task.done() and not task.cancelled() else 0


def _forget(tasks: dict[UUID, asyncio.Task[int]], tenant_id: UUID, task: asyncio.Task[int]) -> None:
    if tasks.get(tenant_id) is task:
        del tasks[tenant_id]
    if not task.cancelled() and (error := task.exception()):
        log.debug("runs of tenant %s were not taken in for those who asked: %s", tenant_id, error)


async def _fold_of(db: Database, tenant_id: UUID) -> int:
    until = monotonic() + PATIENCE_S
    folded = 0
    while runs := await _due(db, BACKLOG + 1, tenant_id):
        if len(runs) > BACKLOG:
            break
        more, busy = await _fold_each(db, runs, until)
        folded += more
        if not busy or monotonic() > until:
            break
        await asyncio.sleep(BUSY_LOOK_S)
    return folded


async def _due(db: Database, limit: int, tenant_id: UUID | None = None) -> Sequence[DueRun]:
    async with db.connection() as connection:
        runs = await due(connection, limit + len(_resting), tenant_id, again=tenant_id is None)
    return [run for run in runs if not _rests(run.run_id)][:limit]


async def _fold_each(db: Database, runs: Sequence[DueRun], until: float) -> tuple[int, bool]:
    """How many were taken in; whether a project was busy."""
    folded = 0
    busy: set[int] = set()
    for run in runs:
        if monotonic() > until:
            break
        if run.project_id in busy:
            continue
        outcome = await _guarded(db, run)
        folded += outcome == "taken"
        if outcome == "busy":
            busy.add(run.project_id)
    return folded, bool(busy)


def _rests(run_id: UUID) -> bool:
    if monotonic() < _resting.get(run_id, 0.0):
        return True
    _resting.pop(run_id, None)
    return False


async def _guarded(db: Database, run: DueRun) -> _Outcome:
    """A run that can't be taken in must not keep all others from it."""
    try:
        try:
            return await fold_run(db, run)
        except (DeadlockDetected, SerializationFailure):
            # Who was in the way is through now.
            return await fold_run(db, run)
    except (Unavailable, OSError):
        raise
    except Exception:
        _resting[run.run_id] = monotonic() + REST_S
        log.exception("run %s could not be taken in by history; it is tried again in %s s", run.run_id, REST_S)
        return "failed"
