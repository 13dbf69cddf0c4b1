"""Says what limits a plan."""

import math
from collections.abc import Sequence

from shifty.planning.model import Item


def useful_workers(items: Sequence[Item]) -> int:
    """From how many workers on more buy nothing: the longest item then sets the end, and nothing can be moved off it.

    At least one. With so many the mean shard is as short as the longest item; a plan that also gets there may need one
    or two more, see `Plan.longest`.
    """
    floor = max((item.seconds for item in items), default=0.0)
    if floor <= 0:
        return 1
    return max(1, math.ceil(math.fsum(item.seconds for item in items) / floor - 1e-9))
