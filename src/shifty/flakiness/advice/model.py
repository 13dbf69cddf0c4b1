"""Nouns: a suite as the planner would get it, and what is advised about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from shifty.planning.split import SpecFile
from shifty.quarantine.model import Rule

Holdup: TypeAlias = Literal["file", "serial", "test"]
"""What keeps a piece of work together: ``file``: nobody has said that its tests may run apart; ``serial``: they depend
on each other's order; ``test``: it is one test."""


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests of a run, with what each usually takes, and what a batch costs beside its tests."""

    files: Sequence[SpecFile]
    overhead_s: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """A run as it would go over ``workers`` machines, if its tests take what they usually do."""

    workers: int
    wall_s: float
    busy_s: float
    """Of all machines together, with what batches cost."""

    @property
    def machine_s(self) -> float:
        """What is paid for: each machine from the start to the end of the run, idle or not."""
        return self.workers * self.wall_s


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of work that is leased as a whole."""

    file: str
    project_name: str
    tests: int
    seconds: float
    holdup: Holdup


@dataclass(frozen=True, slots=True)
class Split:
    """Pieces whose tests should be allowed to run apart: the run is shorter then, over as many workers."""

    pieces: Sequence[Piece]
    workers: int
    wall_s: float
    apart_s: float
    """In place of ``wall_s``; the same when nothing can be split, because one test alone takes so long."""

    @property
    def saved_s(self) -> float:
        return self.wall_s - self.apart_s


@dataclass(frozen=True, slots=True)
class Crew:
    """How many workers a suite deserves."""

    recommended: Forecast
    forecasts: Sequence[Forecast]
    """From one worker to the most that a run may have."""
    longest: Piece | None
    """No run is shorter than this, over however many workers; None: nothing takes any time."""
    bound_s: float
    """``longest`` and what its batch costs."""
    split: Split | None
    """None: no split would make the run notably shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentRun:
    """A run that has ended, with what it used. ``workers`` counts those that ran tests; as planned where none told."""

    id: UUID
    tests: int
    """That passed or failed."""
    workers: int
    wall_ms: int | None
    completed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CostlyTest:
    test_id: str
    file: str
    project_name: str
    title_path: Sequence[str]
    failed_ms: int
    failed_attempts: int
    runs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryCost:
    """What attempts that failed took, in the runs of some days."""

    days: int
    runs: int
    failed_ms: int
    rescued_ms: int
    """Of these: of tests that passed in the end. A test that is not flaky would not have cost it."""
    in_vain_ms: int
    """Of these: repeated attempts of tests that failed all the same."""
    total_ms: int
    """All attempts of all tests."""
    tests: Sequence[CostlyTest]

    @property
    def share(self) -> float:
        """Percent."""
        return 100 * self.failed_ms / self.total_ms if self.total_ms else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveRule:
    """A quarantine rule that excuses now."""

    rule: Rule
    tests: int
    """Of those that ran lately, how many it matches; an error: how many ended in it."""
    expires_soon: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """What quarantine hides."""

    days: int
    rules: Sequence[ActiveRule]
    """Oldest first."""
    excused: int
    """Tests that failed or did not run and failed no run for it, in the runs of some days."""

    @property
    def tests(self) -> int:
        """A test that two rules match counts twice."""
        return sum(rule.tests for rule in self.rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    project: str
    branch: str | None
    run: RecentRun
    """Whose tests were laid out."""
    overhead_s: float
    crew: Crew
    compared: int
    """The number of workers that the recommended one is compared with."""
    recent: Sequence[RecentRun]
    """Newest first."""
    retries: RetryCost
    hidden: Hidden
