"""What our reporter, ``js/reporter/worker.cjs``, writes while Playwright runs: one JSON object a line."""

from typing import TypeAlias

import msgspec

from shifty import wire


class Event(msgspec.Struct, rename="camel", kw_only=True, frozen=True, tag_field="event"):
    """Base of the events."""


class Place(msgspec.Struct, frozen=True):
    file: str
    line: int
    column: int = 0


class Fault(msgspec.Struct, frozen=True):
    message: str
    stack: str | None = None
    snippet: str | None = None
    location: Place | None = None


class StepEvent(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    title: str
    category: str
    duration_ms: int
    error: str | None = None
    location: Place | None = None
    depth: int = 0


class AttachmentEvent(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    name: str
    content_type: str
    path: str | None = None
    size_bytes: int | None = None


class Annotation(msgspec.Struct, frozen=True):
    type: str
    description: str | None = None


class ProjectEvent(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    name: str
    dependencies: list[str] = []
    teardown: str | None = None
    output_dir: str
    repeat_each: int = 1
    test_id_attribute: str | None = None


class ServerEvent(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    command: str
    url: str | None
    reusable: bool
    port_only: bool
    cwd: str | None
    env: dict[str, str]
    name: str
    timeout_ms: float
    ignore_https_errors: bool
    reuse: bool
    stop_signal: str | None
    stop_timeout_ms: float
    printed: bool


class Configured(Event, tag="configure", kw_only=True, frozen=True):
    version: str
    root_dir: str
    max_failures: int
    global_timeout_ms: float
    projects: list[ProjectEvent]
    web_servers: list[ServerEvent]


class TestEvent(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    id: str
    project: str
    file: str
    title_path: list[str]
    line: int | None
    tags: list[str]
    retries: int
    repeat: int
    expected_status: wire.RawStatus
    focused: bool
    parallel: bool
    serial: str | None
    """Of the outermost suite in serial mode: after a failure all of it is tried again."""
    together: str | None
    """Of the outermost suite that runs in order, serial or not."""


class Begin(Event, tag="begin", kw_only=True, frozen=True):
    tests: list[TestEvent]


class TestBegin(Event, tag="testBegin", kw_only=True, frozen=True):
    id: str
    retry: int


class TestEnd(Event, tag="testEnd", kw_only=True, frozen=True):
    id: str
    retry: int
    status: wire.RawStatus
    outcome: str
    expected_status: wire.RawStatus
    retries: int
    started_at: str | None
    duration_ms: int
    worker_index: int
    errors: list[Fault]
    steps: list[StepEvent]
    stdout: str
    stderr: str
    attachments: list[AttachmentEvent]
    annotations: list[Annotation]
    heals: list[msgspec.Raw] = []
    """Each a ``wire.Heal``, or nearly: they come through test code."""


class ErrorEvent(Event, tag="error", kw_only=True, frozen=True):
    error: Fault


class End(Event, tag="end", kw_only=True, frozen=True):
    status: str
    duration_ms: int
    files: list[str]
    """In list mode: all files that Playwright takes for test files, absolute."""


AnyEvent: TypeAlias = Configured | Begin | TestBegin | TestEnd | ErrorEvent | End

_decoder = msgspec.json.Decoder(AnyEvent)


def parse(line: bytes) -> AnyEvent | None:
    """The event of a line, or None for one that makes no sense: the last line of a process that was killed."""
    try:
        return _decoder.decode(line)
    except msgspec.MsgspecError:
        return None
