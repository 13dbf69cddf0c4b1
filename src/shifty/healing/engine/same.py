"""Whether an element that a locator hits is still the one it used to hit: drift, seen on passing steps.

A sum of evidence through the logistic function. Sizes come from a regression over 846 elements of 34 pages and what
became of them years later, against their neighbours and what stands at their old path; texts were then taken back by
half, since pages under test show names and prices that change with their data. Where nothing is known, nothing has
drifted. On these elements 0.4 % of what was still the same falls below ``DRIFTED``, and three fifths of what was not.
"""

import math
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from shifty.healing.engine.element import Element
from shifty.healing.engine.explain import called, changes
from shifty.healing.engine.generated import is_generated
from shifty.healing.engine.strategy import address, labels
from shifty.healing.engine.words import opposed, synonymous, toggled, tokens

DRIFTED: Final = 0.2
"""A sameness below this is reported."""

FIXED_LABELS: Final = frozenset(
    [
        "button",
        "tab",
        "menuitem",
        "checkbox",
        "radio",
        "switch",
        "textbox",
        "searchbox",
        "combobox",
        "spinbutton",
        "slider",
    ]
)
"""Roles whose labels are written by a product's authors. Those of links, cells and headings may come from its data."""

_KNOWING_NOTHING = 1.5


class _Weight(NamedTuple):
    """Log-odds of a piece of evidence: where it agrees fully, and where it disagrees fully."""

    agrees: float
    disagrees: float

    def of(self, agreement: float | None) -> float:
        """``agreement`` from -1 to 1; None: it says nothing."""
        if agreement is None:
            return 0.0
        return self.agrees * agreement if agreement > 0 else -self.disagrees * agreement


_IDENTIFIERS = _Weight(4.0, -2.5)
_TEXT = _Weight(3.0, -3.0)
_CONTRARY = -1.5
_FIXED = -1.0
_LINK = _Weight(2.0, -1.5)
_KIND = _Weight(0.0, -2.0)
_CLASSES = _Weight(0.0, -0.5)
_PLACE = _Weight(0.5, -0.5)
_AROUND = _Weight(0.5, -0.5)


def sameness(was: Element, now: Element) -> float:
    """The chance, 0 to 1, that ``now`` is what ``was`` described. Its path says nothing: the locator may go by it."""
    return 1 / (1 + math.exp(-_evidence(was, now)))


def describe_drift(was: Element, now: Element) -> str:
    """What a reader of the report needs to judge it."""
    told = list(changes(was, now))[:3]
    what = f" What changed: {'; '.join(told)}." if told else ""
    return f"The locator still matches, but it used to hit {called(was)} and now hits {called(now)}.{what}"


def _evidence(was: Element, now: Element) -> float:
    text = _text(was, now)
    evidence = _KNOWING_NOTHING + _TEXT.of(text)
    if text is not None and text < 0:
        # The share by which it is another text: half a new label is half the reason to doubt.
        evidence -= text * (_CONTRARY * _contrary(was, now) + _FIXED * (was.role in FIXED_LABELS))
    evidence += _IDENTIFIERS.of(_identifiers(was, now))
    evidence += _LINK.of(_link(was.href, now.href))
    evidence += _KIND.of(_equal(was.tag, now.tag)) / 2 + _KIND.of(_equal(was.type or was.role, now.type or now.role))
    evidence += _CLASSES.of(_shared(_authored(was.classes), _authored(now.classes)))
    evidence += _PLACE.of(_shared(was.ancestors[:4], now.ancestors[:4])) + _PLACE.of(_equal(was.heading, now.heading))
    return evidence + _AROUND.of(_shared(tokens(was.neighbor_text), tokens(now.neighbor_text)))


def _text(was: Element, now: Element) -> float | None:
    """From -1, another text, to 1. Texts that are only numbers say nothing, numbers in other texts don't count."""
    old, new = _spoken(was), _spoken(now)
    if not old or not new or toggled(old[0], new[0]):
        return None
    return 2 * max(synonymous(x, y) for x in old for y in new) - 1


def _spoken(element: Element) -> Sequence[str]:
    texts = (" ".join(re.sub(r"[\d.,:]*\d\S*", " ", label).split()) for label in labels(element))
    return [text for text in texts if tokens(text)]


def _contrary(was: Element, now: Element) -> bool:
    old, new = _spoken(was), _spoken(now)
    return opposed(old[0], new[0])


def _link(old: str, new: str) -> float | None:
    """``/products/1`` and ``/products/2`` may be the same place of a list with other data; that says nothing."""
    if not old or not new:
        return None
    if address(old) == address(new):
        return 1.0
    above, other = address(old).rpartition("/")[0], address(new).rpartition("/")[0]
    return None if above and above == other else -1.0


def _identifiers(was: Element, now: Element) -> float | None:
    """One that is the same outweighs others that changed."""
    pairs = ((was.test_id, now.test_id), (was.id, now.id), (was.name, now.name))
    said = [
        said for old, new in pairs if not is_generated(old) and not is_generated(new) and (said := _equal(old, new))
    ]
    return max(said, default=None)


def _equal(old: str, new: str) -> float | None:
    if not old or not new:
        return None
    return 1.0 if old == new else -1.0


def _shared(old: Sequence[str], new: Sequence[str]) -> float | None:
    one, other = set(old), set(new)
    return 4 * len(one & other) / (len(one) + len(other)) - 1 if one and other else None


def _authored(classes: Sequence[str]) -> Sequence[str]:
    return [name for name in classes if not is_generated(name)]
