"""Which family of evidence carried an answer: identifiers, what a person reads, or the structure of the page."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from rapidfuzz.distance import Levenshtein

from shifty.healing.engine.element import Element
from shifty.healing.engine.generated import is_generated
from shifty.healing.engine.model import Strategy
from shifty.healing.engine.words import identifier_words, synonymous

TELLING = 0.6
"""Agreement from which identifiers or texts can have carried an answer; below, it was the structure."""


class Evidence(NamedTuple):
    """How far each family alone says that two elements are the same, 0 to 1; None where it says nothing."""

    identifiers: float | None
    texts: float | None
    structure: float | None


def strategy_of(was: Element, now: Element, rivals: Sequence[Element] = ()) -> Strategy:
    """The family that agrees best, and sets ``now`` apart from the next best candidates.

    ``rivals`` that agree as well take from a family what it says: a text that ten buttons have carried nothing.
    """
    chosen = evidence(was, now)
    others = [evidence(was, rival) for rival in rivals]
    identifiers = _weight(chosen.identifiers, [other.identifiers for other in others])
    texts = _weight(chosen.texts, [other.texts for other in others])
    if max(identifiers, texts) < TELLING:
        return "css-hierarchy-analysis"
    return "data-testid-recovery" if identifiers >= texts else "text-content-matching"


def evidence(was: Element, now: Element) -> Evidence:
    """What each family says of two elements. A pseudo-fingerprint of a locator has most of them silent."""
    return Evidence(_identifiers(was, now), _texts(was, now), _structure(was, now))


def labels(element: Element) -> tuple[str, ...]:
    """What a person calls it, the most telling first."""
    texts = (
        element.accessible_name,
        element.label,
        element.text,
        element.placeholder,
        element.value,
        element.title,
        element.alt,
    )
    return tuple(dict.fromkeys(text for text in texts if text))


def identifiers(element: Element) -> tuple[str, ...]:
    """What a program calls it, without what a framework made up."""
    names = (element.test_id, element.id, element.name, *element.data.values())
    return tuple(dict.fromkeys(name for name in names if name and len(name) < 80 and not is_generated(name)))


def _weight(own: float | None, others: Sequence[float | None]) -> float:
    if own is None:
        return 0.0
    best = max((other for other in others if other is not None), default=0.0)
    return own if best < own - 0.05 else own * 0.7


def _identifiers(was: Element, now: Element) -> float | None:
    old, new = identifiers(was), identifiers(now)
    if not old or not new:
        return None
    return max(_same_name(x, y) for x in old for y in new)


def _same_name(x: str, y: str) -> float:
    if x == y:
        return 1.0
    words, other = " ".join(identifier_words(x)), " ".join(identifier_words(y))
    alike = Levenshtein.normalized_similarity(x.lower(), y.lower())
    return 0.95 * max(synonymous(words, other), alike if alike >= 0.7 else 0.0)


def _texts(was: Element, now: Element) -> float | None:
    old, new = labels(was), labels(now)
    alike = [synonymous(x, y) for x in old for y in new]
    if not old:
        # A locator by id or test id says in words what the label may say too: "#login-submit".
        words = [" ".join(identifier_words(name)) for name in identifiers(was)]
        alike = [0.9 * synonymous(x, y) for x in words for y in new if x]
    if was.href and now.href:
        alike.append(0.9 if address(was.href) == address(now.href) else 0.0)
    return max(alike, default=None)


def address(href: str) -> str:
    """A link's path: hosts differ between environments, and queries carry sessions.

    Of a link through a redirector or an archive, the path of the link that it carries.
    """
    carried = max(href.rfind("/http://"), href.rfind("/https://")) + 1
    try:
        return urlsplit(href[carried:]).path.rstrip("/") or "/"
    except ValueError:
        return href


def _structure(was: Element, now: Element) -> float | None:
    said: list[float] = []
    if was.classes:
        said.append(_shared(was.classes, now.classes))
    if was.ancestors:
        said.append(_shared(was.ancestors, now.ancestors))
    said += [Levenshtein.normalized_similarity(x, y) for x, y in _paths(was, now) if x]
    return sum(said) / len(said) if said else None


def _paths(was: Element, now: Element) -> Sequence[tuple[str, str]]:
    return (was.xpath, now.xpath), (was.idxpath, now.idxpath)


def _shared(old: Sequence[str], new: Sequence[str]) -> float:
    one, other = set(old), set(new)
    return 2 * len(one & other) / (len(one) + len(other))
