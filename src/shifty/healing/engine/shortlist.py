"""Which candidates are worth a close look: nearly all of a page have nothing in common with the element."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from shifty.healing.engine.element import Element

MOST = 160
_BEST_OF_EACH = 12
"""By every single measure: whoever changed in all but one must still be seen."""
_LONGEST = 80


def shortlist(was: Element, candidates: Sequence[Element]) -> tuple[list[int], list[int]]:
    """Indices of those to look at, in the order given, and of the rest, the more alike first."""
    if len(candidates) <= MOST:
        return list(range(len(candidates))), []
    measures = _measures(was, candidates)
    total = measures.sum(axis=0)
    order = np.argsort(-total, kind="stable")
    chosen = set(order[:MOST].tolist())
    for measure in measures:
        # Ties by the sum: of a thousand with the same tag, those that have more in common.
        chosen.update(index for index in np.lexsort((-total, -measure))[:_BEST_OF_EACH].tolist() if measure[index] > 0)
    return sorted(chosen), [index for index in order.tolist() if index not in chosen]


def _measures(was: Element, candidates: Sequence[Element]) -> NDArray[np.float64]:
    """One row per measure, each from 0 to 1 but for texts, which tell the most."""
    named = [_short(it.accessible_name or it.text or it.alt or it.label or it.placeholder) for it in candidates]
    name = _short(was.accessible_name or was.text or was.alt or was.label or was.placeholder)
    return np.stack(
        [
            2 * _alike(name, named, fuzz.ratio),
            1.5 * _alike(name, named, fuzz.token_set_ratio),
            _alike(_short(was.text), [_short(it.text) for it in candidates], fuzz.ratio),
            1.5 * _alike(was.id, [it.id for it in candidates], fuzz.ratio),
            _alike(was.name, [it.name for it in candidates], fuzz.ratio),
            2 * _alike(was.test_id, [it.test_id for it in candidates], fuzz.ratio),
            _alike(was.placeholder.lower(), [it.placeholder.lower() for it in candidates], fuzz.ratio),
            _alike(_path(was.href), [_path(it.href) for it in candidates], fuzz.ratio),
            _alike(" ".join(was.classes), [" ".join(it.classes) for it in candidates], fuzz.ratio),
            _alike(was.xpath[-_LONGEST:], [it.xpath[-_LONGEST:] for it in candidates], fuzz.ratio),
            _alike(_short(was.neighbor_text), [_short(it.neighbor_text) for it in candidates], fuzz.ratio),
            _near(was, candidates),
            np.array([0.7 * (it.tag == was.tag) + 0.3 * (it.is_button == was.is_button) for it in candidates]),
        ]
    )


def _alike(mine: str, theirs: Sequence[str], scorer: Callable[..., float]) -> NDArray[np.float64]:
    if not mine:
        return np.zeros(len(theirs))
    scores: NDArray[np.float64] = process.cdist([mine], theirs, scorer=scorer)[0].astype(np.float64) / 100
    return scores


def _near(was: Element, candidates: Sequence[Element]) -> NDArray[np.float64]:
    if not was.w:
        return np.zeros(len(candidates))
    box = np.array([(it.x, it.y, it.w, it.h) for it in candidates])
    far = np.hypot(box[:, 0] - was.x, box[:, 1] - was.y) + np.abs(box[:, 2] - was.w) + np.abs(box[:, 3] - was.h)
    return np.exp(-far / 150) * (box[:, 2] > 0)


def _short(text: str) -> str:
    return text[:_LONGEST].lower()


def _path(href: str) -> str:
    return href.partition("?")[0].rpartition("//")[2][-_LONGEST:]
