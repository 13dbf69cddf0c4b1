"""Nouns of dispatch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID


@dataclass(frozen=True)
class LeasedTest:
    """A test of a leased item, as the worker must select it."""

    test_id: str
    title_path: tuple[str, ...]
    project_name: str
    line: int | None


@dataclass(frozen=True)
class LeasedItem:
    """A part of a batch. ``tests`` is None for a file that nobody has listed: run the whole file."""

    id: int
    file: str
    project_name: str | None
    tests: tuple[LeasedTest, ...] | None


@dataclass(frozen=True)
class Lease:
    """What a worker holds until it finishes or ``expires_in`` has passed without a renewal."""

    run_id: UUID
    token: UUID
    seq: int
    shard_index: int
    total_shards: int
    expires_in: timedelta
    predicted_ms: int
    project: str
    items: tuple[LeasedItem, ...]


@dataclass(frozen=True)
class Idle:
    """Nothing is given now, but may be later: others hold leases that they may lose, or ``reason`` says what else."""

    reason: str | None = None


@dataclass(frozen=True)
class Drained:
    """No work is left and none will come."""


@dataclass(frozen=True)
class Claimant:
    """Who asks for work. ``overhead`` is what a batch has cost this worker beside its tests, None before its first."""

    worker_id: UUID
    name: str
    lanes: int = 1
    overhead_ms: int | None = None
    shard_index: int | None = None
    """Of a worker that comes once, for all of one shard, and never helps others. None: whatever is best next."""


@dataclass(frozen=True)
class Renewal:
    expires_in: timedelta
    cancelled: bool


@dataclass(frozen=True)
class NewItem:
    """A work item before it is stored; ``test_ids`` None means the whole file, ``project_name`` None every project."""

    shard_index: int
    file: str
    project_name: str | None
    test_ids: tuple[str, ...] | None
    expected_tests: int
    predicted_ms: int
    unknown: bool
    ordinal: int


@dataclass(frozen=True)
class OpenItem:
    """A work item that waits, as the board shows it."""

    id: int
    shard_index: int
    predicted_ms: int
    unknown: bool
    requeued: bool


@dataclass(frozen=True)
class HeldItem:
    """A work item under a lease, with the tests of it that have not reported."""

    id: int
    file: str
    project_name: str | None
    listed: bool
    expected_tests: int
    predicted_ms: int
    tests: int
    missing: Sequence[str]
    running: Sequence[str]
    losses: int
    reported: bool
    """Of an item that nobody has listed: some of its tests have reported under this lease."""
