"""Nouns of the client: where the server is, and what its answers hold. Unknown fields are ignored."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import msgspec

RunStatus: TypeAlias = Literal["pending", "running", "completed", "failed", "cancelled"]
Conclusion: TypeAlias = Literal["passed", "failed", "flaky", "cancelled", "timedOut"]

OPEN: frozenset[RunStatus] = frozenset({"pending", "running"})


@dataclass(frozen=True)
class Address:
    """Where the server is and who we are to it."""

    url: str
    key: str
    tenant: str

    @property
    def is_local(self) -> bool:
        return self.url.startswith(("http://127.0.0.1", "http://localhost", "http://[::1]"))

    @property
    def identity(self) -> str:
        """Whose runs these are. A server on this machine may come back on another port."""
        return self.tenant if self.is_local else f"{self.url} {self.tenant}"


class Answer(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    """Base of what is read."""


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
    retry_after_ms: int = 500


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
    shards: list[PlannedShard] = []
    warnings: list[Warned] = []
    is_new_run: bool = True


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
    test_file: str
    test_name: str = ""
    title_path: list[str] = []
    project_name: str = ""
    line: int | None = None
    error_message: str | None = None


class Snapshot(Answer, kw_only=True, frozen=True):
    """A run at one version, as the progress stream sends it."""

    id: str
    status: RunStatus
    conclusion: Conclusion | None = None
    failure_reason: str | None = None
    total_tests: int = 0
    passed_tests: int = 0
    failed_tests: int = 0
    flaky_tests: int = 0
    skipped_tests: int = 0
    not_run_tests: int = 0
    duration_ms: int | None = None
    estimated_remaining_ms: int | None = None
    version: int = 0
    shards: list[ShardProgress] = []
    workers: list[WorkerProgress] = []
    recent_failures: list[Failure] = []

    @property
    def is_over(self) -> bool:
        return self.status not in OPEN

    @property
    def done(self) -> int:
        return self.passed_tests + self.failed_tests + self.skipped_tests + self.not_run_tests


class Run(Answer, kw_only=True, frozen=True):
    id: str
    status: RunStatus
    conclusion: Conclusion | None = None
    failure_reason: str | None = None
    project: str | None = None
    total_tests: int = 0
    passed_tests: int = 0
    failed_tests: int = 0
    flaky_tests: int = 0
    skipped_tests: int = 0
    not_run_tests: int = 0
    duration_ms: int | None = None
    worker_count: int | None = None
    branch: str | None = None
    commit_sha: str | None = None
    created_at: str | None = None
    completed_at: str | None = None


class Result(Answer, kw_only=True, frozen=True):
    test_file: str
    test_name: str = ""
    title_path: list[str] = []
    project_name: str | None = None
    line: int | None = None
    status: str = ""
    flaky: bool = False
    duration_ms: int = 0
    retry_count: int = 0
    error_message: str | None = None
    reason: str | None = None


class Place(Answer, kw_only=True, frozen=True):
    file: str
    line: int


class ErrorInFull(Answer, kw_only=True, frozen=True):
    location: Place | None = None


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
    workers: list[WorkerProgress] = []
    errors: list[LooseError] = []


class RunDetails(Answer, kw_only=True, frozen=True):
    run: RunInFull
    results: list[Result] = []


class Page(Answer, kw_only=True, frozen=True):
    runs: list[Run] = []


class NotRun(Answer, kw_only=True, frozen=True):
    test_file: str
    test_name: str = ""
    title_path: list[str] = []
    project_name: str | None = None
    reason: str | None = None


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
