"""Nouns of the queue as people look at it: what waits, who works, what was lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

Why: TypeAlias = Literal["busy", "behind", "noWorkers", "planFull"]
"""Its own workers are busy; those there are work for other runs; there are none; the plan allows no more."""
Doing: TypeAlias = Literal["working", "silent", "idle", "done", "stopped", "lost"]
"""``silent``: it holds a lease and has missed heartbeats. ``done``: its run is over. ``stopped``: it handed its work
back."""


@dataclass(frozen=True)
class WaitingRun:
    """A run of which something waits, as the tables have it."""

    run_id: UUID
    project: str
    branch: str | None
    status: str
    created_at: datetime
    given_up_at: datetime | None
    """When it fails unless a worker comes; None once one has."""
    planned_workers: int
    workers: int
    """Of its own, of which something was heard lately."""
    waiting_pieces: int
    waiting_tests: int
    waiting_shards: int
    waiting_ms: int
    """Predicted, of what waits, as if one worker did it."""
    leases: int
    elsewhere: int
    """Workers of the same project that are at work for other runs."""


@dataclass(frozen=True)
class Place:
    """A run in the queue. ``position`` counts from 1: workers that serve any run take the first one first."""

    position: int
    run: WaitingRun
    why: Why
    sentence: str
    command: str | None
    """What to type for it to go on, in the folder of the suite; None: it goes on by itself."""


@dataclass(frozen=True)
class QueueWorker:
    id: UUID
    name: str
    run_id: UUID
    project: str
    run_status: str
    shard_index: int | None
    tests_run: int
    batches: int
    joined_at: datetime
    last_seen_at: datetime
    silent_ms: int
    """Since it was last heard of."""
    left_at: datetime | None
    was_lost: bool
    """Its last lease was."""
    seq: int | None
    """Of the lease that it holds; None: it holds none, and so are the next ones."""
    granted_at: datetime | None
    predicted_ms: int | None
    expires_in_ms: int | None
    files: Sequence[str]
    """Of the batch, the first ten."""
    tests: int
    """Of the batch."""
    done: int
    running: Sequence[str]
    """Titles of tests that run now."""
    doing: Doing = "idle"


@dataclass(frozen=True)
class LostLease:
    run_id: UUID
    project: str
    branch: str | None
    run_status: str
    worker: str
    seq: int
    granted_at: datetime
    ended_at: datetime
    predicted_ms: int


@dataclass(frozen=True)
class Seats:
    """What the tenant's plan allows; None: as many as come."""

    most: int | None
    taken: int


@dataclass(frozen=True)
class Queue:
    waiting: Sequence[Place]
    waiting_runs: int
    """All of them; ``waiting`` holds the first ones."""
    workers: Sequence[QueueWorker]
    """At work."""
    others: Sequence[QueueWorker]
    """Heard of within the last hour, and not at work."""
    lost: Sequence[LostLease]
    """Of the last 24 hours, newest first."""
    seats: Seats
