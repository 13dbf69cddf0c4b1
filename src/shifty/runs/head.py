"""Say of a run what stands above each of its pages: how it stands, and how much there is to see of what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from shifty.database.pool import Database
from shifty.runs.errors import RunNotFound
from shifty.runs.head_store import HeadStore
from shifty.runs.model import Run
from shifty.runs.store import RunStore


@dataclass(frozen=True, kw_only=True)
class RunHead:
    run: Run
    closed: bool
    """For good: of a cancelled run, the tests that were running have ended."""
    healing: int
    """Tests with a broken locator."""
    drifts: int
    artifacts: int
    faults: int
    """Errors that belong to no test."""
    lost_shards: int
    workers: int
    given_up_at: datetime
    """When a run that nobody takes up ends."""
    excused_failed: int
    """Of the failed tests, those in quarantine; the rest of ``run.quarantined_tests`` was not run."""
    new_failures: int | None
    """Of those that count, the ones that did not fail the last time; None: nothing to compare with, or too many."""

    @property
    def failed(self) -> int:
        """Tests that the run fails for."""
        return self.run.ledger.failed - self.excused_failed

    @property
    def excused_not_run(self) -> int:
        return self.run.quarantined_tests - self.excused_failed


NOTHING_NEW: Final = 0


async def head_of_run(db: Database, tenant_id: UUID, run_id: UUID, only: str | None = None) -> RunHead:
    """All of one moment.

    Raises:
        RunNotFound: this tenant has no such run, or not in the project ``only``.
    """
    async with db.snapshot() as tx:
        run = await RunStore(tx, tenant_id, only).get(run_id)
        if run is None:
            raise RunNotFound(run_id)
        store = HeadStore(tx, tenant_id)
        counted = await store.head(run_id)
        new = await store.new_failures(run_id) if run.ledger.failed else NOTHING_NEW
    return RunHead(
        run=run,
        closed=counted.closed,
        healing=counted.healing,
        drifts=counted.drifts,
        artifacts=counted.artifacts,
        faults=counted.faults,
        lost_shards=counted.lost_shards,
        workers=counted.workers,
        given_up_at=counted.given_up_at,
        excused_failed=counted.excused_failed,
        new_failures=new,
    )
