"""The candidates of one question side by side: what each is called, how often, and which of them share a place."""

from collections import Counter
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shifty.healing.engine.element import Element
from shifty.healing.engine.look import Look, looks

Column = NDArray[np.float64]

_SAME_BOX = 0.85
"""Overlap (intersection over union) from which two elements are one to the eye, as in VON Similo."""


class Page:
    """Prepared once per question; columns have one value per candidate, in the order given."""

    def __init__(self, elements: Sequence[Element]) -> None:
        self.looks: list[Look] = looks(elements)
        self.size = len(self.looks)

    @cached_property
    def box(self) -> NDArray[np.float64]:
        """Rows of x, y, w, h."""
        return np.array([(it.x, it.y, it.w, it.h) for it in self.looks], dtype=np.float64).reshape(-1, 4)

    @cached_property
    def parents(self) -> list[int]:
        """The nearest candidate around each, -1 without: by XPath, as far as it is known."""
        at = {it.path: index for index, it in enumerate(self.looks) if it.path}
        return [_nearest(it.path, at) for it in self.looks]

    @cached_property
    def twins(self) -> Column:
        """How many candidates are called as it is; wrappers of one thing count once."""
        heads = {(it.label, group) for it, group in zip(self.looks, self.groups, strict=True)}
        named = Counter(label for label, _ in heads)
        return np.array([named[it.label] if it.label else 0 for it in self.looks], dtype=np.float64)

    @cached_property
    def groups(self) -> list[int]:
        """Candidates in one another that fill the same box share a number."""
        group = list(range(self.size))
        boxes = self.box
        for index, parent in enumerate(self.parents):
            if parent >= 0 and overlap(boxes[index], boxes[parent]) >= _SAME_BOX:
                _join(group, index, parent)
        return [_head(group, index) for index in range(self.size)]

    @cached_property
    def rarity(self) -> dict[str, float]:
        """How telling a word is on this page: 1 for a word of one element, towards 0 for a word of all."""
        counted = Counter(word for it in self.looks if len(it.words) <= 12 for word in it.words)
        whole = np.log(self.size + 1.0)
        return {word: float(1 - np.log(number) / whole) for word, number in counted.items()}


def overlap(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Intersection over union of two boxes; 0 where one has no size."""
    ax, ay, aw, ah = one.tolist()
    bx, by, bw, bh = other.tolist()
    wide = min(ax + aw, bx + bw) - max(ax, bx)
    high = min(ay + ah, by + bh) - max(ay, by)
    if wide <= 0 or high <= 0:
        return 0.0
    both = wide * high
    return both / (aw * ah + bw * bh - both)


def _nearest(path: str, at: dict[str, int]) -> int:
    for _ in range(3):
        path = path.rpartition("/")[0]
        if not path:
            break
        if path in at:
            return at[path]
    return -1


def _head(group: list[int], index: int) -> int:
    while group[index] != index:
        group[index] = group[group[index]]
        index = group[index]
    return index


def _join(group: list[int], one: int, other: int) -> None:
    first, second = sorted((_head(group, one), _head(group, other)))
    group[second] = first
