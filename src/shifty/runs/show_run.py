"""Show one run in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shifty.database.pool import Database
from shifty.runs.errors import RunNotFound
from shifty.runs.model import Result, ResultFilter, Run, RunFault, ShardProgress, WorkerProgress
from shifty.runs.store import RunStore
from shifty.web.pagination import Page

EVERY = ResultFilter()


@dataclass(frozen=True)
class RunInFull:
    run: Run
    shards: Sequence[ShardProgress]
    workers: Sequence[WorkerProgress]
    faults: Sequence[RunFault]
    results: Sequence[Result]
    """One page of them."""
    reported: int
    """How many tests have reported, on all pages."""


async def show_run(db: Database, tenant_id: UUID, run_id: UUID, page: Page, only: str | None = None) -> RunInFull:
    """A run, its shards, workers and errors, and a page of its results, all of one moment.

    Raises:
        RunNotFound: this tenant has no such run, or not in the project ``only``.
    """
    async with db.snapshot() as tx:
        runs = RunStore(tx, tenant_id, only)
        run = await runs.get(run_id)
        if run is None:
            raise RunNotFound(run_id)
        ids, reported = await runs.results_in_order(run_id, EVERY, page)
        return RunInFull(
            run=run,
            shards=await runs.shards(run_id),
            workers=await runs.workers(run_id),
            faults=await runs.faults(run_id),
            results=await runs.results(run_id, ids),
            reported=reported,
        )
