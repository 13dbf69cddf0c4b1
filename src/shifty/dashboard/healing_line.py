"""A broken locator as lists of pages show it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from shifty.dashboard.healing_addresses import event_address
from shifty.dashboard.healing_words import (
    badge_of,
    healed_of,
    how_sure,
    original_of,
    outcome_of,
    outcome_word,
    percent_of,
    place_of,
)
from shifty.dashboard.words import count
from shifty.healing.model import Event, Replacement
from shifty.pull_requests.model import ListedPr

Offered: TypeAlias = Mapping[tuple[str, str, str], ListedPr]
"""The newest change for a replacement: by project, broken and healed locator."""


@dataclass(frozen=True)
class HealLine:
    run_id: UUID
    event: Event
    project: str = ""
    branch: str | None = None
    seen_at: datetime | None = None
    how_often: str = ""
    pr: ListedPr | None = None

    @property
    def id(self) -> str:
        """Of the element of the page: the same while the locator stays, however often it is seen again."""
        return f"heal-{self.event.id_in(self.run_id)[:12]}"

    @property
    def address(self) -> str:
        return event_address(self.run_id, self.event)

    @property
    def original(self) -> str:
        return original_of(self.event.heal)

    @property
    def healed(self) -> str | None:
        return healed_of(self.event.heal)

    @property
    def badge(self) -> str:
        return badge_of(outcome_of(self.event.heal))

    @property
    def outcome(self) -> str:
        return outcome_word(outcome_of(self.event.heal))

    @property
    def percent(self) -> str:
        return percent_of(self.event.heal.confidence)

    @property
    def sure(self) -> str:
        return how_sure(self.event.heal.confidence)

    @property
    def title(self) -> str:
        return " › ".join(self.event.title_path) or self.event.test_id

    @property
    def place(self) -> str:
        return place_of(self.event.heal, self.event.file)

    @property
    def may_be_decided(self) -> bool:
        return self.event.heal.healed_selector is not None


def line_of(told: Replacement, offered: Offered) -> HealLine:
    heal = told.newest.heal
    return HealLine(
        run_id=told.run_id,
        event=told.newest,
        project=told.project,
        branch=told.branch,
        seen_at=told.seen_at,
        how_often=_how_often(told),
        pr=offered.get((told.project, original_of(heal), healed_of(heal) or "")),
    )


def offered_by(prs: Sequence[ListedPr]) -> Offered:
    """``prs`` come newest first."""
    return {(pr.project, heal.original, heal.healed): pr for pr in reversed(prs) for heal in pr.heals}


def _how_often(told: Replacement) -> str:
    if told.times == 1:
        return "seen once"
    return f"seen {told.times:,} times in {count(told.tests, 'test')}, {count(told.runs, 'run')}"
