"""The dispatch rule: which waiting items the next batch holds. Production and the simulator ask the same function.

Every batch costs a process start, and every prediction may be wrong. So the first batch is large, later ones are a
share of what is left (factoring: Hummel, Schonberg and Flynn 1992), and none is smaller than is worth its cost. Sizes
are predicted time, never counts: items come longest first, and the first ten may hold half of a suite. The numbers come
from replays of real suites, see docs/planning.md.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FIRST_SHARE = 0.55
"""How much of its shard a worker gets at once. The rest can still be moved when it, or a prediction, proves slow."""

LATER_SHARE = 0.5
"""How much of an even share of everything that waits a later batch holds."""

LEAST = 6.0
"""A batch should last this many times its overhead."""

SHORT = 50.0
"""A shard of fewer overheads pays for one later batch only, hence all of it but a least batch comes first."""

CRUMB = 0.8
"""Less than this share of a least batch is not left behind: it would cost more than it evens out."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A work item that nobody holds. ``requeued`` means that its worker was lost or gave it back."""

    id: int
    shard: int
    seconds: float
    unknown: bool
    requeued: bool


@dataclass(frozen=True, slots=True)
class Board:
    """A run at the moment of a claim.

    ``waiting`` is in dispatch order within each shard. ``running`` has the predicted seconds that are left of each
    shard's leased items. ``workers`` counts who is alive, the claimant included. ``overhead_s`` is what a batch costs
    beside its tests.
    """

    waiting: tuple[Waiting, ...]
    running: Mapping[int, float]
    workers: int
    overhead_s: float


def next_batch(board: Board, shard: int | None, first: bool) -> tuple[int, ...]:
    """The ids of the items to lease to the worker of ``shard`` (None: a late joiner that has no shard of its own).

    Lost work comes first, whoever asks; then the worker's own shard; then every second item of the shard that will
    finish last. At least one item whenever anything waits, so that no run gets stuck; none only when nothing waits.
    """
    if not board.waiting:
        return ()
    least = LEAST * board.overhead_s
    size = max(LATER_SHARE * _total(board.waiting) / max(1, board.workers), least)
    if lost := [item for item in board.waiting if item.requeued]:
        lost.sort(key=lambda item: (-item.seconds, item.id))
        return _fill(lost, size, spare=0.0)
    if own := [item for item in board.waiting if item.shard == shard]:
        return _fill(own, max(size, _first_size(own, board.overhead_s)) if first else size, spare=CRUMB * least)
    return _fill(_last_to_finish(board)[::2], size, spare=0.0)


def _first_size(own: Sequence[Waiting], overhead_s: float) -> float:
    total = _total(own)
    if total < SHORT * overhead_s:
        return max(FIRST_SHARE * total, total - LEAST * overhead_s)
    return FIRST_SHARE * total


def _last_to_finish(board: Board) -> list[Waiting]:
    shards: dict[int, list[Waiting]] = {}
    for item in board.waiting:
        shards.setdefault(item.shard, []).append(item)
    last = max(shards, key=lambda index: (_total(shards[index]) + board.running.get(index, 0.0), -index))
    return shards[last]


def _fill(items: Sequence[Waiting], size: float, spare: float) -> tuple[int, ...]:
    """The first of ``items`` that fit into ``size``, at least one; all of them if no more than ``spare`` were left."""
    left = _total(items) - items[0].seconds
    chosen = [items[0].id]
    seconds = items[0].seconds
    for item in items[1:]:
        if seconds + item.seconds > size and left > spare:
            break
        chosen.append(item.id)
        seconds += item.seconds
        left -= item.seconds
    return tuple(chosen)


def _total(items: Sequence[Waiting]) -> float:
    return math.fsum([item.seconds for item in items])
