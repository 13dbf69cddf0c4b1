"""What travels: the answers about the tests of a run."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import Field, TypeAdapter

from shifty.failures.plain import plain_text
from shifty.runs.failed_tests import Unsuccessful
from shifty.runs.list_results import ResultPage
from shifty.runs.model import ReportedTest, Result, TestArtifact
from shifty.runs.wire_heals import HealTold
from shifty.storage.addresses import artifact_url
from shifty.web.pagination import Page, Pagination
from shifty.web.times import UtcTime
from shifty.wire import Body, Outcome


class SourceLocation(Body):
    file: str
    line: int
    column: int = 0


class ErrorInFull(Body):
    """An error as the test runner gave it."""

    message: str
    stack: str | None = None
    snippet: str | None = None
    location: SourceLocation | None = None


class StepAnswer(Body):
    title: str
    category: str
    duration_ms: int
    error: str | None = None
    location: SourceLocation | None = None
    depth: int = Field(default=0, description="Within how many of the steps before it it lies.")


class AttachmentAnswer(Body):
    name: str
    content_type: str
    path: str | None = None
    size_bytes: int | None = None


class AttemptAnswer(Body):
    """One try at a test."""

    attempt: int
    status: str
    duration_ms: int
    started_at: str | None = None
    errors: Sequence[ErrorInFull] = ()
    steps: Sequence[StepAnswer] = ()
    stdout: str = ""
    stderr: str = ""
    attachments: Sequence[AttachmentAnswer] = ()
    heals: Sequence[HealTold] = Field(default=(), description="Broken locators of it, and what became of them.")
    worker_index: int | None = None


_attempts = TypeAdapter(list[AttemptAnswer])


class ArtifactOfTest(Body):
    """A file that a test has left behind."""

    id: UUID
    artifact_type: str
    name: str
    url: str = Field(description="Where it is fetched, with the same key.")
    size_bytes: int
    attempt: int | None

    @classmethod
    def of(cls, artifact: TestArtifact, base: str) -> "ArtifactOfTest":
        return cls(
            id=artifact.id,
            artifact_type=artifact.type,
            name=artifact.name,
            url=artifact_url(base, artifact.id, artifact.name),
            size_bytes=artifact.size_bytes,
            attempt=artifact.attempt,
        )


class ExcusedBy(Body):
    """The rule that keeps a test from failing its run."""

    rule_id: UUID
    kind: str
    value: str
    owner: str
    reason: str
    expires_at: UtcTime


class ResultAnswer(Body):
    """What became of one test."""

    id: str = Field(description="Of this result: unique over all runs.")
    test_id: str = Field(description="Of the test: the same in every run.")
    test_file: str
    test_name: str
    title_path: Sequence[str]
    project_name: str
    line: int | None
    tags: Sequence[str]
    stage: str
    shard_index: int | None
    status: Outcome
    raw_status: str | None = Field(description="As the test runner gave it.")
    flaky: bool
    reason: str | None = Field(
        description="Why it was skipped or did not run, or why a test that passed at its first try is flaky."
    )
    duration_ms: int
    retry_count: int
    healing_attempted: bool
    healed: bool
    quarantined: bool
    quarantine: ExcusedBy | None
    trace_url: str | None
    error_message: str | None = Field(description="Without the escape codes of terminals.")
    worker: str | None
    started_at: UtcTime | None
    finished_at: UtcTime | None
    attempts: Sequence[AttemptAnswer]
    artifacts: Sequence[ArtifactOfTest] = Field(description="Files that it has left behind, oldest first.")

    @classmethod
    def of(cls, run_id: UUID, result: Result, base: str) -> "ResultAnswer":
        """``base`` is the public address of the server."""
        test, trace = result.test, result.trace
        return cls(
            id=f"{run_id}-{test.test_id}",
            test_id=test.test_id,
            test_file=test.file,
            test_name=test.title,
            title_path=test.title_path,
            project_name=test.project_name,
            line=test.line,
            tags=test.tags,
            stage=test.stage,
            shard_index=test.shard_index,
            status=test.outcome,
            raw_status=test.raw_status,
            flaky=test.flaky,
            reason=test.reason,
            duration_ms=test.duration_ms,
            retry_count=test.retry_count,
            healing_attempted=test.healing_attempted,
            healed=test.healed,
            quarantined=test.quarantined,
            quarantine=None if test.quarantine is None else ExcusedBy.model_validate(test.quarantine),
            trace_url=artifact_url(base, trace.id, trace.name) if trace else None,
            error_message=_plain(test.error_message),
            worker=test.worker,
            started_at=test.started_at,
            finished_at=test.finished_at,
            attempts=_attempts.validate_json(test.attempts),
            artifacts=[ArtifactOfTest.of(artifact, base) for artifact in result.artifacts],
        )


class ResultsAnswer(Body):
    results: Sequence[ResultAnswer]
    pagination: Pagination

    @classmethod
    def of_page(cls, run_id: UUID, found: ResultPage, page: Page, base: str) -> "ResultsAnswer":
        results = [ResultAnswer.of(run_id, result, base) for result in found.results]
        return cls(results=results, pagination=Pagination.of(page, found.total))


class Repeatable(Body):
    """A test that a rerun has to run, unless it is quarantined."""

    test_id: str
    test_file: str
    test_name: str
    title_path: Sequence[str]
    project_name: str
    line: int | None
    tags: Sequence[str]
    stage: str
    raw_status: str | None
    quarantined: bool = Field(description="It is excused: nobody need run it again.")
    duration_ms: int
    retry_count: int


class FailedTest(Repeatable):
    error_message: str | None = Field(description="Of the last attempt, without the escape codes of terminals.")

    @classmethod
    def of(cls, test: ReportedTest) -> "FailedTest":
        return cls.model_validate({**_reference(test), "error_message": _plain(test.error_message)})


class NotRunTest(Repeatable):
    reason: str | None = Field(description="Why it never ran.")

    @classmethod
    def of(cls, test: ReportedTest) -> "NotRunTest":
        return cls.model_validate({**_reference(test), "reason": test.reason})


class FailedTestsAnswer(Body):
    """An empty list means: run nothing."""

    failed_tests: Sequence[FailedTest]
    not_run: Sequence[NotRunTest]

    @classmethod
    def of(cls, found: Unsuccessful) -> "FailedTestsAnswer":
        return cls(
            failed_tests=[FailedTest.of(test) for test in found.failed],
            not_run=[NotRunTest.of(test) for test in found.not_run],
        )


def _reference(test: ReportedTest) -> dict[str, object]:
    return {
        "test_id": test.test_id,
        "test_file": test.file,
        "test_name": test.title,
        "title_path": test.title_path,
        "project_name": test.project_name,
        "line": test.line,
        "tags": test.tags,
        "stage": test.stage,
        "raw_status": test.raw_status,
        "quarantined": test.quarantined,
        "duration_ms": test.duration_ms,
        "retry_count": test.retry_count,
    }


def _plain(text: str | None) -> str | None:
    return None if text is None else plain_text(text)
