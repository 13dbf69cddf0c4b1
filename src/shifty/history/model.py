"""Nouns: a run that history takes in, and what its tests came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

import msgspec

from shifty.wire import Attempt

Excluded: TypeAlias = Literal["infrastructure", "lost-worker", "interrupted", "healed"]
"""Why an execution says nothing about its test."""

MOST_EXECUTIONS = 100
"""Of a test: what is older says little about how it is now."""
OLDEST_DAYS = 90


class Execution(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """What one test came to in one run that has ended.

    A Struct, and no dataclass: a fold makes tens of thousands of them, in a third of the time.
    """

    run_id: UUID
    ended_at: datetime
    """Of the run."""
    branch: str | None
    commit: str | None
    """None: unknown, or the checkout had changes that were not committed, so that two runs of it may differ."""
    outcome: str
    """``passed``, ``failed``, ``skipped``, ``notRun``, as in the ledger."""
    retried: bool = False
    """It passed after a failed attempt."""
    burst: bool = False
    """It failed when unusually many tests did: that it failed is real, but no evidence that the test is flaky."""
    quarantined: bool = False
    excluded: Excluded | None = None
    attempts: int = 1
    failed_attempts: int = 0
    duration_ms: int = 0
    failed_ms: int = 0
    """Time that its failed attempts took."""
    limit_ms: int | None = None
    position: int | None = None
    """Of its first attempt in its Playwright worker process, from 0; None: unknown."""
    ran_after: int | None = None
    """The known test that ran just before it in that process."""
    worker: str | None = None
    """The machine."""
    error_digest: str | None = None
    causes: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldingRun:
    """A closed run that history has yet to take in."""

    run_id: UUID
    project_id: int
    ended_at: datetime
    branch: str | None
    commit_sha: str | None
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRun:
    """Where to find a run that history has yet to take in."""

    tenant_id: UUID
    project_id: int
    run_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsettledTest:
    """A row of the ledger that did not just pass."""

    test_id: str
    outcome: str
    raw_status: str | None
    reason: str | None
    error_message: str | None
    retry_count: int
    healed: bool
    """It went on with a healed locator."""
    worker: str | None
    """The machine."""
    attempts: Sequence[Attempt] = ()
    """Under all of its leases, oldest first; without steps, output and attachments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What history notes of a test that did not just pass."""

    test_id: str
    worker: str | None
    excluded: Excluded | None = None
    retried: bool = False
    failed_first: bool = False
    """Its first attempt failed: what bursts are counted by."""
    burst: bool = False
    failed_attempts: int = 0
    """Under whichever lease; without those that were interrupted."""
    failed_ms: int = 0
    """Of those of its last lease, as its duration is."""
    limit_ms: int | None = None
    error_digest: str | None = None
    causes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Folded:
    """What a fold has done, for the log."""

    tests: int
    marked: int
    """Tests that did not just pass."""
    burst: int
    """Of these, failures of a moment when unusually many failed."""
    errors: int
    """Pairs of a test and an error that it failed with."""
