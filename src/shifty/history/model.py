"""Nouns: what a test came to in one run, as history keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

Excluded: TypeAlias = Literal["infrastructure", "lost-worker", "interrupted", "healed"]
"""Why an execution says nothing about its test."""

MOST_EXECUTIONS = 100
"""Of a test: what is older says little about how it is now."""
OLDEST_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """What one test came to in one run that has ended."""

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
