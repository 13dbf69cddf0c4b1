"""Which healed steps of a run ``shifty heal apply`` writes into the source."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from shifty import wire
from shifty.client.healing_api import HealingEvent
from shifty.pull_requests.change import Edit, HealedTest


@dataclass(frozen=True)
class Chosen:
    """``told`` are to be written; ``known`` are all that the tests needed, sure or not; ``refused`` are left out since
    somebody does not want them."""

    told: tuple[HealedTest, ...]
    known: tuple[HealedTest, ...]
    refused: tuple[HealedTest, ...] = ()


TestKey = tuple[str, str, tuple[str, ...]]
"""File, project and titles: a test, however often it is repeated."""


def choose(events: Sequence[HealingEvent], min_confidence: float, *, proposals: bool) -> Chosen:
    """Heals of tests that were healed in the end, also where that has failed the run; with ``proposals`` also what was
    only suggested. A test that passed at last without help has locators that work.

    What somebody has accepted is among them however sure it was, also where it was only suggested; what somebody has
    refused is not.
    """
    passed = [event for event in events if event.success and event.test_healed]
    suggested = [event for event in events if event.decision == "propose" and not event.success]
    needed = [*passed, *(event for event in suggested if proposals or _word(event))]
    told = [event for event in needed if _is_wanted(event, min_confidence)]
    return Chosen(_once(told), _once(needed), _once(event for event in needed if _word(event) == "refused"))


def _is_wanted(event: HealingEvent, min_confidence: float) -> bool:
    word = _word(event)
    return word == "accepted" if word else event.confidence >= min_confidence


def _word(event: HealingEvent) -> str | None:
    return event.decided.decision if event.decided else None


def key_of(healed: HealedTest) -> TestKey:
    return healed.test_file, healed.project_name, healed.title_path


def verifiable(edits: Iterable[Edit], known: Sequence[HealedTest]) -> frozenset[TestKey]:
    """The tests that can pass by these edits alone: all that was healed in them is written."""
    written = {_use(healed) for edit in edits for healed in edit.healed}
    left = {key_of(healed) for healed in known if _use(healed) not in written}
    return frozenset(key for key, _ in written if key not in left)


def _use(healed: HealedTest) -> tuple[TestKey, tuple[object, ...]]:
    return key_of(healed), (healed.heal.original_selector, healed.heal.call_site)


def _once(events: Iterable[HealingEvent]) -> tuple[HealedTest, ...]:
    """A retry heals the same step again."""
    found: dict[tuple[object, ...], HealedTest] = {}
    for event in events:
        healed = _healed(event)
        found[(*_use(healed), healed.heal.healed_selector, healed.heal.healed_locator)] = healed
    return tuple(found.values())


def _healed(event: HealingEvent) -> HealedTest:
    fields = msgspec.to_builtins(event)
    heal = msgspec.convert({**fields, "screenshot": None}, wire.Heal)
    titles = tuple(event.title_path or [event.test_name])
    return HealedTest(heal, event.test_file, titles, event.project_name, event.test_id, event.id)
