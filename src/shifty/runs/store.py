"""Every statement of this room."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.rows import class_row

from shifty.database.pool import Transaction
from shifty.database.queries import load_queries
from shifty.runs.ledger import Ledger
from shifty.runs.model import (
    Conclusion,
    DetailedTest,
    EndedRun,
    ExpectedTest,
    HealingVerdict,
    KnownNames,
    Origin,
    ReportedTest,
    Result,
    ResultFilter,
    Run,
    RunFault,
    RunFilter,
    ShardProgress,
    Status,
    TestArtifact,
    WorkerProgress,
)
from shifty.web.pagination import Page

QUERIES = load_queries("shifty.runs")


@dataclass(frozen=True)
class _RunRow:
    id: UUID
    tenant_id: UUID
    project: str
    origin: Origin
    status: Status
    conclusion: Conclusion | None
    failure_reason: str | None
    branch: str | None
    commit_sha: str | None
    ci_build_id: str | None
    actor: str | None
    metadata: Mapping[str, object]
    worker_count: int
    shard_strategy: str
    rerun_of: UUID | None
    total_tests: int
    passed_tests: int
    failed_tests: int
    flaky_tests: int
    quarantined_tests: int
    healed_tests: int
    healing_verdict: HealingVerdict
    skipped_tests: int
    not_run_tests: int
    test_duration_ms: int
    version: int
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    duration: timedelta | None

    def noun(self) -> Run:
        return Run(
            id=self.id,
            tenant_id=self.tenant_id,
            project=self.project,
            origin=self.origin,
            status=self.status,
            conclusion=self.conclusion,
            failure_reason=self.failure_reason,
            branch=self.branch,
            commit_sha=self.commit_sha,
            ci_build_id=self.ci_build_id,
            actor=self.actor,
            metadata=self.metadata,
            worker_count=self.worker_count,
            shard_strategy=self.shard_strategy,
            rerun_of=self.rerun_of,
            ledger=Ledger(
                total=self.total_tests,
                passed=self.passed_tests,
                failed=self.failed_tests,
                flaky=self.flaky_tests,
                skipped=self.skipped_tests,
                not_run=self.not_run_tests,
            ),
            quarantined_tests=self.quarantined_tests,
            healed_tests=self.healed_tests,
            healing_verdict=self.healing_verdict,
            test_duration=timedelta(milliseconds=self.test_duration_ms),
            duration=self.duration,
            version=self.version,
            created_at=self.created_at,
            started_at=self.started_at,
            completed_at=self.completed_at,
        )


class RunStore:
    """The runs of one tenant, or of one project of it."""

    def __init__(self, tx: Transaction, tenant_id: UUID, project: str | None = None) -> None:
        self._tx = tx
        self._tenant_id = tenant_id
        self._only = project

    async def get(self, run_id: UUID) -> Run | None:
        async with self._tx.cursor(row_factory=class_row(_RunRow)) as cursor:
            await cursor.execute(QUERIES["get_run"], {**self._of(run_id), "only": self._only})
            row = await cursor.fetchone()
        return row.noun() if row else None

    async def page(self, wanted: RunFilter, page: Page) -> list[Run]:
        """Newest first; of their metadata, which can be large, with what lists show."""
        async with self._tx.cursor(row_factory=class_row(_RunRow)) as cursor:
            await cursor.execute(QUERIES["list_runs"], {**self._matching(wanted), **_bounds(page)})
            return [row.noun() for row in await cursor.fetchall()]

    async def count(self, wanted: RunFilter) -> int:
        return await self._number("count_runs", self._matching(wanted))

    async def ended(self, wanted: RunFilter, limit: int) -> list[EndedRun]:
        """Those of the newest that came to a verdict, newest first."""
        async with self._tx.cursor(row_factory=class_row(EndedRun)) as cursor:
            await cursor.execute(QUERIES["ended_runs"], {**self._matching(wanted), "limit": limit})
            return await cursor.fetchall()

    async def known_names(self, most_runs: int, most: int) -> KnownNames:
        """At most ``most`` of each, as the newest ``most_runs`` runs have them."""
        bounds = {"tenant_id": self._tenant_id, "only": self._only, "most_runs": most_runs, "most": most}
        async with self._tx.cursor(row_factory=class_row(KnownNames)) as cursor:
            await cursor.execute(QUERIES["known_names"], bounds)
            row = await cursor.fetchone()
        assert row is not None
        return row

    async def results_in_order(
        self, run_id: UUID, wanted: ResultFilter, page: Page | None = None
    ) -> tuple[list[str], int]:
        """Ids of the tests that have reported, in the order of the suite, and the number of all; no page: all ids."""
        bounds = _bounds(page) if page else {"limit": None, "offset": 0}
        parameters = {**self._of(run_id), **vars(wanted)}
        cursor = await self._tx.execute(QUERIES["results_in_order"], {**parameters, **bounds})
        rows = await cursor.fetchall()
        if not rows and page and page.offset:
            return [], await self._number("count_results", parameters)
        return [row[0] for row in rows], rows[0][1] if rows else 0

    async def results(self, run_id: UUID, test_ids: Sequence[str]) -> list[Result]:
        """The results of these tests, in this order, with their artifacts."""
        parameters = {**self._of(run_id), "test_ids": list(test_ids)}
        async with self._tx.cursor(row_factory=class_row(DetailedTest)) as cursor:
            await cursor.execute(QUERIES["results_by_id"], parameters)
            tests = await cursor.fetchall()
        artifacts: defaultdict[str, list[TestArtifact]] = defaultdict(list)
        async with self._tx.cursor(row_factory=class_row(TestArtifact)) as cursor:
            await cursor.execute(QUERIES["artifacts_of_tests"], parameters)
            for artifact in await cursor.fetchall():
                artifacts[artifact.test_id].append(artifact)
        return [Result(test, artifacts.get(test.test_id, ())) for test in tests]

    async def expected(self, run_id: UUID, test_id: str) -> ExpectedTest | None:
        """A test that is known and has not reported."""
        async with self._tx.cursor(row_factory=class_row(ExpectedTest)) as cursor:
            await cursor.execute(QUERIES["expected_test"], {**self._of(run_id), "test_id": test_id})
            return await cursor.fetchone()

    async def unsuccessful(self, run_id: UUID) -> list[ReportedTest]:
        """Tests that failed for good, and tests that never ran, in the order of the suite."""
        async with self._tx.cursor(row_factory=class_row(ReportedTest)) as cursor:
            await cursor.execute(QUERIES["unsuccessful_tests"], self._of(run_id))
            return await cursor.fetchall()

    async def unlisted_files(self, run_id: UUID) -> list[str]:
        """Files of a run that has ended of which not every test is known."""
        cursor = await self._tx.execute(QUERIES["unlisted_files"], self._of(run_id))
        return [row[0] for row in await cursor.fetchall()]

    async def is_partly_known(self, run_id: UUID) -> bool:
        """It has ended, tests of it never ran, and nobody has said which."""
        cursor = await self._tx.execute(QUERIES["is_partly_known"], self._of(run_id))
        row: Sequence[bool] | None = await cursor.fetchone()
        return bool(row and row[0])

    async def faults(self, run_id: UUID) -> list[RunFault]:
        """Errors that belong to no test, oldest first."""
        async with self._tx.cursor(row_factory=class_row(RunFault)) as cursor:
            await cursor.execute(QUERIES["run_errors"], self._of(run_id))
            return await cursor.fetchall()

    async def shards(self, run_id: UUID) -> list[ShardProgress]:
        async with self._tx.cursor(row_factory=class_row(ShardProgress)) as cursor:
            await cursor.execute(QUERIES["shards_of_run"], self._of(run_id))
            return await cursor.fetchall()

    async def workers(self, run_id: UUID) -> list[WorkerProgress]:
        async with self._tx.cursor(row_factory=class_row(WorkerProgress)) as cursor:
            await cursor.execute(QUERIES["workers_of_run"], self._of(run_id))
            return await cursor.fetchall()

    def _of(self, run_id: UUID) -> dict[str, object]:
        return {"run_id": run_id, "tenant_id": self._tenant_id}

    def _matching(self, wanted: RunFilter) -> dict[str, object]:
        return {
            "tenant_id": self._tenant_id,
            "only": self._only,
            "project": wanted.project,
            "branch": wanted.branch,
            "status": wanted.status,
            "ci_build_id": wanted.ci_build_id,
            "commit_sha": wanted.commit_sha,
            "actor": wanted.actor,
            "search": wanted.search,
            "rerun_of": wanted.rerun_of,
            "created_from": wanted.created_from,
            "created_until": wanted.created_until,
        }

    async def _number(self, query: str, parameters: Mapping[str, object]) -> int:
        cursor = await self._tx.execute(QUERIES[query], parameters)
        row: Sequence[int] | None = await cursor.fetchone()
        return row[0] if row else 0


def _bounds(page: Page) -> dict[str, object]:
    return {"limit": page.limit, "offset": page.offset}
