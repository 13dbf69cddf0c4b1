"""Drawings of what a test came to, run by run: the height says it as well as the colour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from markupsafe import Markup

from shifty.dashboard.words import count
from shifty.flakiness.lists.model import Told

HEIGHT: Final = 18
_STEP: Final = 5
_WIDE_STEP: Final = 12
_SHAPES: Final[Mapping[str, tuple[int, str, str]]] = {
    "p": (6, "passed", "passed"),
    "r": (11, "flaky", "passed on retry"),
    "f": (HEIGHT, "failed", "failed"),
    "q": (HEIGHT, "excused", "failed, excused by quarantine"),
    "x": (HEIGHT, "apart", "failed, which says nothing about the test"),
    "s": (3, "quiet", "not executed"),
}
"""Height in pixels, colour, words; letters as in ``TestStore.strips``."""


@dataclass(frozen=True)
class Mark:
    """A run in a strip that leads to it."""

    letter: str
    href: str
    said: str


def strip(letters: str) -> Markup:
    """Oldest first, for a row of a list; nothing for a test without runs."""
    if not letters:
        return Markup("")
    bars = [_bar(letter, number * _STEP, _STEP - 1) for number, letter in enumerate(letters)]
    return Markup(
        '<svg class="strip" role="img" aria-label="{0}" width="{1}" height="{2}" viewBox="0 0 {1} {2}">'
        "<title>{0}</title>{3}</svg>"
    ).format(tally(letters), len(letters) * _STEP, HEIGHT, Markup("").join(bars))


def linked_strip(marks: Sequence[Mark], label: str) -> Markup:
    """Oldest first; each mark leads to its run."""
    width = max(1, len(marks)) * _WIDE_STEP
    links = [_linked(mark, number * _WIDE_STEP) for number, mark in enumerate(marks)]
    return Markup(
        '<svg class="strip" role="group" aria-label="{0}" width="{1}" height="{2}" viewBox="0 0 {1} {2}">{3}</svg>'
    ).format(label, width, HEIGHT, Markup("").join(links))


def letter_of(told: Told) -> str:
    """As ``TestStore.strips`` has it."""
    if told.outcome not in ("passed", "failed"):
        return "s"
    if told.excluded is not None:
        return "x"
    if told.outcome == "failed":
        return "q" if told.quarantined else "f"
    return "r" if told.retried or told.failed_attempts else "p"


def said_of(letter: str) -> str:
    return _SHAPES[letter][2]


def colour_of(letter: str) -> str:
    """The badge that says the same."""
    return {"p": "passed", "r": "flaky", "f": "failed", "q": "quarantined"}.get(letter, "quiet")


def tally(letters: str) -> str:
    """``Last 24 runs: 20 passed, 3 passed on retry, 1 failed; the newest passed``."""
    counted = [f"{letters.count(letter)} {said_of(letter)}" for letter in _SHAPES if letter in letters]
    return f"Last {count(len(letters), 'run')}: {', '.join(counted)}; the newest {said_of(letters[-1])}"


def mark_of(told: Told, href: str) -> Mark:
    letter = letter_of(told)
    commit = f", commit {told.commit_sha[:10]}" if told.commit_sha else ""
    return Mark(letter, href, f"{_day(told.ended_at)}: {said_of(letter)}{commit}")


def _linked(mark: Mark, at: int) -> Markup:
    # The whole height can be met with a pointer, however low the bar.
    return Markup(
        '<a href="{0}" aria-label="{1}"><title>{1}</title>'
        '<rect class="fill-none" x="{2}" width="{3}" height="{4}"/>{5}</a>'
    ).format(mark.href, mark.said, at, _WIDE_STEP, HEIGHT, _bar(mark.letter, at + 1, _WIDE_STEP - 2))


def _bar(letter: str, at: int, width: int) -> Markup:
    height, colour, _ = _SHAPES[letter]
    return Markup('<rect class="fill-{}" x="{}" y="{}" width="{}" height="{}" rx="1"/>').format(
        colour, at, HEIGHT - height, width, height
    )


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
