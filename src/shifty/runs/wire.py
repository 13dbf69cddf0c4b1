"""What travels: the answers about runs."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from pydantic import Field

from shifty.failures.plain import plain_text
from shifty.runs.list_runs import RunPage
from shifty.runs.model import (
    Conclusion,
    EndedRun,
    HealingVerdict,
    KnownNames,
    Origin,
    Run,
    RunFault,
    ShardProgress,
    Status,
    WorkerProgress,
)
from shifty.runs.show_run import RunInFull
from shifty.runs.wire_tests import ErrorInFull, ResultAnswer
from shifty.web.pagination import Page, Pagination
from shifty.web.times import UtcTime
from shifty.wire import Body


class RunSummary(Body):
    """A run as lists show it."""

    id: UUID
    status: Status = Field(description="How far the run has come.")
    conclusion: Conclusion | None = Field(description="The verdict; null until the run ends.")
    failure_reason: str | None = Field(description="Why the run could not be completed; a constant.")
    origin: Origin
    project: str
    branch: str | None
    commit_sha: str | None
    commit_message: str | None
    ci_build_id: str | None
    ci_url: str | None
    actor: str | None
    rerun_of: UUID | None
    total_tests: int
    passed_tests: int = Field(description="Flaky ones too.")
    failed_tests: int = Field(description="Quarantined ones too.")
    quarantined_tests: int
    flaky_tests: int
    healed_tests: int
    healing_verdict: HealingVerdict
    skipped_tests: int
    not_run_tests: int
    duration_ms: int | None = Field(description="Wall time, so far for a running run; null before it starts.")
    test_duration_ms: int = Field(description="Of all tests together.")
    worker_count: int
    created_at: UtcTime
    started_at: UtcTime | None
    completed_at: UtcTime | None

    @classmethod
    def of(cls, run: Run) -> "RunSummary":
        return cls.model_validate(_summary(run))


class RunShard(Body):
    index: int
    status: str
    test_count: int
    estimated_duration: int = Field(description="Milliseconds.")
    done: int = Field(description="Tests of this shard that have reported.")
    worker_id: UUID | None
    worker_name: str | None
    started_at: UtcTime | None
    finished_at: UtcTime | None

    @classmethod
    def of(cls, shard: ShardProgress) -> "RunShard":
        return cls(
            index=shard.index,
            status=shard.state,
            test_count=shard.test_count,
            estimated_duration=shard.estimated_ms,
            done=shard.done,
            worker_id=shard.worker_id,
            worker_name=shard.worker_name,
            started_at=shard.started_at,
            finished_at=shard.finished_at,
        )


class RunWorker(Body):
    id: UUID
    name: str
    shard_index: int | None = Field(description="The shard it began with; null for a late joiner.")
    predicted_ms: int
    busy_ms: int
    tests_run: int
    batches: int
    overhead_ms: int | None
    joined_at: UtcTime
    last_seen_at: UtcTime
    left_at: UtcTime | None

    @classmethod
    def of(cls, worker: WorkerProgress) -> "RunWorker":
        return cls.model_validate(worker, from_attributes=True)


class RunErrorAnswer(Body):
    """An error that belongs to no test."""

    test_file: str | None
    message: str = Field(description="Without the escape codes of terminals.")
    error: ErrorInFull
    received_at: UtcTime

    @classmethod
    def of(cls, fault: RunFault) -> "RunErrorAnswer":
        error = ErrorInFull.model_validate(fault.error)
        return cls(test_file=fault.file, message=plain_text(error.message), error=error, received_at=fault.received_at)


class RunDetails(RunSummary):
    shard_strategy: str
    metadata: Mapping[str, object]
    version: int = Field(description="Grows with every visible change.")
    shards: Sequence[RunShard]
    workers: Sequence[RunWorker]
    errors: Sequence[RunErrorAnswer] = Field(description="Errors that belong to no test.")


class RunsAnswer(Body):
    runs: Sequence[RunSummary]
    pagination: Pagination

    @classmethod
    def of_page(cls, found: RunPage, page: Page) -> "RunsAnswer":
        return cls(runs=[RunSummary.of(run) for run in found.runs], pagination=Pagination.of(page, found.total))


class TrendPoint(Body):
    """A run that came to a verdict."""

    run_id: UUID
    project: str
    branch: str | None
    commit_sha: str | None
    conclusion: Conclusion = Field(description="The verdict.", examples=["passed"])
    total_tests: int
    failed_tests: int
    flaky_tests: int
    pass_rate: float | None = Field(
        description="Percent of the tests that were not skipped; flaky ones have passed. Null: there was none."
    )
    duration_ms: int | None = Field(description="Wall time; null where nothing began.")
    created_at: UtcTime
    completed_at: UtcTime

    @classmethod
    def of(cls, run: EndedRun) -> "TrendPoint":
        return cls(
            run_id=run.id,
            project=run.project,
            branch=run.branch,
            commit_sha=run.commit_sha,
            conclusion=run.conclusion,
            total_tests=run.total_tests,
            failed_tests=run.failed_tests,
            flaky_tests=run.flaky_tests,
            pass_rate=None if run.pass_rate is None else round(run.pass_rate, 2),
            duration_ms=None if run.duration is None else run.duration // timedelta(milliseconds=1),
            created_at=run.created_at,
            completed_at=run.completed_at,
        )


class RunTrendAnswer(Body):
    trend: Sequence[TrendPoint] = Field(description="Oldest first.")


class FacetsAnswer(Body):
    """What runs can be filtered by."""

    projects: Sequence[str] = Field(description="By name.")
    branches: Sequence[str] = Field(description="Of the newest runs, that of the newest first.")
    actors: Sequence[str] = Field(description="Of the newest runs, that of the newest first.")

    @classmethod
    def of(cls, known: KnownNames) -> "FacetsAnswer":
        return cls(projects=known.projects, branches=known.branches, actors=known.actors)


class RunAnswer(Body):
    run: RunDetails
    results: Sequence[ResultAnswer] = Field(description="Tests that have reported, in the order of the suite.")
    results_pagination: Pagination

    @classmethod
    def of_run(cls, found: RunInFull, page: Page, base: str) -> "RunAnswer":
        """``base`` is the public address of the server."""
        details = {
            **_summary(found.run),
            "shard_strategy": found.run.shard_strategy,
            "metadata": found.run.metadata,
            "version": found.run.version,
            "shards": [RunShard.of(shard) for shard in found.shards],
            "workers": [RunWorker.of(worker) for worker in found.workers],
            "errors": [RunErrorAnswer.of(fault) for fault in found.faults],
        }
        return cls(
            run=RunDetails.model_validate(details),
            results=[ResultAnswer.of(found.run.id, result, base) for result in found.results],
            results_pagination=Pagination.of(page, found.reported),
        )


def _summary(run: Run) -> dict[str, object]:
    ledger = run.ledger
    return {
        "id": run.id,
        "status": run.status,
        "conclusion": run.conclusion,
        "failure_reason": run.failure_reason,
        "origin": run.origin,
        "project": run.project,
        "branch": run.branch,
        "commit_sha": run.commit_sha,
        "commit_message": run.commit_message,
        "ci_build_id": run.ci_build_id,
        "ci_url": run.ci_url,
        "actor": run.actor,
        "rerun_of": run.rerun_of,
        "total_tests": ledger.total,
        "passed_tests": ledger.passed,
        "failed_tests": ledger.failed,
        "flaky_tests": ledger.flaky,
        "quarantined_tests": run.quarantined_tests,
        "healed_tests": run.healed_tests,
        "healing_verdict": run.healing_verdict,
        "skipped_tests": ledger.skipped,
        "not_run_tests": ledger.not_run,
        "duration_ms": None if run.duration is None else run.duration // timedelta(milliseconds=1),
        "test_duration_ms": run.test_duration // timedelta(milliseconds=1),
        "worker_count": run.worker_count,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "completed_at": run.completed_at,
    }
