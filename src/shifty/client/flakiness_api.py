"""The calls about tests: which are flaky, what to do about it, how each has fared."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

import msgspec

from shifty.client.answer import Answer
from shifty.client.model import Pagination
from shifty.client.transport import Transport


class Interval(Answer, kw_only=True, frozen=True):
    """Percent."""

    low: float = 0.0
    high: float = 100.0


class InvolvedTest(Answer, kw_only=True, frozen=True):
    test_id: str
    test_file: str = ""
    project_name: str = ""
    title_path: list[str] = []


class LikelyCause(Answer, kw_only=True, frozen=True):
    cause: str
    summary: str = ""
    advice: str = ""
    strength: float = 0.0
    runs: list[str] = []
    tests: list[InvolvedTest] = []


class QuarantineOfTest(Answer, kw_only=True, frozen=True):
    rule_id: str
    owner: str = ""
    reason: str = ""
    expires_at: datetime | None = None


class KnownTest(Answer, kw_only=True, frozen=True):
    """A test as lists have it; a flaky one says less."""

    test_id: str
    test_file: str
    test_name: str = ""
    title_path: list[str] = []
    project_name: str = ""
    project: str = ""
    line: int | None = None
    tags: list[str] = []
    owners: list[str] = []
    verdict: str = "stable"
    flakiness_rate: float = 0.0
    interval: Interval = Interval()
    total_runs: int = 0
    passed_runs: int = 0
    failed_runs: int = 0
    flaky_runs: int = 0
    skipped_runs: int = 0
    lost_minutes: float = 0.0
    trend: float = 0.0
    p50_ms: int | None = None
    p95_ms: int | None = None
    p99_ms: int | None = None
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None
    last_passed_at: datetime | None = None
    last_failed_at: datetime | None = None
    last_flaky_at: datetime | None = None
    last_outcome: str = ""
    quarantined: bool = False
    quarantine: QuarantineOfTest | None = None


class FlakyTests(Answer, kw_only=True, frozen=True):
    flaky_tests: list[KnownTest] = []
    pagination: Pagination = Pagination()


class RecommendedTest(Answer, kw_only=True, frozen=True):
    file: str
    name: str = ""
    flakiness_rate: float = 0.0
    test_id: str
    project: str = ""
    project_name: str = ""
    owners: list[str] = []


class Recommendation(Answer, kw_only=True, frozen=True):
    test: RecommendedTest
    severity: str
    recommendation: str
    impact: str = ""
    lost_minutes: float = 0.0
    causes: list[LikelyCause] = []
    quarantined: bool = False


class Recommendations(Answer, kw_only=True, frozen=True):
    recommendations: list[Recommendation] = []
    pagination: Pagination = Pagination()


class Tests(Answer, kw_only=True, frozen=True):
    tests: list[KnownTest] = []
    pagination: Pagination = Pagination()


class BreakagePoint(Answer, kw_only=True, frozen=True):
    run_id: str
    commit_sha: str | None = None
    ended_at: datetime | None = None


class Breakage(Answer, kw_only=True, frozen=True):
    branch: str | None = None
    last_good: BreakagePoint | None = None
    first_bad: BreakagePoint
    failures: int = 0


class TestError(Answer, kw_only=True, frozen=True):
    digest: str
    message: str | None = None
    kind: str | None = None
    runs: int = 0


class Execution(Answer, kw_only=True, frozen=True):
    run_id: str
    ended_at: datetime | None = None
    branch: str | None = None
    commit_sha: str | None = None
    outcome: str = ""
    retried: bool = False
    burst: bool = False
    quarantined: bool = False
    excluded: str | None = None
    attempts: int = 1
    failed_attempts: int = 0
    duration_ms: int = 0
    worker: str | None = None
    error_message: str | None = None


class TestInFull(Answer, kw_only=True, frozen=True):
    test: KnownTest
    breakage: Breakage | None = None
    breakages: list[Breakage] = []
    causes: list[LikelyCause] = []
    errors: list[TestError] = []
    executions: list[Execution] = []
    pagination: Pagination = Pagination()


async def flaky_tests(transport: Transport, query: Mapping[str, str]) -> bytes:
    """The page as JSON; ``read_flaky`` makes sense of it."""
    return await transport.call("GET", "/analytics/flaky-tests", query=query)


def read_flaky(body: bytes) -> FlakyTests:
    return msgspec.json.decode(body, type=FlakyTests)


async def recommendations(transport: Transport, query: Mapping[str, str]) -> bytes:
    return await transport.call("GET", "/analytics/flaky-recommendations", query=query)


def read_recommendations(body: bytes) -> Recommendations:
    return msgspec.json.decode(body, type=Recommendations)


async def list_tests(transport: Transport, query: Mapping[str, str]) -> bytes:
    """The page as JSON; ``read_tests`` makes sense of it."""
    return await transport.call("GET", "/tests", query=query)


def read_tests(body: bytes) -> Tests:
    return msgspec.json.decode(body, type=Tests)


async def show_test(transport: Transport, test_id: str, query: Mapping[str, str]) -> bytes:
    """One test by its id; ``read_test`` makes sense of it."""
    return await transport.call("GET", f"/tests/{quote(test_id, safe='')}", query=query)


def read_test(body: bytes) -> TestInFull:
    return msgspec.json.decode(body, type=TestInFull)
