"""Show what became of one test of a run."""

from dataclasses import dataclass
from uuid import UUID

from shifty.database.pool import Database
from shifty.runs.errors import RunNotFound, TestNotInRun
from shifty.runs.model import ExpectedTest, Result, Run
from shifty.runs.store import RunStore


@dataclass(frozen=True)
class ResultInRun:
    run: Run
    result: Result | ExpectedTest


async def show_result(db: Database, tenant_id: UUID, run_id: UUID, test_id: str, *, only: str | None) -> ResultInRun:
    """One test of a run, with its attempts and artifacts, or as one that has not reported.

    Raises:
        RunNotFound: this tenant has no such run, or not in the project ``only``.
        TestNotInRun: the run has no such test.
    """
    async with db.snapshot() as tx:
        runs = RunStore(tx, tenant_id, only)
        run = await runs.get(run_id)
        if run is None:
            raise RunNotFound(run_id)
        reported = await runs.results(run_id, [test_id])
        result = reported[0] if reported else await runs.expected(run_id, test_id)
    if result is None:
        raise TestNotInRun(run_id, test_id)
    return ResultInRun(run, result)
