"""Runs to test with: a suite on paper, workers that report by hand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from shifty.database.pool import Database
from shifty.dispatch.claim import Claim, claim
from shifty.dispatch.model import Claimant, Lease, LeasedItem, LeasedTest
from shifty.dispatch.settle import Ending
from shifty.orchestration.finish import finish_lease
from shifty.orchestration.request import RunRequest
from shifty.orchestration.start import start_run
from shifty.results.ingest import Report, Stored, ingest
from shifty.results.store import RunKey
from shifty.wire import PlannedTest, TestBatch, TestBatchMessage, TestResult, TestStart, TestStartMessage

HALF_A_MINUTE = timedelta(seconds=30)


def suite(files: int, tests_each: int = 1, *, parallel: bool = False) -> tuple[PlannedTest, ...]:
    """Tests as a client that has listed its suite would send them."""
    return tuple(
        PlannedTest(
            test_file=f"tests/{number:03}.spec.ts",
            test_name=f"test {test}",
            title_path=["suite", f"test {test}"],
            project_name="chromium",
            parallel=parallel,
        )
        for number in range(files)
        for test in range(tests_each)
    )


async def start(db: Database, tenant_id: UUID, tests: Sequence[PlannedTest], workers: int = 2) -> RunKey:
    files = tuple(dict.fromkeys(test.test_file for test in tests))
    started = await start_run(db, tenant_id, RunRequest(files, workers=workers, project="shop", tests=tuple(tests)))
    return RunKey(started.run_id, tenant_id)


async def start_files(db: Database, tenant_id: UUID, files: Sequence[str], workers: int = 2) -> RunKey:
    """A run of a client that knows its files only."""
    started = await start_run(db, tenant_id, RunRequest(tuple(files), workers=workers, project="shop"))
    return RunKey(started.run_id, tenant_id)


def result(item: LeasedItem, test: LeasedTest, status: str = "passed", **fields: object) -> TestResult:
    return TestResult(
        test_file=item.file,
        test_name=test.title_path[-1],
        title_path=list(test.title_path),
        project_name=test.project_name,
        status=status,  # pyright: ignore[reportArgumentType]  # tests name statuses as they are on the wire
        duration_ms=100,
        **fields,  # pyright: ignore[reportArgumentType]  # any field of a result
    )


@dataclass
class HandWorker:
    """A worker without a machine: it claims and reports when the test says so."""

    db: Database
    key: RunKey
    name: str = "w"
    id: UUID = field(default_factory=uuid4)

    async def claim(self, lease_for: timedelta = HALF_A_MINUTE) -> Claim:
        return await claim(self.db, self.key.tenant_id, self.key.run_id, Claimant(self.id, self.name), lease_for)

    async def lease(self, lease_for: timedelta = HALF_A_MINUTE) -> Lease:
        answer = await self.claim(lease_for)
        assert isinstance(answer, Lease), answer
        return answer

    async def report(self, lease: Lease, results: Iterable[TestResult]) -> Stored:
        batch = TestBatchMessage(payload=TestBatch(results=list(results), lease=str(lease.token)))
        return await ingest(self.db, [Report(self.key, [batch])])

    async def begin(self, lease: Lease, item: LeasedItem, test: LeasedTest) -> None:
        started = TestStart(
            test_file=item.file,
            test_name=test.title_path[-1],
            title_path=list(test.title_path),
            project_name=test.project_name,
            lease=str(lease.token),
        )
        await ingest(self.db, [Report(self.key, [TestStartMessage(payload=started)])])

    async def pass_all(self, lease: Lease) -> None:
        await self.report(lease, [result(item, test) for item, test in leased_tests(lease)])

    async def finish(
        self,
        lease: Lease,
        ending: Ending = "finished",
        not_run: Sequence[tuple[str, str]] = (),
        crashed: Sequence[str] = (),
    ) -> None:
        await finish_lease(self.db, self.key, lease.token, ending, not_run, crashed)


def leased_tests(lease: Lease) -> list[tuple[LeasedItem, LeasedTest]]:
    return [(item, test) for item in lease.items for test in item.tests or ()]


@dataclass(frozen=True)
class Ledger:
    status: str
    conclusion: str | None
    total: int
    passed: int
    failed: int
    skipped: int
    not_run: int
    flaky: int
    failure_reason: str | None

    @property
    def is_whole(self) -> bool:
        return self.passed + self.failed + self.skipped + self.not_run == self.total


async def ledger(db: Database, key: RunKey) -> Ledger:
    async with db.connection() as connection:
        cursor = await connection.execute(
            "select status, conclusion, total_tests, passed_tests, failed_tests, skipped_tests, not_run_tests,"
            " flaky_tests, failure_reason from runs where id = %s",
            (key.run_id,),
        )
        row = await cursor.fetchone()
    assert row is not None
    return Ledger(*row)


async def let_expire(db: Database, lease: Lease) -> None:
    """The lease's time is over, as if its worker had been silent for as long."""
    async with db.connection() as connection:
        await connection.execute(
            "update leases set expires_at = now() - interval '1 second' where token = %s", (lease.token,)
        )
        await connection.execute("update reaper set ran_at = now()")
