"""Nouns: what an error message says, and what it points to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

Kind: TypeAlias = Literal["assertion", "timeout", "locator", "navigation", "network", "environment", "crash", "error"]
"""What sort of error it is, for people: an assertion that did not hold, a time-out, …; ``error`` is all the rest."""

ErrorSort: TypeAlias = Literal["count", "tests", "lastSeen", "firstSeen"]

Cause: TypeAlias = Literal["timeout", "test-timeout", "network", "animation", "environment"]
"""What an error points to. ``test-timeout``, beside ``timeout``: the time of the whole test was over, and not that of a
step; ``animation``: the element moved, was covered, or was replaced while it was used
(hydration); ``environment``: browser or machine, not test or application."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one error message says."""

    digest: str
    """16 hexadecimal digits; the same for messages that differ in numbers, ids, paths, colours or time-outs only."""
    message: str
    """The message without what differs, its beginning: up to 16 lines. Messages of two digests may begin alike."""
    sample: str
    """The message as it was, without colours, cut to a readable length."""
    kind: Kind
    causes: frozenset[Cause]
    limit_ms: int | None
    """Of the time-out that it names; the test's own where ``causes`` has ``test-timeout``."""
    is_infrastructure: bool
    """It says nothing about the test: the browser could not start, the disk was full, the process was killed. A network
    error does not count: it may be the test's own, and only many at once show that the network was gone."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What one test, or none, said in one run."""

    test_ref: int
    """``known_tests.id``; 0: an error of the run that belongs to no test."""
    finding: Finding
    attempts: int
    """How many said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorFilter:
    """Which errors are wanted. None does not filter."""

    days: int
    """How far back, from now."""
    project: str | None = None
    branch: str | None = None
    search: str | None = None
    """Part of the message, in any case."""
    kind: Kind | None = None
    test_id: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedTest:
    """A test that failed with an error."""

    test_id: str
    file: str
    title_path: Sequence[str]
    project_name: str
    attempts: int
    """Of its, those that failed so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorGroup:
    """Errors of which little more than numbers and names of this moment differs, over many runs."""

    digest: str
    project: str
    kind: Kind
    message: str
    sample: str
    attempts: int
    """That failed so within the window, as all but ``first_seen_at``; errors of the run itself are counted too."""
    tests: int
    runs: int
    branches: Sequence[str]
    most_affected: Sequence[AffectedTest]
    """A few; of an error that was asked for by its digest, many."""
    first_seen_at: datetime
    """Ever."""
    last_seen_at: datetime
    last_run_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedTest:
    """A test of one run that failed, or passed after a failed attempt."""

    test_id: str
    file: str
    title_path: Sequence[str]
    project_name: str
    line: int | None
    outcome: str
    quarantined: bool

    @property
    def is_flaky(self) -> bool:
        return self.outcome == "passed"


@dataclass(frozen=True, slots=True)
class Told:
    """What such a test said."""

    test: FailedTest
    errors: Sequence[Sequence[str]]
    """Of each failed attempt, its messages."""
    error_message: str | None
    """The test's own, which may stand in no attempt."""


@dataclass(frozen=True, slots=True)
class HitTest:
    test: FailedTest
    attempts: int
    """Of its, those that failed so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseInRun:
    """What went wrong in a run, once, with the tests that it hit, in the order of the suite."""

    finding: Finding
    failed: Sequence[HitTest]
    flaky: Sequence[HitTest]
    files: Sequence[str]
    """That the run itself could not work with; an error of the run that names none counts as ``run_errors`` only."""
    run_errors: int
    """Errors of the run that belong to no test."""


@dataclass(frozen=True, slots=True)
class ErrorsOfRun:
    causes: Sequence[CauseInRun]
    """Those that hit most tests come first."""
    is_cut: bool
    """More tests have failed than were looked at."""
