"""Nouns of running Playwright: a listed suite, a batch of it, and how the batch went."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeAlias

from shifty import ids, wire

OnMessage: TypeAlias = Callable[[wire.AnyMessage], None]
"""Takes each message as it happens, on the event loop; must not block. ``lease`` is set for tests of a batch."""

Stage: TypeAlias = Literal["setup", "test", "teardown"]
"""Tests of projects that others name in ``dependencies`` or ``teardown`` are no work items: each machine runs them."""


@dataclass(frozen=True)
class WebServer:
    """One ``webServer`` of the configuration."""

    command: str
    url: str | None
    reusable: bool
    """Playwright can be made to use one that runs already, whatever the configuration says."""
    port_only: bool
    cwd: str
    env: Mapping[str, str]
    name: str
    timeout_s: float
    ignore_https_errors: bool
    reuse: bool
    stop_signal: str | None
    stop_timeout_s: float
    printed: bool
    """It is ready when it has printed something (``wait``)."""

    @property
    def shareable(self) -> bool:
        """Whether it can be started once for all batches: it is recognised by its address alone."""
        return self.url is not None and self.reusable and not self.printed


@dataclass(frozen=True)
class ProjectInfo:
    name: str
    dependencies: tuple[str, ...] = ()
    teardown: str | None = None
    stage: Stage = "test"


@dataclass(frozen=True)
class ListedTest:
    """A test that Playwright listed."""

    ref: wire.TestRef
    parallel: bool
    """It may run apart from the rest of its file, but not from tests with the same ``ref.serial``."""
    stage: Stage
    path: Path
    """The spec file as Playwright names it, absolute."""
    playwright_id: str
    retries: int = 0

    @property
    def test_id(self) -> str:
        return stable_id_of(self.ref)


@dataclass(frozen=True)
class Suite:
    """What ``playwright test --list`` says, and where it said it."""

    root: Path
    """Files on the wire are relative to it: the root of the git repository, else the configuration's folder."""
    project_dir: Path
    """Where Playwright is started, as the user would."""
    config: Path | None
    config_dir: Path
    node: str
    playwright_cli: Path
    version: str
    tests_dir: Path
    """Playwright's ``rootDir``: spec files are titled relative to it."""
    output_dir: Path
    """The configuration's own; batches go into a folder of their own below it."""
    projects: tuple[ProjectInfo, ...]
    tests: tuple[ListedTest, ...]
    """All that will run, in Playwright's order; ``stage`` tells work items from set-up and teardown."""
    web_servers: tuple[WebServer, ...] = ()
    errors: tuple[wire.RunError, ...] = ()
    """Files that do not load, and what else Playwright refused. The other files are in ``tests``."""
    run_args: tuple[str, ...] = ()
    """What the user asked of Playwright beyond the choice of tests: ``--retries``, ``--timeout``, …"""
    global_timeout_ms: int = 0
    test_id_attribute: str | None = None
    """What ``getByTestId`` looks for, where the configuration says it, and the same for all projects."""

    @property
    def test_stage(self) -> tuple[ListedTest, ...]:
        """The tests that are spread over workers."""
        return tuple(test for test in self.tests if test.stage == "test")

    def title_of(self, file: str) -> str:
        """What Playwright calls the spec file ``file`` of the wire."""
        return os.path.relpath(self.path_of(file), self.tests_dir)

    def path_of(self, file: str) -> Path:
        listed = self.by_file.get(file)
        return listed[0].path if listed else self.root / file

    @cached_property
    def by_file(self) -> Mapping[str, Sequence[ListedTest]]:
        """The tests of each spec file, by its name on the wire."""
        files: dict[str, list[ListedTest]] = {}
        for test in self.tests:
            files.setdefault(test.ref.test_file, []).append(test)
        return files

    def setup_for(self, project: str) -> frozenset[str]:
        """The projects that must have passed before ``project`` may run."""
        known = {info.name: info for info in self.projects}
        needed: set[str] = set()
        waiting = [project]
        while waiting:
            info = known.get(waiting.pop())
            fresh = set(info.dependencies) - needed if info else set[str]()
            needed |= fresh
            waiting.extend(fresh)
        return frozenset(needed)


@dataclass(frozen=True)
class PlannedTest:
    """A test of a leased item."""

    test_id: str
    title_path: tuple[str, ...]
    project_name: str = ""
    line: int | None = None
    repeat: int = 0


@dataclass(frozen=True)
class BatchItem:
    """A leased work item. ``tests`` is None for a whole file whose tests nobody has listed."""

    file: str
    project_name: str | None
    tests: tuple[PlannedTest, ...] | None


@dataclass(frozen=True)
class Batch:
    run_id: str
    seq: int
    """Of the lease, within the run; names the batch's folder."""
    items: tuple[BatchItem, ...]
    lease: str | None = None

    @staticmethod
    def of(suite: Suite, *, run_id: str, seq: int = 1, lease: str | None = None) -> "Batch":
        """The whole suite as one batch, as a worker does that plans alone."""
        files: dict[tuple[str, str], list[PlannedTest]] = {}
        for test in suite.test_stage:
            files.setdefault((test.ref.test_file, test.ref.project_name), []).append(planned(test.ref))
        items = tuple(BatchItem(file, project, tuple(tests)) for (file, project), tests in files.items())
        return Batch(run_id=run_id, seq=seq, items=items, lease=lease)


Ending: TypeAlias = Literal["finished", "stopped", "crashed"]
"""``finished``: Playwright ended by itself. ``stopped``: by ``stop()`` or ``kill()``. ``crashed``: its process died."""


@dataclass(frozen=True)
class BatchOutcome:
    """How a batch went. Of its tests, those in neither ``reported`` nor ``not_run`` are open and may run elsewhere."""

    ending: Ending
    reported: frozenset[str] = frozenset()
    """Test ids with a final result on the wire, with those that a serial group brought along."""
    not_run: tuple[tuple[str, str], ...] = ()
    """Test ids that Playwright gave up on, each with the reason; trying again elsewhere would change nothing."""
    running_at_crash: frozenset[str] = frozenset()
    exit_code: int | None = None
    wall_ms: int = 0
    test_ms: int = 0
    interrupted: bool = False
    blocked: str | None = None
    """What this machine lacks to run such tests at all, in one sentence with the remedy: a browser is not installed."""
    faulty: bool = False
    """There were errors outside of the tests: a file that does not load, a ``globalSetup`` that throws."""
    folder: Path | None = None
    """Holds ``output.log`` (what Playwright printed), ``events.ndjson`` and ``results/``."""

    @property
    def troubled(self) -> bool:
        """Whether what Playwright printed says more than the results do."""
        return self.faulty or self.ending == "crashed"


@dataclass(frozen=True)
class Readiness:
    """What the set-up of a machine came to."""

    servers: tuple[str, ...] = ()
    """Addresses of web servers that run already: a batch must not start them."""
    failed: Mapping[str, str] = field(default_factory=dict[str, str])
    """Projects whose set-up did not pass here, each with the reason why its tests do not run."""


def planned(ref: wire.TestRef) -> PlannedTest:
    return PlannedTest(
        test_id=stable_id_of(ref),
        title_path=tuple(ref.title_path or [ref.test_name]),
        project_name=ref.project_name,
        line=ref.line,
        repeat=ref.repeat,
    )


def stable_id_of(ref: wire.TestRef) -> str:
    return ids.stable_test_id(ref.test_file, ref.project_name, ref.title_path or [ref.test_name], ref.repeat)
