"""What travels: tests with their history."""

from collections.abc import Mapping, Sequence
from typing import Self
from uuid import UUID

from pydantic import Field

from shifty.flakiness.lists.list_tests import TestPage
from shifty.flakiness.lists.model import ErrorOfTest, Excuse, Involved, KnownTest, Told
from shifty.flakiness.lists.recommend import shown
from shifty.flakiness.lists.show_test import TestInFull
from shifty.flakiness.lists.wire import Interval, LikelyCause, identity, rate
from shifty.flakiness.model import Breakage, Point, Verdict
from shifty.web.pagination import Page, Pagination
from shifty.web.times import UtcTime
from shifty.wire import Body


class QuarantineOfTest(Body):
    """The oldest rule that is about the test now."""

    rule_id: UUID
    owner: str
    reason: str
    expires_at: UtcTime

    @classmethod
    def of(cls, excuse: Excuse) -> Self:
        return cls(rule_id=excuse.rule_id, owner=excuse.owner, reason=excuse.reason, expires_at=excuse.expires_at)


class BreakagePoint(Body):
    """A run in which it passed, or failed."""

    run_id: UUID
    commit_sha: str | None
    ended_at: UtcTime

    @classmethod
    def of(cls, point: Point) -> Self:
        return cls(run_id=point.run_id, commit_sha=point.commit, ended_at=point.ended_at)


class TestBreakage(Body):
    """Since when it fails: what broke it is behind the last good run and no later than the first bad one."""

    branch: str | None
    last_good: BreakagePoint | None
    first_bad: BreakagePoint
    failures: int

    @classmethod
    def of(cls, breakage: Breakage) -> Self:
        return cls(
            branch=breakage.branch,
            last_good=BreakagePoint.of(breakage.last_good) if breakage.last_good else None,
            first_bad=BreakagePoint.of(breakage.first_bad),
            failures=breakage.failures,
        )


class KnownTestEntry(Body):
    """A test, how it stands, and when it was seen."""

    test_id: str
    test_file: str
    test_name: str
    title_path: Sequence[str]
    project_name: str
    project: str
    line: int | None
    tags: Sequence[str]
    owners: Sequence[str]
    verdict: Verdict
    flakiness_rate: float
    interval: Interval
    total_runs: int
    passed_runs: int
    failed_runs: int
    flaky_runs: int
    skipped_runs: int
    lost_minutes: float
    trend: float
    p50_ms: int | None
    p95_ms: int | None
    p99_ms: int | None
    first_seen_at: UtcTime
    last_seen_at: UtcTime = Field(description="When the last run ended that had it.")
    last_passed_at: UtcTime | None
    last_failed_at: UtcTime | None
    last_flaky_at: UtcTime | None
    last_outcome: str
    quarantined: bool
    quarantine: QuarantineOfTest | None

    @classmethod
    def of(cls, known: KnownTest) -> Self:
        standing, excuse = known.standing, known.test.quarantine
        return cls.model_validate(
            {
                **identity(known.test),
                **rate(standing),
                "trend": shown(standing.trend),
                "passed_runs": standing.total_runs - standing.failed_runs,
                "skipped_runs": known.skipped,
                "p50_ms": known.p50_ms,
                "p95_ms": known.p95_ms,
                "p99_ms": known.p99_ms,
                "first_seen_at": known.first_seen_at,
                "last_seen_at": known.last_seen_at,
                "last_passed_at": known.last_passed_at,
                "last_failed_at": known.last_failed_at,
                "last_outcome": known.last_outcome,
                "quarantine": QuarantineOfTest.of(excuse) if excuse else None,
            }
        )


class TestsAnswer(Body):
    """A page of tests."""

    tests: Sequence[KnownTestEntry] = Field(description="The tests of this page, in the order that was asked for.")
    pagination: Pagination

    @classmethod
    def of_page(cls, found: TestPage, page: Page) -> Self:
        return cls(tests=[KnownTestEntry.of(each) for each in found.tests], pagination=Pagination.of(page, found.total))


class TestErrorGroup(Body):
    """One error of a test, however often it came."""

    digest: str
    message: str | None
    kind: str | None
    runs: int
    first_seen_at: UtcTime
    last_seen_at: UtcTime

    @classmethod
    def of(cls, error: ErrorOfTest) -> Self:
        return cls.model_validate(error, from_attributes=True)


class TestExecution(Body):
    """What the test came to in one run."""

    run_id: UUID
    ended_at: UtcTime
    branch: str | None
    commit_sha: str | None
    outcome: str
    retried: bool
    burst: bool
    quarantined: bool = Field(description="Whether quarantine excused it in that run.")
    excluded: str | None
    attempts: int = Field(description="How many there were.")
    failed_attempts: int
    duration_ms: int
    failed_ms: int
    limit_ms: int | None
    position: int | None
    ran_after: str | None
    worker: str | None
    error_digest: str | None
    error_message: str | None
    causes: Sequence[str] = Field(
        description="What its errors point to: `timeout`, `test-timeout`, `network`, `animation`."
    )

    @classmethod
    def of(cls, told: Told) -> Self:
        return cls.model_validate(told, from_attributes=True)


class TestAnswer(Body):
    """One test: how it stands, since when it fails, why, and its last executions."""

    test: KnownTestEntry
    breakage: TestBreakage | None
    breakages: Sequence[TestBreakage]
    causes: Sequence[LikelyCause]
    errors: Sequence[TestErrorGroup] = Field(description="Errors of its last executions, the most frequent first.")
    executions: Sequence[TestExecution]
    pagination: Pagination = Field(description="What this page of executions leaves out.")

    @classmethod
    def of(cls, found: TestInFull, page: Page) -> Self:
        standing = found.known.standing
        involved: Mapping[int, Involved] = found.involved
        return cls(
            test=KnownTestEntry.of(found.known),
            breakage=TestBreakage.of(standing.breakage) if standing.breakage else None,
            breakages=[TestBreakage.of(each) for each in found.breakages],
            causes=[LikelyCause.of(each, involved) for each in standing.causes],
            errors=[TestErrorGroup.of(each) for each in found.errors],
            executions=[TestExecution.of(each) for each in found.executions],
            pagination=Pagination.of(page, found.total),
        )
