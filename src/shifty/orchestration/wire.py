"""Bodies of the calls that start, follow and end a run."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue, WithJsonSchema

from shifty.orchestration.request import (
    DEFAULT_WORKERS,
    MOST_FILES,
    MOST_PATH,
    MOST_PROJECT,
    MOST_WORKERS,
    PENDING_TIMEOUT,
    RunRequest,
    checked_files,
    checked_metadata,
    checked_project,
    checked_rerun,
    checked_tests,
    checked_workers,
    files_beside,
)
from shifty.orchestration.start import Started, warnings
from shifty.runs.model import HealingVerdict
from shifty.wire import MOST_CODEOWNERS, WHOLE, Body, Flag, PlannedTest, Words

# Checked by hand, so that the answer can name the bounds and the value, as the contract wants.
WorkerCount = Annotated[
    JsonValue,
    WithJsonSchema(
        {
            "anyOf": [{"type": "integer", "minimum": 1, "maximum": MOST_WORKERS}, {"type": "null"}],
            "default": DEFAULT_WORKERS,
        }
    ),
]
SPEC_FILE_SCHEMA: dict[str, JsonValue] = {
    "type": "string",
    "minLength": 1,
    "maxLength": MOST_PATH,
    "pattern": r"^(?![/\\])(?![\s\S]:[/\\])(?!(?:[\s\S]*[/\\])?\.\.(?:[/\\]|$))[^\x00]*[^\s\x00][^\x00]*$",
}
TestFiles = Annotated[
    list[JsonValue],
    WithJsonSchema(
        {
            "type": "array",
            "items": SPEC_FILE_SCHEMA,
            "minItems": 1,
            "maxItems": MOST_FILES,
        }
    ),
]


def _want_files(schema: dict[str, JsonValue]) -> None:
    """Described as the contract has it; that a rerun may do without is said in words."""
    schema["required"] = ["testFiles"]


Titles = Annotated[list[Annotated[Words, Field(max_length=10_000)]], Field(max_length=100)]


SpecFile = Annotated[Words, Field(min_length=1, max_length=MOST_PATH), WithJsonSchema(SPEC_FILE_SCHEMA)]


class TestToPlan(Body):
    """A test of a suite that the client has listed."""

    test_file: SpecFile
    test_name: Annotated[Words, Field(max_length=10_000)]
    title_path: Titles | None = None
    project_name: Annotated[Words, Field(max_length=1000)] = ""
    line: Annotated[int, Field(ge=0, le=2_147_483_647), WHOLE] | None = None
    tags: Titles = []
    repeat: Annotated[int, Field(ge=0, le=10_000), WHOLE] = 0
    serial: Annotated[Words, Field(max_length=100_000)] | None = None
    parallel: Flag = False
    stage: Literal["main", "setup", "teardown"] = "main"

    def planned(self) -> PlannedTest:
        return PlannedTest(**self.model_dump())


class OrchestrateRequest(Body):
    """``tests`` is for clients that list their suite first: totals are exact then, and a large file can be split."""

    model_config = ConfigDict(json_schema_extra=_want_files)

    test_files: TestFiles = []
    worker_count: WorkerCount = None
    project: Annotated[Words, Field(max_length=MOST_PROJECT)] | None = None
    branch: Annotated[Words, Field(max_length=1000)] | None = None
    commit_sha: Annotated[Words, Field(max_length=200)] | None = None
    metadata: dict[str, JsonValue] | None = None
    ci_build_id: Annotated[Words, Field(min_length=1, max_length=500)] | None = None
    tests: list[TestToPlan] = []
    pending_timeout_ms: Annotated[int, Field(ge=1000, le=86_400_000), WHOLE] | None = None
    rerun_scope: Literal["failed", "all"] = Field(
        default="failed",
        description="With `metadata.rerun_of`: only what failed or never ran of that run, or all of its tests.",
        examples=["failed"],
    )

    healing_verdict: HealingVerdict | None = Field(
        default=None,
        description="What healed tests mean for the verdict: `report` and `warn`: they pass; `fail`: they fail "
        "when the run closes. Null: as the project has it.",
    )
    codeowners: Annotated[Words, Field(max_length=MOST_CODEOWNERS)] | None = Field(
        default=None,
        description="The text of the repository's CODEOWNERS file. It is kept when the run is of the project's default "
        "branch or the first that brings one, and never with `metadata.fork`.",
        examples=["tests/checkout/ @acme/checkout\n"],
    )

    def checked(self, idempotency_key: str | None) -> RunRequest:
        """The request, once all of it has been checked.

        Raises:
            BadRequest, BadWorkerCount: the first part that is at fault, with every fault in it.
        """
        workers = checked_workers(self.worker_count)
        rerun = checked_rerun(self.metadata, self.rerun_scope, self.project)
        files, duplicates = checked_files(self.test_files) if self.test_files or not rerun else ((), ())
        tests = checked_tests([test.planned() for test in self.tests])
        added = () if rerun else files_beside(files, tests)
        return RunRequest(
            files=(*files, *added),
            workers=workers,
            project=checked_project(self.project),
            branch=self.branch,
            commit_sha=self.commit_sha,
            ci_build_id=self.ci_build_id,
            idempotency_key=idempotency_key,
            metadata=checked_metadata(self.metadata),
            tests=tests,
            pending_timeout=_pending_timeout(self.pending_timeout_ms),
            duplicates=duplicates,
            added=added,
            rerun=rerun,
            healing_verdict=self.healing_verdict,
            codeowners=self.codeowners,
        )


def _pending_timeout(milliseconds: int | None) -> timedelta:
    return PENDING_TIMEOUT if milliseconds is None else timedelta(milliseconds=milliseconds)


class ShardOfRun(Body):
    """``estimatedDuration`` is in milliseconds."""

    index: int
    test_count: int
    estimated_duration: int


class Warned(Body):
    code: str
    message: str
    files: list[str] = []
    recommended_worker_count: int | None = None


class OrchestrateResponse(Body):
    run_id: UUID
    status: str
    worker_count: int
    total_tests: int
    total_files: int
    shards: list[ShardOfRun]
    warnings: list[Warned]
    recommended_worker_count: int | None
    is_new_run: bool
    rerun_of: UUID | None

    @classmethod
    def of(cls, started: Started, request: RunRequest) -> "OrchestrateResponse":
        return cls(
            run_id=started.run_id,
            status=started.run.status,
            worker_count=started.run.worker_count,
            total_tests=started.run.total_tests,
            total_files=started.run.files,
            shards=_shards(started.run.shards),
            warnings=[Warned.model_validate(warning) for warning in warnings(started, request)],
            recommended_worker_count=started.useful_workers,
            is_new_run=started.is_new,
            rerun_of=started.run.rerun_of,
        )


def _shards(shards: Sequence[tuple[int, int, int]]) -> list[ShardOfRun]:
    return [ShardOfRun(index=index, test_count=count, estimated_duration=ms) for index, count, ms in shards]


class CancelResponse(Body):
    success: bool = True
    message: str = "Orchestration cancelled"


class NotRunTest(Body):
    test_id: Annotated[Words, Field(max_length=100)]
    reason: Annotated[Words, Field(max_length=10_000)]


class FinishRequest(Body):
    """What is neither reported nor in ``notRun`` goes back to the queue."""

    outcome: Literal["finished", "returned", "crashed"]
    not_run: Annotated[list[NotRunTest], Field(max_length=100_000)] = []
    crashed: Annotated[list[Annotated[Words, Field(max_length=100)]], Field(max_length=1000)] = []
    wall_ms: Annotated[int, Field(ge=0), WHOLE] = 0
    test_ms: Annotated[int, Field(ge=0), WHOLE] = 0


class Done(Body):
    """Nothing more to say."""
