"""Three classic ways to pack numbers into bins whose fullest is as empty as can be.

A packing is a list of bins, a bin a list of positions in ``seconds``, which is sorted longest first.
"""

from collections.abc import Sequence
from heapq import heapify, heappop, heapreplace

Packing = list[list[int]]


def deal(seconds: Sequence[float], workers: int) -> Packing:
    """LPT (Graham 1969): the longest that is left goes to whoever has least. At most 4/3 of the optimum."""
    bins: Packing = [[] for _ in range(workers)]
    heap = [(0.0, index) for index in range(workers)]
    for position, second in enumerate(seconds):
        load, index = heap[0]
        bins[index].append(position)
        heapreplace(heap, (load + second, index))
    return bins


def difference(seconds: Sequence[float], workers: int) -> Packing:
    """LDM (Karmarkar and Karp 1982): unites the two partial packings that are least even, the full bins of one with the
    empty bins of the other, until one is left. O(n·m·log m), hence not for very many items.
    """
    # A partial packing is its bins by load, fullest first; the heap has the least even on top, the oldest among equals.
    partial = [[(second, [position])] for position, second in enumerate(seconds)]
    heap = [(-second, number) for number, second in enumerate(seconds)]
    heapify(heap)
    while len(heap) > 1:
        _, first = heappop(heap)
        _, second = heap[0]
        united = _unite(partial[first], partial[second], workers)
        partial[first] = partial[second] = []
        partial.append(united)
        least = united[-1][0] if len(united) == workers else 0.0
        heapreplace(heap, (least - united[0][0], len(partial) - 1))
    bins = [positions for _, positions in partial[-1]] if seconds else []
    return bins + [[] for _ in range(workers - len(bins))]


def _unite(
    one: list[tuple[float, list[int]]], other: list[tuple[float, list[int]]], workers: int
) -> list[tuple[float, list[int]]]:
    spare = workers - len(one)
    loose, met = other[:spare], other[spare:]
    united = one + loose
    # The fullest bins that found no empty place meet the emptiest bins of the first.
    for offset, (load, positions) in enumerate(met):
        at = len(one) - 1 - offset
        united[at] = (united[at][0] + load, united[at][1] + positions)
    united.sort(key=lambda part: (-part[0], part[1][0]))
    return united


def fit(seconds: Sequence[float], workers: int, least: float, most: float, rounds: int = 12) -> Packing | None:
    """MULTIFIT (Coffman, Garey and Johnson 1978): halves the capacity between ``least`` and ``most`` until first-fit
    decreasing just fits; None if it never does.
    """
    best: Packing | None = None
    for _ in range(rounds):
        capacity = (least + most) / 2
        packing = _first_fit(seconds, workers, capacity)
        if packing is None:
            least = capacity
        else:
            best, most = packing, capacity
    return best


def _first_fit(seconds: Sequence[float], workers: int, capacity: float) -> Packing | None:
    room = [capacity] * workers
    bins: Packing = [[] for _ in range(workers)]
    for position, second in enumerate(seconds):
        for index in range(workers):
            if room[index] >= second:
                room[index] -= second
                bins[index].append(position)
                break
        else:
            return None
    return bins
