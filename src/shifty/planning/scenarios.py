"""Scores the dispatch rule: replays of what happened, against what nobody could have beaten."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shifty.planning.balance import plan
from shifty.planning.compare import contiguous, round_robin
from shifty.planning.estimate import unknown_file
from shifty.planning.model import Item
from shifty.planning.simulate import Crew, Job, replay

SLOW = 0.5
DEATH_AT = 0.5
"""A worker dies when this share of the shortest possible run is over."""


class Scenario(StrEnum):
    STEADY = "steady"
    HALF_SPEED = "half-speed"
    """Every second machine is half as fast as the others, and nobody knows."""
    DEATH = "death"
    """The worker of the first shard, which holds the longest item, dies half-way; its lease runs out 30 s later."""


@dataclass(frozen=True, slots=True)
class Score:
    """One replay. ``ideal_s`` is the offline optimum: a plan made from the real durations, without any overhead.

    With slow or dying machines it is less than an optimum: what they can do at most until they die. ``without_s`` is
    the optimum of those machines that live, from the start. ``contiguous_s``, ``round_robin_s`` and ``static_s`` are
    what these make of steady machines without overhead.
    ``dominated`` means that one item is as long as the mean shard, so that no way of dispatching makes a difference.
    """

    workers: int
    ideal_s: float
    without_s: float
    ours_s: float
    static_s: float
    contiguous_s: float
    round_robin_s: float
    claims: int
    dominated: bool

    @property
    def ratio(self) -> float:
        return self.ours_s / self.ideal_s

    @property
    def ratio_without(self) -> float:
        """Against the optimum without the machine that dies, as if it had never been there."""
        return self.ours_s / self.without_s

    @property
    def below_contiguous(self) -> float:
        """By which share the run is shorter than with `--shard`."""
        return 1 - self.ours_s / self.contiguous_s


def jobs_of(old: Mapping[str, float], new: Mapping[str, float]) -> list[Job]:
    """``new`` is what happened, ``old`` all that was known; an id that only ``new`` has is unknown."""
    guess = unknown_file(old.values())
    return [Job(Item(id_, old.get(id_, guess), id_ not in old), actual) for id_, actual in new.items()]


def score(jobs: Sequence[Job], workers: int, overhead_s: float, scenario: Scenario) -> Score | None:
    """None where there is nothing to compare: no work, or no second worker to go on after a death."""
    actual = [Item(job.item.id, job.actual_s) for job in jobs]
    seconds = [item.seconds for item in actual]
    optimum = plan(actual, workers).longest
    if optimum <= 0 or (scenario is Scenario.DEATH and workers < 2):
        return None
    crew = _crew(workers, overhead_s, scenario, optimum)
    went = replay(jobs, crew)
    return Score(
        workers=workers,
        ideal_s=_ideal(seconds, crew, optimum),
        without_s=plan(actual, workers - len(crew.deaths)).longest,
        ours_s=went.makespan_s,
        static_s=_static(jobs, workers),
        contiguous_s=contiguous(seconds, workers),
        round_robin_s=round_robin(seconds, workers),
        claims=went.claims,
        dominated=max(seconds) >= math.fsum(seconds) / workers,
    )


def _crew(workers: int, overhead_s: float, scenario: Scenario, optimum: float) -> Crew:
    match scenario:
        case Scenario.STEADY:
            return Crew.of(workers, overhead_s)
        case Scenario.HALF_SPEED:
            return Crew(tuple(SLOW if worker % 2 else 1.0 for worker in range(workers)), overhead_s)
        case Scenario.DEATH:
            return Crew((1.0,) * workers, overhead_s, deaths={0: DEATH_AT * optimum})


def _ideal(seconds: Sequence[float], crew: Crew, optimum: float) -> float:
    alive = [speed for worker, speed in enumerate(crew.speeds) if worker not in crew.deaths]
    before_death = math.fsum(crew.speeds[worker] * death for worker, death in crew.deaths.items())
    fluid = (math.fsum(seconds) - before_death) / math.fsum(alive)
    return optimum if alive == [1.0] * len(crew.speeds) else max(fluid, max(seconds) / max(crew.speeds))


def _static(jobs: Sequence[Job], workers: int) -> float:
    """How long the plan alone would have taken, each worker bound to its shard."""
    actual = {job.item.id: job.actual_s for job in jobs}
    shards = plan([job.item for job in jobs], workers).shards
    return max(math.fsum(actual[item.id] for item in shard.items) for shard in shards)
