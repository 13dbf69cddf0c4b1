"""Nouns: run, its counts, its shards and workers, and what its tests came to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal, TypeAlias
from uuid import UUID

from shifty.runs.ledger import Ledger
from shifty.wire import Outcome

Status: TypeAlias = Literal["pending", "running", "completed", "failed", "cancelled"]
Conclusion: TypeAlias = Literal["passed", "failed", "flaky", "cancelled", "timedOut"]
HealingVerdict: TypeAlias = Literal["report", "warn", "fail"]
"""What healed tests do to a run: ``report`` and ``warn``: nothing; ``fail``: they have failed."""
Origin: TypeAlias = Literal["orchestrated", "reported"]
ResultStatus: TypeAlias = Literal["all", "passed", "failed", "skipped", "notRun", "flaky", "healed", "quarantined"]
StatusFilter: TypeAlias = Literal["all", "pending", "running", "completed", "failed", "cancelled", "passed", "flaky"]


@dataclass(frozen=True, kw_only=True)
class Run:
    id: UUID
    tenant_id: UUID
    project: str
    origin: Origin
    status: Status
    conclusion: Conclusion | None
    """None until the run ends."""
    failure_reason: str | None
    branch: str | None
    commit_sha: str | None
    ci_build_id: str | None
    actor: str | None
    metadata: Mapping[str, object]
    """In lists only what they show of it: it can be large."""
    worker_count: int
    shard_strategy: str
    rerun_of: UUID | None
    """The run of which this one repeats what failed or never ran."""
    ledger: Ledger
    quarantined_tests: int
    """Failed or not run, and excused."""
    healed_tests: int
    """Passed with a healed locator, or would have under another healing verdict."""
    healing_verdict: HealingVerdict
    """Its own, else its project's."""
    test_duration: timedelta
    """Of all tests together, as if one had run after the other."""
    duration: timedelta | None
    """Wall time from the first worker or report to the end, or to now; None before."""
    version: int
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None

    @property
    def is_over(self) -> bool:
        return self.status in ("completed", "failed", "cancelled")

    @property
    def commit_message(self) -> str | None:
        """What the commit is called, as far as the client has said."""
        return self._told("commit_message")

    @property
    def ci_url(self) -> str | None:
        """Where the CI shows the build. Whoever has sent it may have put anything there."""
        return self._told("ci_url")

    def _told(self, name: str) -> str | None:
        value = self.metadata.get(name)
        return value if isinstance(value, str) and value else None


@dataclass(frozen=True, kw_only=True)
class EndedRun:
    """A run as one of a trend."""

    id: UUID
    project: str
    branch: str | None
    commit_sha: str | None
    conclusion: Conclusion
    total_tests: int
    passed_tests: int
    failed_tests: int
    flaky_tests: int
    skipped_tests: int
    duration: timedelta | None
    created_at: datetime
    completed_at: datetime

    @property
    def pass_rate(self) -> float | None:
        """Percent of the tests that were not skipped; None: there was none."""
        counted = self.total_tests - self.skipped_tests
        return 100 * self.passed_tests / counted if counted > 0 else None


@dataclass(frozen=True)
class KnownNames:
    """What runs can be filtered by."""

    projects: Sequence[str]
    """By name."""
    branches: Sequence[str]
    """That of the newest run first, as are the actors."""
    actors: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class RunFilter:
    """Which runs of a tenant are wanted. None does not filter."""

    project: str | None = None
    branch: str | None = None
    status: StatusFilter = "all"
    """``passed``: completed without failures but those in quarantine. ``failed``: could not be completed, or a test has
    failed that is not in quarantine."""
    ci_build_id: str | None = None
    commit_sha: str | None = None
    actor: str | None = None
    search: str | None = None
    """Part of branch, commit, title of the commit, CI build or actor, in any case; or how the run's id begins."""
    rerun_of: UUID | None = None
    created_from: datetime | None = None
    created_until: datetime | None = None
    """Not included."""


@dataclass(frozen=True, kw_only=True)
class ResultFilter:
    """Which results of a run are wanted. None does not filter."""

    status: ResultStatus = "all"
    file: str | None = None
    search: str | None = None
    """Part of a title or of the file's path, in any case."""


@dataclass(frozen=True, kw_only=True)
class ReportedTest:
    """What became of one test."""

    test_id: str
    file: str
    project_name: str
    title_path: Sequence[str]
    line: int | None
    tags: Sequence[str]
    shard_index: int | None
    stage: str
    outcome: Outcome
    raw_status: str | None
    flaky: bool
    healing_attempted: bool
    healed: bool
    quarantined: bool
    """It failed or was not run, and is excused."""
    reason: str | None
    duration_ms: int
    retry_count: int
    error_message: str | None
    worker: str | None
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def title(self) -> str:
        return self.title_path[-1] if self.title_path else ""


@dataclass(frozen=True, kw_only=True)
class ExpectedTest:
    """A test that has not reported yet."""

    test_id: str
    file: str
    project_name: str
    title_path: Sequence[str]
    line: int | None
    tags: Sequence[str]
    worker: str | None
    running_since: datetime | None
    """None: it waits."""

    @property
    def title(self) -> str:
        return self.title_path[-1] if self.title_path else ""


@dataclass(frozen=True, kw_only=True)
class DetailedTest(ReportedTest):
    quarantine: Mapping[str, object] | None
    """The rule that excuses it: the fields of ``wire_tests.ExcusedBy``."""
    attempts: str
    """JSON, as they were reported: the fields of ``wire.Attempt`` that are not at their default."""


@dataclass(frozen=True, kw_only=True)
class TestArtifact:
    """An artifact of a test that can be fetched. ``attempt`` is Playwright's retry; None: the uploader gave none."""

    __test__: ClassVar[bool] = False

    test_id: str
    id: UUID
    type: str
    name: str
    size_bytes: int
    attempt: int | None


@dataclass(frozen=True)
class Result:
    """What became of a test, and its artifacts, oldest first."""

    test: DetailedTest
    artifacts: Sequence[TestArtifact] = ()

    @property
    def trace(self) -> TestArtifact | None:
        """The newest trace of the last attempt that has one."""
        traces = [(self._attempt(each), place) for place, each in enumerate(self.artifacts) if each.type == "trace"]
        return self.artifacts[max(traces)[1]] if traces else None

    def _attempt(self, artifact: TestArtifact) -> int:
        return self.test.retry_count if artifact.attempt is None else artifact.attempt


@dataclass(frozen=True, kw_only=True)
class RunFault:
    """An error that belongs to no test; ``error`` holds the fields of ``wire.TestError``."""

    file: str | None
    error: Mapping[str, object]
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class ShardProgress:
    index: int
    state: str
    test_count: int
    estimated_ms: int
    done: int
    worker_id: UUID | None
    worker_name: str | None
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class WorkerProgress:
    id: UUID
    name: str
    shard_index: int | None
    predicted_ms: int
    busy_ms: int
    tests_run: int
    batches: int
    overhead_ms: int | None
    joined_at: datetime
    last_seen_at: datetime
    left_at: datetime | None
