"""What travels: flaky tests, trends, recommendations."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Self
from uuid import UUID

from pydantic import Field, JsonValue

from shifty.flakiness.lists.list_flaky import FlakyPage
from shifty.flakiness.lists.model import Day, FlakyTest, Involved, Named, Severity, Standing
from shifty.flakiness.lists.recommend import impact_of, minutes, reason_for, recommendation_for, severity_of, shown
from shifty.flakiness.model import Evidence, Verdict
from shifty.web.pagination import Page, Pagination
from shifty.web.times import UtcTime
from shifty.wire import Body

_UNNAMED = "another test"


class Interval(Body):
    """Where the true rate is with a probability of 95 %, percent."""

    low: float
    high: float

    @classmethod
    def of(cls, standing: Standing) -> Self:
        return cls(low=shown(standing.low), high=shown(standing.high))


class InvolvedTest(Body):
    """Another test that shows a cause."""

    test_id: str
    test_file: str
    project_name: str
    title_path: Sequence[str]


class LikelyCause(Body):
    """What probably makes a test fail, with what shows it."""

    cause: str
    summary: str
    advice: str
    strength: float
    runs: Sequence[UUID] = Field(description="Runs that show it, newest first, a few.")
    tests: Sequence[InvolvedTest] = Field(description="Other tests that show it or are involved.")

    @classmethod
    def of(cls, evidence: Evidence, involved: Mapping[int, Involved]) -> Self:
        known = [involved[ref] for ref in map(int, evidence.tests) if ref in involved]
        first = f"“{known[0].title_path[-1]}”" if known and known[0].title_path else _UNNAMED
        named = ("test_id", "project_name", "title_path")
        return cls(
            cause=evidence.cause,
            summary=evidence.summary.replace("{0}", first),
            advice=evidence.advice,
            strength=round(evidence.strength, 2),
            runs=evidence.runs,
            tests=[
                InvolvedTest(test_file=each.file, **{name: getattr(each, name) for name in named}) for each in known
            ],
        )


class FlakyTestEntry(Body):
    """A flaky test."""

    test_file: str
    test_name: str
    flakiness_rate: float
    flaky_runs: int
    total_runs: int
    last_flaky_at: UtcTime | None
    test_id: str
    title_path: Sequence[str]
    project_name: str
    project: str
    line: int | None
    tags: Sequence[str]
    owners: Sequence[str]
    verdict: Verdict
    interval: Interval
    failed_runs: int
    lost_minutes: float
    quarantined: bool

    @classmethod
    def of(cls, found: FlakyTest) -> Self:
        return cls.model_validate({**identity(found.test), **rate(found.standing)})


class FlakyTestsAnswer(Body):
    """A page of flaky tests, those first whose rate is surely high."""

    flaky_tests: Sequence[FlakyTestEntry]
    pagination: Pagination

    @classmethod
    def of_page(cls, found: FlakyPage, page: Page) -> Self:
        entries = [FlakyTestEntry.of(each) for each in found.tests]
        return cls(flaky_tests=entries, pagination=Pagination.of(page, found.total))


class Trend(Body):
    """How the projects stood when they were last looked at that day."""

    detection_date: date
    flaky_test_count: int
    avg_flakiness_rate: float
    broken_tests: int
    quarantined_tests: int = Field(description="Tests that quarantine was about.")
    lost_minutes: float

    @classmethod
    def of(cls, day: Day) -> Self:
        return cls(
            detection_date=day.day,
            flaky_test_count=day.flaky_tests,
            avg_flakiness_rate=shown(day.rate),
            broken_tests=day.broken_tests,
            quarantined_tests=day.quarantined_tests,
            lost_minutes=minutes(day.lost_ms),
        )


class TrendsAnswer(Body):
    trends: Sequence[Trend] = Field(description="The days, newest first.")


class RecommendedTest(Body):
    """The test that a recommendation is about."""

    file: str
    name: str
    flakiness_rate: float
    test_id: str
    title_path: Sequence[str]
    project_name: str
    project: str
    line: int | None
    tags: Sequence[str]
    owners: Sequence[str]
    verdict: Verdict
    interval: Interval
    flaky_runs: int
    total_runs: int
    failed_runs: int
    last_flaky_at: UtcTime | None


class QuarantineAction(Body):
    """The call that quarantines the test."""

    method: str
    path: str
    body: Mapping[str, JsonValue]


class Recommendation(Body):
    """A flaky test, and what to do about it."""

    test: RecommendedTest
    severity: Severity
    recommendation: str
    impact: str
    lost_minutes: float
    causes: Sequence[LikelyCause]
    quarantined: bool
    quarantine_action: QuarantineAction | None = Field(
        description="Send this to quarantine it; null when it already is. Takes a key with the scope `admin`."
    )

    @classmethod
    def of(cls, found: FlakyTest, involved: Mapping[int, Involved]) -> Self:
        standing, test = found.standing, found.test
        severity = severity_of(standing.rate)
        assert severity is not None, "the list leaves out whatever has none"
        named = {**identity(test), **rate(standing), "file": test.file, "name": test.title}
        return cls(
            test=RecommendedTest.model_validate(named),
            severity=severity,
            recommendation=recommendation_for(severity, standing.causes, test.quarantine),
            impact=impact_of(standing),
            lost_minutes=minutes(standing.lost_ms),
            causes=[LikelyCause.of(each, involved) for each in standing.causes],
            quarantined=test.quarantine is not None,
            quarantine_action=None if test.quarantine else _action(found),
        )


class RecommendationsAnswer(Body):
    """A page: by severity, and then by the time that was lost."""

    recommendations: Sequence[Recommendation]
    pagination: Pagination

    @classmethod
    def of_page(cls, found: FlakyPage, page: Page) -> Self:
        entries = [Recommendation.of(each, found.involved) for each in found.tests]
        return cls(recommendations=entries, pagination=Pagination.of(page, found.total))


def identity(test: Named) -> dict[str, object]:
    """What a test is called."""
    return {
        "test_file": test.file,
        "test_name": test.title,
        "test_id": test.test_id,
        "title_path": test.title_path,
        "project_name": test.project_name,
        "project": test.project,
        "line": test.line,
        "tags": test.tags,
        "owners": test.owners,
        "quarantined": test.quarantine is not None,
    }


def rate(standing: Standing) -> dict[str, object]:
    """How it stands, as shown."""
    return {
        "verdict": standing.verdict,
        "flakiness_rate": shown(standing.rate),
        "interval": Interval.of(standing),
        "flaky_runs": standing.flaky_runs,
        "total_runs": standing.total_runs,
        "failed_runs": standing.failed_runs,
        "lost_minutes": minutes(standing.lost_ms),
        "last_flaky_at": standing.last_flaky_at,
    }


def _action(found: FlakyTest) -> QuarantineAction:
    test = found.test
    body: dict[str, JsonValue] = {
        "project": test.project,
        "kind": "test",
        "value": test.test_id,
        "reason": reason_for(found),
        "owner": test.owners[0] if test.owners else None,
        "days": found.quarantine_days,
        "source": "recommendation",
    }
    return QuarantineAction(method="POST", path="/api/v1/quarantine", body=body)
