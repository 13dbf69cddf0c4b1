"""Nouns of planning. All times are predicted seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """What is spread: a spec file, a piece of one, or a test. ``unknown`` means that ``seconds`` is only a guess."""

    id: str
    seconds: float
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Shard:
    """What one worker is meant to run, in the order in which it should be dispatched."""

    index: int
    items: tuple[Item, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Every item in exactly one shard.

    ``bound`` is what no plan over as many workers can beat; ``floor`` is the longest item, which no plan over any
    number of workers can beat.
    """

    shards: tuple[Shard, ...]
    bound: float
    floor: float

    @property
    def longest(self) -> float:
        """How long the run takes if the predictions hold."""
        return max(shard.seconds for shard in self.shards)
