"""Say how a run was planned and worked on: its shards, its workers and the first errors that belong to no test."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shifty.database.pool import Database
from shifty.runs.model import RunFault, ShardProgress, WorkerProgress
from shifty.runs.store import RunStore

MOST_FAULTS: Final = 20


@dataclass(frozen=True)
class RunDetails:
    shards: Sequence[ShardProgress]
    workers: Sequence[WorkerProgress]
    faults: Sequence[RunFault]
    """The first few."""


async def details_of(db: Database, tenant_id: UUID, run_id: UUID) -> RunDetails:
    """Of a run that the caller may see."""
    async with db.snapshot() as tx:
        runs = RunStore(tx, tenant_id)
        faults = await runs.faults(run_id)
        return RunDetails(await runs.shards(run_id), await runs.workers(run_id), faults[:MOST_FAULTS])
