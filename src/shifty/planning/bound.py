"""What no plan can beat."""

import math
from collections.abc import Sequence
from itertools import accumulate


def lower_bound(longest_first: Sequence[float], workers: int) -> float:
    """The longest shard has at least so many seconds, however ``longest_first`` is spread over ``workers``.

    Three reasons, the strongest counts: the mean; the longest item; and, for every k, that among the k·m+1 longest
    items some worker gets k+1, which are no shorter than the k+1 shortest of these (Coffman, Garey and Johnson 1978).
    """
    if not longest_first:
        return 0.0
    mean = math.fsum(longest_first) / workers
    return max(mean, longest_first[0], _crowding(longest_first, workers))


def _crowding(longest_first: Sequence[float], workers: int) -> float:
    sums = list(accumulate(longest_first, initial=0.0))
    best, best_k = 0.0, 0
    for k in range(1, (len(longest_first) - 1) // workers + 1):
        crowd = sums[k * workers + 1] - sums[k * workers - k]
        if crowd > best:
            best, best_k = crowd, k
    # Summed anew: differences of running sums carry rounding errors that could lift the bound above the truth.
    return math.fsum(longest_first[best_k * workers - best_k : best_k * workers + 1]) if best_k else 0.0


def grain(seconds: Sequence[float]) -> float:
    """The unit in which all of ``seconds`` are whole, e.g. 0.1 for a table with one decimal; 0 if there is none.

    In such a table shards differ by whole units, so the search may stop one unit earlier than the bound says.
    """
    micros = [round(second * 1e6) for second in seconds]
    unit = math.gcd(*micros)
    exact = all(abs(second * 1e6 - micro) < 1e-3 for second, micro in zip(seconds, micros, strict=True))
    return unit / 1e6 if exact else 0.0
