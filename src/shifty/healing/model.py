"""Nouns: a fingerprint and its use, a project's settings, an event, a decision, a drift."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias
from uuid import UUID

from shifty.healing.engine.element import Element
from shifty.runs.model import HealingVerdict
from shifty.wire import Attachment, Heal

Mode: TypeAlias = Literal["off", "propose", "heal"]
Word: TypeAlias = Literal["accepted", "refused"]
"""What somebody says about a replacement."""


class Project(NamedTuple):
    """A project as healing sees it."""

    id: int
    slug: str
    mode: Mode
    verdict: HealingVerdict


class Use(NamedTuple):
    """A fingerprint without its elements."""

    id: int
    test_id: str
    line: int
    digest: str
    longest_wait_ms: int
    seen_at: datetime


class KnownUse(NamedTuple):
    """What the hook is told of a fingerprint."""

    test_id: str
    file: str
    line: int
    selector: str
    digest: str
    seen_at: datetime
    longest_wait_ms: int


@dataclass(frozen=True)
class Fingerprint:
    """What a locator used to hit."""

    elements: Sequence[Element]
    """Newest version first; at least one."""
    longest_wait_ms: int
    """That the locator ever needed in a test that passed."""


class Decision(NamedTuple):
    """What somebody has said about one locator of a file and what it is to be replaced by; it holds for the project."""

    id: str
    word: Word
    reason: str
    by: str
    """As the key was called then."""
    at: datetime


class Event(NamedTuple):
    """One broken locator in one attempt of a test."""

    test_id: str
    file: str
    title_path: Sequence[str]
    project_name: str
    outcome: str | None
    healed: bool
    """The test passed by heals, whatever the run's policy has made of that."""
    attempt: int
    lease: str | None
    started_at: str | None
    step: int
    """Its place among the broken locators of the attempt, from 1."""
    heal: Heal
    attachments: Sequence[Attachment]
    decided: Decision | None = None
    """None: nobody has said anything about this replacement."""

    @property
    def file_of_locator(self) -> str:
        """The file that a decision is about: where the test's code used the locator."""
        return self.heal.call_site.file if self.heal.call_site else self.file

    def id_in(self, run_id: UUID) -> str:
        """The same for the same heal, however often it is asked for."""
        names = (run_id, self.test_id, self.lease, self.attempt, self.started_at, self.step)
        return hashlib.sha256("\x1f".join(map(str, names)).encode()).hexdigest()[:32]


class Screenshot(NamedTuple):
    id: UUID
    test_id: str
    attempt: int | None
    name: str


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """A locator of a project and what it was, or would be, replaced by: told as it was last seen."""

    run_id: UUID
    project: str
    branch: str | None
    seen_at: datetime
    """When its newest run was made."""
    times: int
    """Attempts and steps that it was seen in, of those that were looked at."""
    tests: int
    runs: int
    newest: Event


@dataclass(frozen=True, kw_only=True)
class ListedDecision:
    """A decision with what it is about."""

    id: str
    project: str
    file: str
    selector: str
    healed_selector: str
    word: Word
    reason: str
    by: str
    at: datetime


class Refused(NamedTuple):
    """A replacement that somebody does not want."""

    selector: str
    """As Playwright has it, frames included; so is the healed one."""
    healed_selector: str
    by: str
    reason: str


class Drifted(NamedTuple):
    """A locator that hit another element than it used to."""

    id: UUID
    run_id: UUID
    test_id: str
    test_file: str
    title_path: Sequence[str]
    selector: str
    file: str
    line: int
    similarity: float
    was: Element
    is_now: Element
    explanation: str
    seen_at: datetime
