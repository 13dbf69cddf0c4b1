"""Nouns: a fingerprint and its use, a project's settings, an event, a drift."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias
from uuid import UUID

from shifty.healing.engine.element import Element
from shifty.runs.model import HealingVerdict
from shifty.wire import Attachment, Heal

Mode: TypeAlias = Literal["off", "propose", "heal"]


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


class Screenshot(NamedTuple):
    id: UUID
    test_id: str
    attempt: int | None
    name: str


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
