"""The peer: Similo with its published weights (Nass, Alégroth, Feldt, Leotta, Ricca; TOSEM 2023)."""

from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from shifty.healing.engine.element import Element

_FAR_PX = 100.0


def best_of(target: Element, candidates: Sequence[Element]) -> int | None:
    """Similo never abstains; None only where there is nothing to choose."""
    scores = [similarity(target, candidate) for candidate in candidates]
    return max(range(len(scores)), key=scores.__getitem__) if scores else None


def similarity(target: Element, candidate: Element) -> float:
    """The weighted sum of 14 properties; at most 12."""
    strong = (
        _equal(target.tag, candidate.tag)
        + _equal(target.name, candidate.name)
        + _equal(target.id, candidate.id)
        + _alike(target.text, candidate.text)
        + _overlap(target.neighbor_text, candidate.neighbor_text)
    )
    weak = (
        _alike(" ".join(target.classes), " ".join(candidate.classes))
        + _alike(target.href, candidate.href)
        + _alike(target.alt, candidate.alt)
        + _alike(target.xpath, candidate.xpath)
        + _alike(target.idxpath, candidate.idxpath)
        + (target.is_button == candidate.is_button)
        + _near(target, candidate)
        + _ratio(target.w * target.h, candidate.w * candidate.h)
        + _ratio(target.w / max(target.h, 1), candidate.w / max(candidate.h, 1))
    )
    return 1.5 * strong + 0.5 * weak


def _equal(one: str, other: str) -> float:
    return float(bool(one) and one.lower() == other.lower())


def _alike(one: str, other: str) -> float:
    return Levenshtein.normalized_similarity(one.lower(), other.lower()) if one and other else 0.0


def _overlap(one: str, other: str) -> float:
    words, others = set(one.lower().split()), set(other.lower().split())
    return len(words & others) / max(len(words), len(others)) if words and others else 0.0


def _near(one: Element, other: Element) -> float:
    apart = ((one.x - other.x) ** 2 + (one.y - other.y) ** 2) ** 0.5
    return max(0.0, 1 - apart / _FAR_PX)


def _ratio(one: float, other: float) -> float:
    return min(one, other) / max(one, other) if max(one, other) > 0 else 0.0
