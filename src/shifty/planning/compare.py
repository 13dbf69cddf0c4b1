"""What others would do with the same items, for comparison."""

import math
from collections.abc import Sequence
from itertools import pairwise


def round_robin(seconds: Sequence[float], workers: int) -> float:
    """The longest shard when items are dealt one by one in the given order."""
    return max((math.fsum(seconds[index::workers]) for index in range(workers)), default=0.0)


def contiguous(seconds: Sequence[float], workers: int) -> float:
    """The longest shard in blocks of equal count in the given order: how Playwright's `--shard` cuts.

    Playwright cuts by the number of tests; here an item counts as one, since durations do not say how many it holds.
    """
    size, more = divmod(len(seconds), workers)
    # What does not divide evenly goes to the first shards, one each.
    borders = [index * size + min(index, more) for index in range(workers + 1)]
    return max(math.fsum(seconds[start:end]) for start, end in pairwise(borders))
