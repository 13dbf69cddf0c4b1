"""What to split first, so that a suite can use more workers: pure."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from shifty.flakiness.advice.model import Forecast, Split
from shifty.flakiness.advice.pieces import Layout
from shifty.flakiness.advice.recommend import NEAR, WORTH_S, WORTH_SHARE, recommend

MOST_AT_ONCE = 3
"""Pieces that are split together: one of two that take equally long saves nothing alone."""

Forecasting: TypeAlias = Callable[[Layout, int], Forecast]


def split_first(
    layout: Layout, forecasts: Mapping[int, Forecast], recommended: int, forecast: Forecasting
) -> Split | None:
    """The fewest of the longest pieces, at most three, that make the run notably shorter once their tests run apart.

    None where workers, not a piece, decide how long it takes. What is saved is that over as many workers as the suite
    deserves after the split, since a split is what makes more of them useful.
    """
    longest = layout.longest(MOST_AT_ONCE)
    if not longest or longest[0].seconds * NEAR < forecasts[recommended].wall_s * (1 - WORTH_SHARE):
        return None
    for many, last in enumerate(longest, start=1):
        if last.holdup == "test":
            wall_s = forecasts[recommended].wall_s
            return Split((last,), recommended, wall_s, wall_s)
        torn = layout.torn(longest[:many])
        floor_s = torn.longest(1)[0].seconds
        if floor_s > longest[0].seconds * (1 - WORTH_SHARE):
            continue
        better = {workers: forecast(torn, workers) for workers in forecasts if workers >= recommended}
        best = recommend(better, floor_s)
        wall_s, apart_s = forecasts[best].wall_s, better[best].wall_s
        if wall_s - apart_s >= max(WORTH_SHARE * wall_s, WORTH_S):
            return Split(tuple(longest[:many]), best, wall_s, apart_s)
    return None
