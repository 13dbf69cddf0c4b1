"""Nouns: a quarantine rule, and a test that it may excuse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

RuleKind: TypeAlias = Literal["test", "file", "title", "tag", "error"]
State: TypeAlias = Literal["active", "released", "expired"]
Source: TypeAlias = Literal["manual", "recommendation", "automatic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Excuses the failures of the tests that it matches, until it expires or is released."""

    id: UUID
    kind: RuleKind
    value: str
    """A test id; a path or the titles of a test joined by ``" › "``, both with ``*`` for any characters; a tag; the
    digest of an error."""
    project_name: str
    """The browser project; empty: any."""
    owner: str
    reason: str
    source: Source
    failing_share: float
    """0–1: in how many of its executions it failed when the rule was made. What release must be convinced is over."""
    created_at: datetime
    created_by: str
    expires_at: datetime
    released_at: datetime | None
    released_by: str | None
    release_reason: str | None
    green_runs: int
    evidence: float
    """Natural logarithm of the likelihood ratio of "fixed" over "as before"."""
    excused: int
    """Failures, over all runs."""
    last_excused_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A test that failed or was not run."""

    test_id: str
    file: str
    project_name: str
    title_path: Sequence[str]
    tags: Sequence[str]
    error_digests: Sequence[str] = ()
    """Of its failed attempts; empty for a test that did not run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRule:
    """A rule that somebody wants."""

    kind: RuleKind
    value: str
    project_name: str = ""
    owner: str
    reason: str
    source: Source = "manual"
    failing_share: float | None = None
    """None: worked out from what is known of the tests."""
    days: int | None = None
    """For how long; None: until ``expires_at``, and without that for as long as the project says."""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRule(Rule):
    """A rule as lists show it."""

    project: str
    project_id: int
    is_active: bool
    test: Mapping[str, object] | None
    """``title``, ``file`` and ``projectName`` of the one test that it is about; None: of several, or not seen yet."""
    error_message: str | None
    """Of the error that it is about, without what differs; None: it is about none, or about one that never came."""

    @property
    def state(self) -> State:
        if self.is_active:
            return "active"
        is_early = self.released_at is not None and self.released_at < self.expires_at
        return "released" if is_early else "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What a project allows."""

    id: int
    slug: str
    cap: int
    """Tests that may be quarantined at once, and excused in one run."""
    days: int
    """For which a rule holds that does not say."""
    auto: bool
    auto_rate: float
    auto_confidence: float
    default_branch: str | None
    """None: main or master where it has a tenth of the runs, else the branch with most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """What somebody did to a rule."""

    at: datetime
    who: str
    what: Literal["created", "changed", "released", "expired"]
    details: Mapping[str, object]
