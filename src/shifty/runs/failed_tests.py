"""Which tests of a run are to be run again."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shifty.database.pool import Database
from shifty.runs.errors import RunNotFound
from shifty.runs.model import ReportedTest
from shifty.runs.store import RunStore


@dataclass(frozen=True)
class Unsuccessful:
    """What stands between a run and success, and what would without quarantine."""

    failed: Sequence[ReportedTest]
    """Failed for good: after its last retry."""
    not_run: Sequence[ReportedTest]
    """Planned, and never run; ``reason`` says why. One without a title is a whole file of which no test was known."""
    is_partly_known: bool = False
    """Others never ran either, and nobody has said which."""


async def failed_tests(db: Database, tenant_id: UUID, run_id: UUID, only: str | None = None) -> Unsuccessful:
    """The final failures of a run, and beside them the tests that never ran.

    Raises:
        RunNotFound: this tenant has no such run, or not in the project ``only``.
    """
    async with db.snapshot() as tx:
        runs = RunStore(tx, tenant_id, only)
        if await runs.get(run_id) is None:
            raise RunNotFound(run_id)
        tests = await runs.unsuccessful(run_id)
        unlisted = await runs.unlisted_files(run_id)
        is_partly_known = await runs.is_partly_known(run_id)
    return Unsuccessful(
        failed=[test for test in tests if test.outcome == "failed"],
        not_run=[*(test for test in tests if test.outcome == "notRun"), *map(_whole_file, unlisted)],
        is_partly_known=is_partly_known,
    )


def _whole_file(file: str) -> ReportedTest:
    return ReportedTest(
        test_id="",
        file=file,
        project_name="",
        title_path=(),
        line=None,
        tags=(),
        shard_index=None,
        stage="main",
        outcome="notRun",
        raw_status=None,
        flaky=False,
        healing_attempted=False,
        healed=False,
        quarantined=False,
        reason="not all tests of this file were known when the run ended",
        duration_ms=0,
        retry_count=0,
        error_message=None,
        worker=None,
        started_at=None,
        finished_at=None,
    )
