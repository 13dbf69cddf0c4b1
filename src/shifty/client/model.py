"""Nouns of the client: what workers are told, and how runs stand."""

from datetime import datetime
from typing import Literal, TypeAlias

from shifty.client.account import Address as Address
from shifty.client.answer import Answer
from shifty.client.attempts import ErrorInFull as ErrorInFull
from shifty.client.attempts import Excuse as Excuse
from shifty.client.attempts import Place as Place
from shifty.client.attempts import Result as Result

RunStatus: TypeAlias = Literal["pending", "running", "completed", "failed", "cancelled"]
Conclusion: TypeAlias = Literal["passed", "failed", "flaky", "cancelled", "timedOut"]

OPEN: frozenset[RunStatus] = frozenset({"pending", "running"})


class TestToRun(Answer, kw_only=True, frozen=True):
    test_id: str
    title_path: list[str]
    project_name: str = ""
    line: int | None = None
    repeat: int = 0


class ItemToRun(Answer, kw_only=True, frozen=True):
    id: int
    file: str
    project_name: str | None = None
    tests: list[TestToRun] | None = None


class Lease(Answer, tag_field="kind", tag="lease", kw_only=True, frozen=True):
    run_id: str
    token: str
    seq: int
    expires_in_ms: int
    shard_index: int | None = None
    total_shards: int | None = None
    predicted_ms: int = 0
    project: str | None = None
    items: list[ItemToRun] = []


class Idle(Answer, tag_field="kind", tag="idle", kw_only=True, frozen=True):
    """``reason`` says why there is nothing where that is more than "others have it all"."""

    retry_after_ms: int = 500
    reason: str | None = None


class Drained(Answer, tag_field="kind", tag="drained", kw_only=True, frozen=True):
    pass


Claim: TypeAlias = Lease | Idle | Drained


class Renewal(Answer, kw_only=True, frozen=True):
    expires_in_ms: int
    cancelled: bool = False


class MessageError(Answer, kw_only=True, frozen=True):
    index: int
    code: str
    error: str


class Acknowledged(Answer, kw_only=True, frozen=True):
    acked: int = 0
    errors: list[MessageError] = []


class Warned(Answer, kw_only=True, frozen=True):
    code: str
    message: str = ""


class PlannedShard(Answer, kw_only=True, frozen=True):
    index: int
    test_count: int = 0
    estimated_duration: int = 0


class Orchestrated(Answer, kw_only=True, frozen=True):
    run_id: str
    status: RunStatus
    worker_count: int
    total_tests: int
    total_files: int = 0
    shards: list[PlannedShard] = []
    warnings: list[Warned] = []
    recommended_worker_count: int | None = None
    is_new_run: bool = True
    rerun_of: str | None = None


class ShardProgress(Answer, kw_only=True, frozen=True):
    index: int
    status: str = ""
    test_count: int = 0
    estimated_duration: int = 0
    done: int = 0
    worker_id: str | None = None
    worker_name: str | None = None


class WorkerProgress(Answer, kw_only=True, frozen=True):
    id: str
    name: str = ""
    shard_index: int | None = None
    predicted_ms: int = 0
    busy_ms: int = 0
    tests_run: int = 0
    batches: int = 0
    last_seen_at: str | None = None
    running: list[str] = []


class Failure(Answer, kw_only=True, frozen=True):
    test_id: str | None = None
    test_file: str
    test_name: str = ""
    title_path: list[str] = []
    project_name: str = ""
    line: int | None = None
    error_message: str | None = None
    quarantined: bool = False
    """It does not fail the run."""


class Totals(Answer, kw_only=True, frozen=True):
    """How many tests came to what."""

    total_tests: int = 0
    passed_tests: int = 0
    failed_tests: int = 0
    flaky_tests: int = 0
    healed_tests: int = 0
    skipped_tests: int = 0
    not_run_tests: int = 0
    quarantined_tests: int = 0
    """Of those that failed or did not run: how many do not fail the run. Known once it is over."""


class Snapshot(Totals, kw_only=True, frozen=True):
    """A run at one version, as the progress stream sends it."""

    id: str
    status: RunStatus
    conclusion: Conclusion | None = None
    failure_reason: str | None = None
    duration_ms: int | None = None
    estimated_remaining_ms: int | None = None
    version: int = 0
    shards: list[ShardProgress] = []
    workers: list[WorkerProgress] = []
    recent_failures: list[Failure] = []
    healing_verdict: str = "warn"
    """``report``, ``warn`` or ``fail``."""

    @property
    def is_over(self) -> bool:
        return self.status not in OPEN

    @property
    def done(self) -> int:
        return self.passed_tests + self.failed_tests + self.skipped_tests + self.not_run_tests


class Run(Totals, kw_only=True, frozen=True):
    id: str
    status: RunStatus
    conclusion: Conclusion | None = None
    failure_reason: str | None = None
    project: str | None = None
    origin: str | None = None
    ci_build_id: str | None = None
    actor: str | None = None
    rerun_of: str | None = None
    duration_ms: int | None = None
    test_duration_ms: int = 0
    worker_count: int | None = None
    branch: str | None = None
    commit_sha: str | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None


class LooseError(Answer, kw_only=True, frozen=True):
    """An error that belongs to no test."""

    test_file: str | None = None
    message: str = ""
    error: ErrorInFull | None = None

    @property
    def where(self) -> str:
        """The spec file, and the line; where that is in another file, both."""
        place = self.error.location if self.error else None
        at = f"{place.file}:{place.line}" if place else ""
        if not place or not self.test_file or place.file == self.test_file:
            return at or self.test_file or "outside of any file"
        return f"{self.test_file} (at {at})"


class RunInFull(Run, kw_only=True, frozen=True):
    shard_strategy: str = ""
    metadata: dict[str, object] = {}
    version: int = 0
    shards: list[ShardProgress] = []
    workers: list[WorkerProgress] = []
    errors: list[LooseError] = []


class Pagination(Answer, kw_only=True, frozen=True):
    total: int = 0
    limit: int = 0
    offset: int = 0
    has_more: bool = False


class RunDetails(Answer, kw_only=True, frozen=True):
    run: RunInFull
    results: list[Result] = []
    results_pagination: Pagination = Pagination()


class ResultPage(Answer, kw_only=True, frozen=True):
    results: list[Result] = []
    pagination: Pagination = Pagination()


class Page(Answer, kw_only=True, frozen=True):
    runs: list[Run] = []
    pagination: Pagination = Pagination()


class NotRun(Answer, kw_only=True, frozen=True):
    test_id: str | None = None
    test_file: str
    test_name: str = ""
    title_path: list[str] = []
    project_name: str | None = None
    reason: str | None = None
    quarantined: bool = False


class FailedTests(Answer, kw_only=True, frozen=True):
    failed_tests: list[Failure] = []
    not_run: list[NotRun] = []


class QueueStats(Answer, kw_only=True, frozen=True):
    waiting: int
    active: int
    completed: int
    failed: int
    capacity: int | None = None
    workers: int | None = None
    oldest_waiting_ms: int | None = None
