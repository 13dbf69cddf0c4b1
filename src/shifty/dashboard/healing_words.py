"""What became of a broken locator, in words: for lists and for the page of one. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from shifty.wire import Heal, HealedElement

Outcome: TypeAlias = Literal["healed", "tried", "proposed", "declined"]

SENTENCES: Final[Mapping[Outcome, str]] = {
    "healed": "The step went on with another element, and passed.",
    "tried": "The step went on with another element, and failed all the same.",
    "proposed": "The test failed as it would have; this is a suggestion.",
    "declined": "Nothing on the page was surely meant, so the test failed as it would have.",
}
_BADGES: Final[Mapping[Outcome, str]] = {
    "healed": "healed",
    "tried": "failed",
    "proposed": "proposed",
    "declined": "declined",
}
_SURE: Final = ((0.95, "very sure"), (0.85, "sure"), (0.7, "fairly sure"), (0.4, "not sure"), (0.0, "a guess"))
_EVIDENCE: Final = {
    "data-testid-recovery": "test ids, ids and names",
    "text-content-matching": "texts, labels, names and links",
    "css-hierarchy-analysis": "classes, place and neighbours",
    "ai-powered-analysis": "a language model, asked where the healer alone was not quite sure",
}


def outcome_of(heal: Heal) -> Outcome:
    if heal.decision == "heal":
        return "healed" if heal.success else "tried"
    return "proposed" if heal.decision == "propose" else "declined"


def badge_of(outcome: Outcome) -> str:
    """The kind of badge that shows it."""
    return _BADGES[outcome]


def outcome_word(outcome: Outcome) -> str:
    return "healed, step failed" if outcome == "tried" else outcome


def percent_of(confidence: float) -> str:
    # 99.6 % is not certain: nothing is rounded up to it.
    return f"{min(99, int(confidence * 100))} %"


def how_sure(confidence: float) -> str:
    return next(words for least, words in _SURE if confidence >= least)


def evidence_of(strategy: str) -> str:
    """What has carried an answer."""
    return _EVIDENCE.get(strategy, strategy)


def original_of(heal: Heal) -> str:
    """The broken locator, as code where it is known."""
    return heal.original_locator or heal.original_selector


def healed_of(heal: Heal) -> str | None:
    """None: nothing takes its place."""
    return heal.healed_locator or heal.healed_selector


def place_of(heal: Heal, file: str) -> str:
    """``tests/login.spec.ts:12``, or the file of the test where nobody knows more."""
    return f"{heal.call_site.file}:{heal.call_site.line}" if heal.call_site else file


@dataclass(frozen=True)
class Compared:
    """One thing that an element says of itself, then and now. None: it does not say it."""

    name: str
    was: str | None
    is_now: str | None

    @property
    def kind(self) -> Literal["same", "changed", "gone", "new"]:
        if self.was == self.is_now:
            return "same"
        if self.was is None:
            return "new"
        return "gone" if self.is_now is None else "changed"


def compared(was: HealedElement | None, now: HealedElement | None) -> Sequence[Compared]:
    """What differs first, then what stayed; nothing where neither is known."""
    before, after = dict(_told(was)), dict(_told(now))
    rows = [Compared(name, before.get(name), after.get(name)) for name in dict.fromkeys((*before, *after))]
    return sorted(rows, key=lambda row: row.kind == "same")


def _told(element: HealedElement | None) -> Iterator[tuple[str, str]]:
    if element is None:
        return
    for name, value in (("tag", element.tag), ("role", element.role), ("name or text", element.name)):
        if value:
            yield name, value
    yield from ((f"@{name}", value) for name, value in element.attributes.items())
    if len(element.box) == 4 and any(element.box):
        x, y, width, height = (f"{value:.0f}" for value in element.box)
        yield "position", f"{x}, {y}"
        yield "size", f"{width} × {height}"
