"""From how many workers on more are not worth it: pure."""

from collections.abc import Mapping

from shifty.flakiness.advice.model import Forecast

WORTH_SHARE = 0.05
"""Another worker is worth its cost when the run is shorter by so much, …"""
WORTH_S = 5.0
"""… and by so many seconds: a machine also has to start."""
NEAR = 1.05
"""A run so near to its longest piece of work can't be helped by workers."""


def recommend(forecasts: Mapping[int, Forecast], bound_s: float) -> int:
    """The least number of workers beyond which more are not worth it.

    They are not when the run is within 5 % of its longest piece of work, or when no larger crew makes it shorter by 5 %
    and 5 seconds for each worker that it adds. All larger crews are asked: where pieces fit badly into one more shard
    they may fit well into two more.
    """
    for workers in sorted(forecasts):
        wall_s = forecasts[workers].wall_s
        least_s = max(WORTH_SHARE * wall_s, WORTH_S)
        larger = [other for other in forecasts.values() if other.workers > workers]
        if wall_s <= NEAR * bound_s or all(
            wall_s - other.wall_s < least_s * (other.workers - workers) for other in larger
        ):
            return workers
    raise ValueError("there are no forecasts")
