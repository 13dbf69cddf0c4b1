"""What travels: errors by what is left of their messages, over runs and in one run."""

from collections.abc import Mapping, Sequence
from typing import Self
from uuid import UUID

from pydantic import Field

from shifty.failures.first_seen import FirstSeen, is_new
from shifty.failures.list_errors import ErrorPage
from shifty.failures.model import AffectedTest, Cause, CauseInRun, ErrorGroup, ErrorsOfRun, HitTest, Kind
from shifty.web.pagination import Page, Pagination
from shifty.web.times import UtcTime
from shifty.wire import Body


class TestWithError(Body):
    """A test that failed with an error, over all runs of the window."""

    __test__ = False

    test_id: str
    test_file: str
    test_name: str
    title_path: Sequence[str]
    project_name: str
    count: int

    @classmethod
    def of(cls, test: AffectedTest) -> Self:
        return cls(
            test_id=test.test_id,
            test_file=test.file,
            test_name=test.title_path[-1] if test.title_path else "",
            title_path=test.title_path,
            project_name=test.project_name,
            count=test.attempts,
        )


class KnownError(Body):
    """Errors that differ in numbers, ids, paths, colours or time-outs only, counted over the window."""

    digest: str
    project: str
    kind: Kind
    message: str
    sample: str
    count: int
    test_count: int
    run_count: int
    branches: Sequence[str]
    tests: Sequence[TestWithError]
    first_seen_at: UtcTime
    last_seen_at: UtcTime
    last_run_id: UUID | None

    @classmethod
    def of(cls, group: ErrorGroup) -> Self:
        return cls(
            digest=group.digest,
            project=group.project,
            kind=group.kind,
            message=group.message,
            sample=group.sample,
            count=group.attempts,
            test_count=group.tests,
            run_count=group.runs,
            branches=group.branches,
            tests=[TestWithError.of(test) for test in group.most_affected],
            first_seen_at=group.first_seen_at,
            last_seen_at=group.last_seen_at,
            last_run_id=group.last_run_id,
        )


class ErrorsAnswer(Body):
    """A page of errors."""

    errors: Sequence[KnownError] = Field(description="The errors of this page, in the order that was asked for.")
    pagination: Pagination

    @classmethod
    def of_page(cls, found: ErrorPage, page: Page) -> Self:
        return cls(errors=[KnownError.of(group) for group in found.errors], pagination=Pagination.of(page, found.total))


class TestInRun(Body):
    """A test of the run that an error hit."""

    __test__ = False

    test_id: str
    test_file: str
    test_name: str
    title_path: Sequence[str]
    project_name: str
    line: int | None
    attempts: int
    outcome: str
    flaky: bool
    quarantined: bool

    @classmethod
    def of(cls, hit: HitTest) -> Self:
        test = hit.test
        return cls(
            test_id=test.test_id,
            test_file=test.file,
            test_name=test.title_path[-1] if test.title_path else "",
            title_path=test.title_path,
            project_name=test.project_name,
            line=test.line,
            attempts=hit.attempts,
            outcome=test.outcome,
            flaky=test.is_flaky,
            quarantined=test.quarantined,
        )


class ErrorInRun(Body):
    """One cause, with the tests that it hit."""

    digest: str
    kind: Kind
    message: str
    sample: str
    causes: Sequence[Cause]
    test_count: int
    failed: Sequence[TestInRun]
    flaky: Sequence[TestInRun]
    run_errors: int
    files: Sequence[str]
    is_new: bool = Field(description="No earlier run of the project had this error.", examples=[True])
    first_seen_at: UtcTime | None = Field(
        description="When the project first met it; null: not in a run that has ended and been taken in.",
        examples=["2024-12-09T12:05:00Z"],
    )
    first_run_id: UUID | None = Field(
        description="The first run with it, as far as history goes back; null: not known.",
        examples=["550e8400-e29b-41d4-a716-446655440000"],
    )
    first_commit_sha: str | None = Field(description="The commit of that run.", examples=["abc123"])

    @classmethod
    def of(cls, run_id: UUID, cause: CauseInRun, seen: FirstSeen | None) -> Self:
        finding = cause.finding
        return cls(
            digest=finding.digest,
            kind=finding.kind,
            message=finding.message,
            sample=finding.sample,
            causes=sorted(finding.causes),
            test_count=len(cause.failed) + len(cause.flaky),
            failed=[TestInRun.of(hit) for hit in cause.failed],
            flaky=[TestInRun.of(hit) for hit in cause.flaky],
            run_errors=cause.run_errors,
            files=cause.files,
            is_new=is_new(run_id, seen),
            first_seen_at=seen.first_seen_at if seen else None,
            first_run_id=seen.run_id if seen else None,
            first_commit_sha=seen.commit_sha if seen else None,
        )


class RunErrorsAnswer(Body):
    """What went wrong in a run, each cause once."""

    run_id: UUID
    errors: Sequence[ErrorInRun] = Field(
        description="What kept the run from its tests first, then what failed most of them, then what made most flaky."
    )
    truncated: bool = Field(description="Whether more tests failed than were looked at, which is 5,000.")

    @classmethod
    def of_run(cls, run_id: UUID, found: ErrorsOfRun, seen: Mapping[str, FirstSeen]) -> Self:
        """``seen`` says by digest since when errors are known."""
        errors = [ErrorInRun.of(run_id, cause, seen.get(cause.finding.digest)) for cause in found.causes]
        return cls(run_id=run_id, errors=errors, truncated=found.is_cut)
