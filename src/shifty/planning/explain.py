"""Says what limits a plan."""

import math
from collections.abc import Sequence

from shifty.planning.balance import plan
from shifty.planning.model import Item

_NEAR = 1.0005
_MANY = 1000
"""Workers or items beyond which the count is not tried out: with so many the mean shard tells it well enough."""


def useful_workers(items: Sequence[Item], asked: int = _MANY, tries: int = 3) -> int:
    """From how many workers on more buy nothing: the longest item then decides when all ends.

    The mean shard says where to look first; where items do not fit together that well, a few more counts are tried, if
    they could matter to somebody who has ``asked`` for that many.
    """
    floor = max((item.seconds for item in items), default=0.0)
    if floor <= 0:
        return 1
    least = max(1, math.ceil(math.fsum(item.seconds for item in items) / floor - 1e-9))
    if least >= asked or least > _MANY or len(items) > _MANY * 10:
        return least
    for workers in range(least, least + tries):
        if plan(items, workers).longest <= floor * _NEAR:
            return workers
    return min(least + tries, len(items))
