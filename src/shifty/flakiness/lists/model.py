"""Nouns: a test with all that is told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias
from uuid import UUID

from shifty.flakiness.model import Breakage, Evidence, Verdict

Sort: TypeAlias = Literal["lost", "flakiness", "failures", "trend", "duration", "name", "lastFailed"]
Severity: TypeAlias = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """The oldest rule that quarantines a test now."""

    rule_id: UUID
    owner: str
    reason: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A test, by whatever it may be called."""

    ref: int
    test_id: str
    file: str
    project_name: str
    title_path: Sequence[str]
    line: int | None
    tags: Sequence[str]
    project_id: int
    project: str
    owners: Sequence[str]
    quarantine: Excuse | None

    @property
    def title(self) -> str:
        return self.title_path[-1] if self.title_path else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is concluded of a test."""

    verdict: Verdict
    total_runs: int
    failed_runs: int
    flaky_runs: int
    rate: float
    """Percent, as are its bounds."""
    low: float
    high: float
    lost_ms: int
    last_flaky_at: datetime | None
    trend: float = 0.0
    """Percentage points by which it fails more often lately than before; below 0: more rarely."""
    breakage: Breakage | None = None
    causes: Sequence[Evidence] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlakyTest:
    test: Named
    standing: Standing
    quarantine_days: int
    """For how long the project quarantines a test unless somebody says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTest:
    """A test of a project, how it stands and when it was seen."""

    test: Named
    standing: Standing
    is_assessed: bool
    """Whether the standing was worked out when a run ended. Otherwise no attempt of it has failed."""
    skipped: int
    p50_ms: int | None
    p95_ms: int | None
    p99_ms: int | None
    first_seen_at: datetime
    last_seen_at: datetime
    last_passed_at: datetime | None
    last_failed_at: datetime | None
    last_outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """How the projects stood when they were last looked at that day."""

    day: date
    flaky_tests: int
    rate: float
    """The average of theirs, percent."""
    broken_tests: int
    quarantined_tests: int
    lost_ms: int


@dataclass(frozen=True, slots=True)
class Told:
    """An execution as it is told: with names for what ran before and for the error."""

    run_id: UUID
    ended_at: datetime
    branch: str | None
    commit_sha: str | None
    outcome: str
    retried: bool
    burst: bool
    quarantined: bool
    excluded: str | None
    attempts: int
    failed_attempts: int
    duration_ms: int
    failed_ms: int
    limit_ms: int | None
    position: int | None
    ran_after: str | None
    worker: str | None
    error_digest: str | None
    error_message: str | None
    causes: Sequence[str]


@dataclass(frozen=True, slots=True)
class ErrorOfTest:
    digest: str
    message: str | None
    """Without what differs from time to time; None: it is not known any more."""
    kind: str | None
    runs: int
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Involved:
    """Another test that shows a cause."""

    ref: int
    test_id: str
    file: str
    project_name: str
    title_path: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TestFilter:
    """Which tests are wanted; None: any."""

    __test__ = False

    project: str | None = None
    project_name: str | None = None
    file: str | None = None
    search: str | None = None
    tag: str | None = None
    owner: str | None = None
    verdict: Verdict | None = None
    quarantined: bool | None = None
    branch: str | None = None
