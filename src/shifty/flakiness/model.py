"""Nouns: what is concluded of a test."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

Verdict: TypeAlias = Literal["stable", "flaky", "broken", "regressed", "suspect", "infrastructure"]
"""``stable``: nothing speaks against it. ``flaky``: it passed after a failed attempt, or came out both ways on one
commit. ``broken``: it only ever fails. ``regressed``: it passed, and has failed since. ``suspect``: it failed now and
then, each time on a commit of its own, which may be a change as well as chance. ``infrastructure``: only failures that
say nothing about it."""


@dataclass(frozen=True, slots=True)
class Point:
    """A run between which and another something changed."""

    run_id: UUID
    commit: str | None
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Breakage:
    """Since when a test fails. The change that broke it is behind ``last_good`` and no later than ``first_bad``."""

    branch: str | None
    last_good: Point | None
    """None: it never passed as far as history goes."""
    first_bad: Point
    failures: int
    """Runs in which it has failed since, in a row; of more than a hundred, those that were looked at."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A likely cause, with what shows it."""

    cause: str
    """``timeout``, ``order``, ``browser``, ``host``, ``shared-worker``, ``network``, ``animation``."""
    summary: str
    """For a person: the numbers that show it."""
    advice: str
    """What to do about it."""
    strength: float
    """0–1, to sort by."""
    runs: Sequence[UUID] = ()
    """Runs that show it, newest first, a few."""
    tests: Sequence[str] = ()
    """Test ids of others that show it or are involved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What is concluded of a test from its last executions."""

    verdict: Verdict
    total_runs: int
    """In which it passed or failed, without those that say nothing about it."""
    failed_runs: int
    """In which it failed for good."""
    flaky_runs: int
    rate: float
    """Flaky of total, percent, not rounded."""
    low: float
    high: float
    """Its 95 % credible interval, percent."""
    failing_share: float
    """0–1: of all executions, those in which an attempt failed, for whatever reason."""
    last_flaky_at: datetime | None = None
    lost_ms: int = 0
    """Time that its flaky failures took."""
    trend: float = 0.0
    """Percentage points: in how many more of the newest runs an attempt failed than in those before. Below 0: in fewer;
    0: as many, or too few runs to tell."""
    breakage: Breakage | None = None
    """While it is broken or regressed."""
