"""Makes a packing more even: moves and swaps, and new deals of a few bins when these find nothing more.

Budgets count steps, not time, and sums are `fsum`'s, since `sum` rounds differently from Python 3.12 on: the same
input gives the same plan on every machine.
"""

import math
from bisect import bisect_left, insort
from collections.abc import Sequence
from heapq import nsmallest
from random import Random
from typing import NamedTuple

from shifty.planning.pack import Packing

_Sized = tuple[float, int]
"""Seconds and position of an item: sorts by size, and the same on every machine."""


_PARTNERS = 64
"""With how many of the emptiest bins an exchange is looked for; there are seldom more."""


_BINS_PER_ITEM = 8
"""Looking through so many bins takes as long as dealing an item."""


class _Bin:
    """A bin that is being changed: its items shortest first, and what they add up to."""

    __slots__ = ("items", "load")

    def __init__(self, items: list[_Sized]) -> None:
        self.items = sorted(items)
        self.load = math.fsum(second for second, _ in self.items)

    def give(self, item: _Sized, to: "_Bin") -> None:
        del self.items[bisect_left(self.items, item)]
        insort(to.items, item)
        self.load -= item[0]
        to.load += item[0]


class _Exchange(NamedTuple):
    """``item`` goes to ``other`` for ``back`` (None: for nothing); the fuller of the two then is ``gain`` less full."""

    gain: float
    item: _Sized
    back: _Sized | None
    other: _Bin


def longest_of(seconds: Sequence[float], packing: Packing) -> float:
    """The load of the fullest bin."""
    return max(math.fsum(map(seconds.__getitem__, positions)) for positions in packing)


def exchange(seconds: Sequence[float], packing: Packing, target: float, steps: int = 400) -> Packing:
    """Relieve the fullest bin by at most ``steps`` moves and swaps, until it is down to ``target`` or nothing helps."""
    bins = [_Bin([(seconds[position], position) for position in positions]) for positions in packing]
    _level(bins, target, steps)
    return [[position for _, position in bin_.items] for bin_ in bins]


def redeal(seconds: Sequence[float], packing: Packing, target: float, budget: int) -> Packing:
    """Deal the fullest bin and some others anew, not quite longest first, and level them; keep what is better.

    ``budget`` is how many items may be dealt in all, and looking for what to deal counts as well: with a thousand bins
    of one item each it would take most of the time.
    """
    bins = [_Bin([(seconds[position], position) for position in positions]) for positions in packing]
    dice = Random(len(seconds))  # noqa: S311 - the same search every time is the point
    while budget > 0 and len(bins) > 1:
        fullest = max(bins, key=_load)
        if fullest.load <= target:
            break
        chosen = [fullest, *_draw(bins, fullest, dice)]
        budget -= sum(len(bin_.items) for bin_ in chosen) + len(bins) // _BINS_PER_ITEM
        dealt = _deal_loosely(chosen, dice)
        _level(dealt, target, 30)
        if max(dealt, key=_load).load < fullest.load:
            for bin_, new in zip(chosen, dealt, strict=True):
                bin_.items, bin_.load = new.items, new.load
    return [[position for _, position in bin_.items] for bin_ in bins]


def _load(bin_: _Bin) -> float:
    return bin_.load


def _draw(bins: list[_Bin], fullest: _Bin, dice: Random) -> list[_Bin]:
    """One to eight bins, mostly few: few are levelled best, but room for a single item is at times spread over many."""
    others = [bin_ for bin_ in bins if bin_ is not fullest]
    count = min(len(others), 1 + int(8 * dice.random() ** 2))
    return [others.pop(int(dice.random() * len(others))) for _ in range(count)]


def _deal_loosely(chosen: list[_Bin], dice: Random) -> list[_Bin]:
    noise = dice.random()
    items = [(-item[0] * (1 + noise * dice.random()), item) for bin_ in chosen for item in bin_.items]
    items.sort()
    hands: list[list[_Sized]] = [[] for _ in chosen]
    loads = [0.0] * len(chosen)
    for _, item in items:
        least = loads.index(min(loads))
        hands[least].append(item)
        loads[least] += item[0]
    return [_Bin(hand) for hand in hands]


def _level(bins: list[_Bin], target: float, steps: int) -> None:
    for _ in range(steps):
        fullest = max(bins, key=_load)
        if fullest.load <= target:
            return
        best = _best_exchange(fullest, bins, target)
        if best is None:
            return
        fullest.give(best.item, best.other)
        if best.back is not None:
            best.other.give(best.back, fullest)


def _best_exchange(fullest: _Bin, bins: list[_Bin], target: float) -> _Exchange | None:
    best: _Exchange | None = None
    # Less is rounding, and would be exchanged for ever.
    gain = fullest.load * 1e-12
    enough = fullest.load - target
    for other in nsmallest(_PARTNERS, bins, key=_load):
        half = (fullest.load - other.load) / 2
        if gain >= min(half, enough):
            break
        found = _exchange_with(fullest, other, half, gain)
        if found is not None:
            best, gain = found, found.gain
    return best


def _exchange_with(fullest: _Bin, other: _Bin, half: float, gain: float) -> _Exchange | None:
    """The exchange that comes nearest to halving the gap, if it gains more than ``gain``."""
    best: _Exchange | None = None
    theirs = other.items
    for item in fullest.items:
        moved = half - abs(item[0] - half)
        if moved > gain:
            best, gain = _Exchange(moved, item, None, other), moved
        at = bisect_left(theirs, (item[0] - half,))
        for back in theirs[max(0, at - 1) : at + 1]:
            swapped = half - abs(item[0] - back[0] - half)
            if swapped > gain:
                best, gain = _Exchange(swapped, item, back, other), swapped
    return best
