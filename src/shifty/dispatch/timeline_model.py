"""Nouns of a run's timeline. Moments are milliseconds since the run began."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

Kind: TypeAlias = Literal["passed", "failed", "flaky", "healed", "skipped", "notRun", "running"]
BatchState: TypeAlias = Literal["active", "finished", "returned", "lost", "reported"]
"""``reported``: no lease; a reporter has told of its tests."""
Source: TypeAlias = Literal["own", "stolen", "rescued", "reported"]
"""Where a batch came from: the worker's own shard, another's, or what a lost or returned lease had left."""
GapKind: TypeAlias = Literal["start", "between", "end"]


@dataclass(frozen=True)
class Mark:
    """A test that ran, or several short ones of a kind, side by side."""

    kind: Kind
    start_ms: int
    end_ms: int
    tests: int
    test_ms: int
    """Of all its tests together."""
    test_id: str
    """Of the test, and of some of several; so are the names below."""
    file: str
    project_name: str
    title: str


@dataclass(frozen=True)
class Piece:
    """What was leased as a whole: a spec file, or tests of one."""

    file: str
    project_name: str
    shard_index: int
    tests: int
    predicted_ms: int
    unknown: bool
    """Nothing was known of it, so the prediction is a guess."""
    requeued: bool
    ran: int
    """Tests of it that have run."""
    test_ms: int
    """Of these together; 0 when none has run."""
    wall_ms: int
    """From the start of its first test to the end of its last one."""


@dataclass(frozen=True)
class Batch:
    seq: int
    """The lease's number; 0: there was none."""
    state: BatchState
    start_ms: int
    end_ms: int
    predicted_ms: int
    source: Source
    shard_index: int | None
    """The shard that it was taken from; None: nothing of it is known any more."""
    pieces: Sequence[Piece]
    marks: Sequence[Mark]

    @property
    def wall_ms(self) -> int:
        return self.end_ms - self.start_ms

    @property
    def tests(self) -> int:
        return sum(mark.tests for mark in self.marks)

    @property
    def busy_ms(self) -> int:
        """How long at least one of its tests was running."""
        busy, reached = 0, self.start_ms
        for mark in sorted(self.marks, key=lambda mark: mark.start_ms):
            busy += max(0, mark.end_ms - max(reached, mark.start_ms))
            reached = max(reached, mark.end_ms)
        return busy


@dataclass(frozen=True)
class Gap:
    """A worker that had nothing to do."""

    kind: GapKind
    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms


@dataclass(frozen=True)
class Lane:
    """A worker, or of a run without workers, a shard that a reporter has told of."""

    worker_id: UUID | None
    name: str
    shard_index: int | None
    """The shard that it began with; None for a late joiner."""
    predicted_ms: int
    overhead_ms: int | None
    """What a batch costs it beside its tests, as it has measured."""
    joined_ms: int
    left_ms: int | None
    batches: Sequence[Batch]
    gaps: Sequence[Gap]

    @property
    def busy_ms(self) -> int:
        """Under leases."""
        return sum(batch.wall_ms for batch in self.batches)

    @property
    def idle_ms(self) -> int:
        return sum(gap.length_ms for gap in self.gaps)

    @property
    def end_ms(self) -> int:
        return max((batch.end_ms for batch in self.batches), default=self.joined_ms)

    @property
    def tests(self) -> int:
        return sum(batch.tests for batch in self.batches)


@dataclass(frozen=True)
class PlannedShard:
    index: int
    state: str
    tests: int
    predicted_ms: int
    worker: str | None
    start_ms: int | None
    end_ms: int | None


@dataclass(frozen=True)
class Step:
    """A link of the chain that decided when the run ended, first one first."""

    worker: str
    seq: int
    start_ms: int
    end_ms: int
    sentence: str


@dataclass(frozen=True)
class Totals:
    wall_ms: int
    """From the first claim or report to the end, or to now."""
    predicted_ms: int | None
    """The longest shard of the plan; None: nobody has predicted anything."""
    bound_ms: int | None
    """No plan for as many workers could have been shorter; None: nothing is known of the pieces."""
    worked_ms: int
    """Of all workers, under leases."""
    testing_ms: int
    """Of that: with at least one test running."""
    idle_ms: int
    workers: int
    batches: int
    steals: int
    rescues: int
    lost: int
    returned: int

    @property
    def utilization(self) -> float | None:
        """Percent of the workers' time in which tests ran; None before there is any."""
        there = self.worked_ms + self.idle_ms
        return 100 * self.testing_ms / there if there > 0 else None


@dataclass(frozen=True)
class Timeline:
    run_id: UUID
    began_at: datetime
    is_over: bool
    origin: str
    strategy: str
    totals: Totals
    lanes: Sequence[Lane]
    shards: Sequence[PlannedShard]
    sentences: Sequence[str]
    """What decided when it ended, in words."""
    chain: Sequence[Step]
    waiting: Sequence[Piece]
    """What nobody has been given yet."""
