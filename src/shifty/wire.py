"""What travels between reporters, workers and the server: the contract's messages, and the base of request bodies.

The names on the wire are camelCase. Ingest is decoded by msgspec (it is the hot path); request and response bodies are
pydantic models in each room's own ``wire.py``, on the base class below.
"""

from typing import Annotated, ClassVar, Final, Literal, TypeAlias

import msgspec
from pydantic import BaseModel, BeforeValidator, ConfigDict, Strict, StringConstraints
from pydantic.alias_generators import to_camel


class Body(BaseModel):
    """Base of REST bodies: camelCase outside, snake_case inside; unknown fields are ignored."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


def _whole(value: object) -> object:
    """As JSON Schema has it: 5 and 5.0 are whole numbers, ``true`` and ``"5"`` are none."""
    if isinstance(value, bool | str):
        raise ValueError("must be a whole number")
    return value


WHOLE: Final = BeforeValidator(_whole)
"""``Annotated[int, Field(ge=1), WHOLE]`` in a request body: pydantic's own reading is kinder than the description says.

It stands last: bounds behind it would be missing from the description.
"""

Flag = Annotated[bool, Strict()]
"""``true`` or ``false`` of a request body, and no word or number for them."""

Words = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
"""A text that PostgreSQL can keep: it has no place for a NUL."""


class Message(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True, frozen=True, gc=False):
    """Base of what the contract's messages carry."""

    __test__: ClassVar[bool] = False
    """pytest would take a class named ``Test…`` for a test, here and in every suite that imports it."""


RawStatus: TypeAlias = Literal["passed", "failed", "timedOut", "skipped", "interrupted"]
"""An attempt's status as Playwright gives it."""

Outcome: TypeAlias = Literal["passed", "failed", "skipped", "notRun"]
"""Where a planned test ends in the ledger."""

MOST_CODEOWNERS: Final = 64 * 1024
"""Characters."""

Text = Annotated[str, msgspec.Meta(max_length=1_000_000)]
Title = Annotated[str, msgspec.Meta(max_length=10_000)]
Path = Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]


Millis = Annotated[int, msgspec.Meta(ge=0, le=2_147_483_647)]
Line = Annotated[int, msgspec.Meta(ge=0, le=2_147_483_647)]
Number = Annotated[int, msgspec.Meta(ge=0, le=2_147_483_647)]


class Location(Message, kw_only=True, frozen=True):
    file: str
    line: int
    column: int = 0


class TestError(Message, kw_only=True, frozen=True):
    message: Text
    stack: Text | None = None
    snippet: Text | None = None
    location: Location | None = None


class Step(Message, kw_only=True, frozen=True):
    title: Title
    category: str
    duration_ms: Millis
    error: Text | None = None
    location: Location | None = None
    depth: Number = 0
    """How many of the steps before it it lies within."""


class Attachment(Message, kw_only=True, frozen=True):
    name: str
    content_type: str
    path: str | None = None
    """Absolute path on the worker's machine; None for one whose body was inline."""
    size_bytes: int | None = None


class HealedElement(Message, kw_only=True, frozen=True):
    """What a reader needs to recognise an element; shorter than a fingerprint."""

    tag: str = ""
    role: str = ""
    name: str = ""
    """Accessible name, else text."""
    attributes: dict[str, str] = {}
    """``id``, ``class``, ``name``, ``data-*`` … as in the page."""
    box: list[float] = []
    """x, y, width, height in CSS pixels of the document."""


class HealAlternative(Message, kw_only=True, frozen=True):
    locator: Text
    confidence: float


class Heal(Message, kw_only=True, frozen=True):
    """A broken locator in one step of an attempt, and what became of it. The hook tells it as an annotation
    ``shifty:heal`` whose description is this as JSON."""

    original_selector: Text
    """As Playwright has it, frames included."""
    original_locator: Text = ""
    """As code, where known: ``locator('#username')``."""
    healed_selector: Text | None = None
    """As Playwright has it, frames included; None: no candidate."""
    healed_locator: Text | None = None
    """As an author would write it: ``getByTestId('username-input')``."""
    decision: Literal["heal", "propose", "refuse"]
    confidence: Annotated[float, msgspec.Meta(ge=0, le=1)]
    strategy: str
    success: bool = False
    """It was healed, unique and actionable, and the step passed."""
    reason: Literal["not-found", "strict"] = "not-found"
    action: str = ""
    """``click``, ``fill``, ``expect:to.have.text`` …"""
    explanation: Text = ""
    alternatives: list[HealAlternative] = []
    call_site: Location | None = None
    """Of the method's name in the test's own code; columns count from 1."""
    frames: list[Location] = []
    """The whole stack outside node_modules, innermost first: page objects are found by it."""
    page_url: str = ""
    before: HealedElement | None = None
    """The fingerprint."""
    after: HealedElement | None = None
    waited_ms: Millis = 0
    """Before it was taken for broken."""
    execution_time_ms: Millis = 0
    """Of the heal itself, without the wait."""
    screenshot: str | None = None
    """Name of the attachment that shows the element marked."""


class Attempt(Message, kw_only=True, frozen=True):
    """One try at a test. ``attempt`` counts from 0 within one lease, as Playwright's ``retry`` does."""

    attempt: int
    status: RawStatus
    duration_ms: Millis
    started_at: str | None = None
    """UTC, ISO-8601 with Z."""
    errors: list[TestError] = []
    steps: list[Step] = []
    stdout: Text = ""
    stderr: Text = ""
    attachments: list[Attachment] = []
    heals: list[Heal] = []
    worker_index: int | None = None
    lease: str | None = None
    """Set by the server: the token of the lease it ran under."""


class TestRef(Message, kw_only=True, frozen=True):
    """A test as a reporter names it. Without ``title_path`` the bare ``test_name`` is the path."""

    test_file: Path
    test_name: Title
    title_path: list[Title] | None = None
    project_name: Title = ""
    line: Line | None = None
    tags: list[Title] = []
    repeat: Number = 0
    """Playwright's repeatEachIndex."""
    serial: str | None = None
    """Tests of one file that share this key depend on each other's order and never leave one batch."""


class PlannedTest(TestRef, kw_only=True, frozen=True):
    """A test of a suite that a client has listed."""

    parallel: bool = False
    """It may run apart from the rest of its file (``fullyParallel``, or ``mode: 'parallel'``)."""
    stage: Literal["main", "setup", "teardown"] = "main"
    """Set-up and teardown projects run around the others, once a machine, and are never leased."""


class TestResult(TestRef, kw_only=True, frozen=True):
    """How a test stands. ``final`` is False while Playwright will still retry it; it then moves no counter."""

    status: Literal["passed", "failed", "timedOut", "skipped", "interrupted", "notRun", "flaky"]
    duration_ms: Millis = 0
    retry_count: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0
    expected_status: RawStatus = "passed"
    error_message: Text | None = None
    attempts: list[Attempt] | None = None
    """All attempts under this lease so far; without it, one attempt is made up from the fields above."""
    final: bool = True
    reason: Title | None = None
    """Why it did not run (``notRun``) or was skipped."""


class RunStart(Message, kw_only=True, frozen=True):
    run_id: str | None = None
    total_tests: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)] | None = None
    shard_index: Annotated[int, msgspec.Meta(ge=0, le=999)] = 0
    total_shards: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    project: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    branch: Annotated[str, msgspec.Meta(max_length=1000)] | None = None
    commit_sha: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    codeowners: Annotated[str, msgspec.Meta(max_length=MOST_CODEOWNERS)] | None = None
    """The text of the repository's CODEOWNERS file."""
    tests: list[TestRef] | None = None
    """What this producer is about to run; from a worker, the tests of its batch, discovered by Playwright itself."""
    lease: str | None = None


class TestStart(TestRef, kw_only=True, frozen=True):
    run_id: str | None = None
    attempt: int = 0
    lease: str | None = None


class TestBatch(Message, kw_only=True, frozen=True):
    results: list[TestResult]
    run_id: str | None = None
    lease: str | None = None
    """The fencing token: results of a lease that is no longer held are kept as evidence and change nothing."""


class RunEnd(Message, kw_only=True, frozen=True):
    run_id: str | None = None
    shard_index: Annotated[int, msgspec.Meta(ge=0, le=999)] | None = None
    """None: the shard that the same producer has started."""
    status: str = "completed"
    total_tests: int | None = None
    passed_tests: int | None = None
    failed_tests: int | None = None


class RunError(Message, kw_only=True, frozen=True):
    """An error that belongs to no test: a spec that does not compile, a global setup that throws."""

    error: TestError
    run_id: str | None = None
    shard_index: int = 0
    test_file: str | None = None
    lease: str | None = None


class RunStartMessage(Message, tag_field="type", tag="run:start", kw_only=True, frozen=True):
    payload: RunStart
    seq: int | None = None


class TestStartMessage(Message, tag_field="type", tag="test:start", kw_only=True, frozen=True):
    payload: TestStart
    seq: int | None = None


class TestBatchMessage(Message, tag_field="type", tag="test:batch", kw_only=True, frozen=True):
    payload: TestBatch
    seq: int | None = None


class RunEndMessage(Message, tag_field="type", tag="run:end", kw_only=True, frozen=True):
    payload: RunEnd
    seq: int | None = None


class RunErrorMessage(Message, tag_field="type", tag="run:error", kw_only=True, frozen=True):
    payload: RunError
    seq: int | None = None


AnyMessage: TypeAlias = RunStartMessage | TestStartMessage | TestBatchMessage | RunEndMessage | RunErrorMessage
