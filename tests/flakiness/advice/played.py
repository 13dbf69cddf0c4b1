"""Runs that have been played through, with history folded: what advice is made from."""

from collections.abc import Callable, Sequence
from uuid import UUID

import msgspec

from shifty.database.pool import Database
from shifty.dispatch.model import Lease
from shifty.flakiness.fold_runs import fold_due
from shifty.orchestration.request import RunRequest
from shifty.orchestration.start import start_run
from shifty.results.store import RunKey
from shifty.wire import Attempt, PlannedTest, TestError, TestResult
from tests.support.runs import HandWorker, leased_tests, result

Change = Callable[[TestResult], TestResult]


def taking(seconds: Callable[[str], float]) -> Change:
    """Tests that pass, after as long as ``seconds`` says of their file."""
    return lambda told: msgspec.structs.replace(told, duration_ms=round(1000 * seconds(told.test_file)))


def retried(told: TestResult) -> TestResult:
    """It failed after 8 s, and passed after 2."""
    return msgspec.structs.replace(
        told,
        duration_ms=2000,
        retry_count=1,
        attempts=[
            Attempt(attempt=0, status="failed", duration_ms=8000, errors=[TestError(message="Error: it is Tuesday")]),
            Attempt(attempt=1, status="passed", duration_ms=2000),
        ],
    )


def failed_twice(told: TestResult) -> TestResult:
    """It failed after 5 s, and again after 5."""
    errors = [TestError(message="Error: expected 1, was 2")]
    attempts = [Attempt(attempt=number, status="failed", duration_ms=5000, errors=errors) for number in (0, 1)]
    return msgspec.structs.replace(told, status="failed", duration_ms=5000, retry_count=1, attempts=attempts)


async def play(
    db: Database,
    tenant_id: UUID,
    tests: Sequence[PlannedTest],
    change: Change = lambda told: told,
    *,
    branch: str | None = "main",
    workers: int = 2,
) -> UUID:
    """A run of project ``shop`` in which each test reports what ``change`` makes of a pass, to its end."""
    files = tuple(dict.fromkeys(test.test_file for test in tests))
    request = RunRequest(files, workers=workers, project="shop", branch=branch, tests=tuple(tests))
    key = RunKey((await start_run(db, tenant_id, request)).run_id, tenant_id)
    crew = [HandWorker(db, key, f"w{number}") for number in range(workers)]
    while held := [(worker, lease) for worker in crew if isinstance(lease := await worker.claim(), Lease)]:
        for worker, lease in held:
            await worker.report(lease, [change(result(item, test)) for item, test in leased_tests(lease)])
            await worker.finish(lease)
    await fold_due(db, tenant_id)
    return key.run_id
