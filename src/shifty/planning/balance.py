"""Spreads items over workers so that the longest shard is as short as possible."""

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import attrgetter, neg

from shifty.planning.bound import grain, lower_bound
from shifty.planning.improve import exchange, longest_of, redeal
from shifty.planning.model import Item, Plan, Shard
from shifty.planning.pack import Packing, deal, difference, fit

CLOSE = 1.0001
"""A plan so near to the bound is not worth more search."""

DIFFERENCE_LIMIT = 30_000
FIT_LIMIT = 100_000
"""Items times workers up to which LDM and MULTIFIT are tried; beyond, small items are many enough without them."""

SEARCH_LIMIT = 5_000
"""Items up to which the last search may help, for the same reason."""

GOOD = 1.0005
"""A plan so near is worth a short last search, a worse one a long one."""

SHORT_SEARCH, LONG_SEARCH = 40_000, 100_000
"""Items dealt anew in the last search: some 0.1 s and 0.25 s."""


def plan(items: Sequence[Item], workers: int) -> Plan:
    """Spread ``items`` over ``workers`` shards; the same items give the same plan, in any order, on every machine.

    Never longer than longest-first dealing (LPT), with which it begins. Where that is not close to the bound it goes on
    with better and slower methods, see docs/planning.md. Items of no duration go where the fewest items are.

    Raises:
        ValueError: ``workers`` is below 1.
    """
    if workers < 1:
        raise ValueError(f"a plan needs at least one worker, not {workers}")
    ordered = sorted(items, key=attrgetter("id"))
    ordered.sort(key=attrgetter("seconds"), reverse=True)
    seconds = [item.seconds for item in ordered]
    bound = lower_bound(seconds, workers)
    timed = bisect_left(seconds, 0, key=neg)
    packing = _pack(seconds[:timed], workers, bound)
    _scatter(packing, timed, len(seconds))
    shards = tuple(_shard(index, [ordered[at] for at in sorted(bin_)]) for index, bin_ in enumerate(packing))
    return Plan(shards, bound, seconds[0] if seconds else 0.0)


def _pack(seconds: Sequence[float], workers: int, bound: float) -> Packing:
    best = deal(seconds, workers)
    longest = longest_of(seconds, best)
    if longest <= bound * CLOSE:
        return best
    target = max(bound * CLOSE, _whole(seconds, bound))
    for packing in _attempts(seconds, workers, bound, best, target):
        if (load := longest_of(seconds, packing)) < longest:
            best, longest = packing, load
        if longest <= target:
            return best
    if len(seconds) > SEARCH_LIMIT:
        return best
    return redeal(seconds, best, target, SHORT_SEARCH if longest <= GOOD * bound else LONG_SEARCH)


def _attempts(seconds: Sequence[float], workers: int, bound: float, dealt: Packing, target: float) -> Iterator[Packing]:
    yield exchange(seconds, dealt, target)
    size = len(seconds) * workers
    if size <= DIFFERENCE_LIMIT:
        yield exchange(seconds, difference(seconds, workers), target)
    if size <= FIT_LIMIT:
        fitted = fit(seconds, workers, bound, longest_of(seconds, dealt))
        if fitted is not None:
            yield exchange(seconds, fitted, target)


def _whole(seconds: Sequence[float], bound: float) -> float:
    """The least that shards can have when all durations are whole multiples of a unit."""
    unit = grain(seconds)
    return math.ceil(bound / unit - 1e-6) * unit if unit > bound * 1e-6 else 0.0


def _scatter(packing: Packing, start: int, end: int) -> None:
    for position in range(start, end):
        min(packing, key=len).append(position)


def _shard(index: int, items: list[Item]) -> Shard:
    items.sort(key=attrgetter("unknown"), reverse=True)
    return Shard(index, tuple(items), math.fsum(map(attrgetter("seconds"), items)))
