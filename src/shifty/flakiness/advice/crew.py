"""How many workers a suite deserves: pure. Replays a run of it by the dispatch rule of production."""

import math
from collections.abc import Sequence

from shifty.flakiness.advice.model import Crew, Forecast, Suite
from shifty.flakiness.advice.pieces import Layout
from shifty.flakiness.advice.recommend import recommend
from shifty.flakiness.advice.split_first import MOST_AT_ONCE, split_first
from shifty.orchestration.request import MOST_WORKERS
from shifty.planning.bound import lower_bound
from shifty.planning.improve import exchange, longest_of
from shifty.planning.model import Item, Plan, Shard
from shifty.planning.pack import deal
from shifty.planning.simulate import Crew as Machines
from shifty.planning.simulate import Job, replay


def advise_crew(suite: Suite) -> Crew:
    """Forecasts for every number of workers that a run may have, the one to take, and what to split first."""
    layout = Layout.of(suite.files)
    counts = range(1, MOST_WORKERS + 1)
    forecasts = {workers: forecast(layout, workers, suite.overhead_s) for workers in counts}
    longest = layout.longest(MOST_AT_ONCE + 1)
    bound_s = longest[0].seconds + suite.overhead_s if longest else 0.0
    recommended = recommend(forecasts, bound_s)
    return Crew(
        recommended=forecasts[recommended],
        forecasts=tuple(forecasts.values()),
        longest=longest[0] if longest and longest[0].seconds > 0 else None,
        bound_s=bound_s,
        split=split_first(layout, forecasts, recommended, lambda torn, n: forecast(torn, n, suite.overhead_s)),
    )


def forecast(layout: Layout, workers: int, overhead_s: float) -> Forecast:
    """A run over ``workers`` steady machines, if every test takes what it usually does."""
    seconds = layout.laid_out(workers)
    jobs = [Job(Item(str(number).zfill(7), took), took) for number, took in enumerate(seconds)]
    went = replay(jobs, Machines.of(workers, overhead_s), _spread)
    return Forecast(workers, went.makespan_s, math.fsum(seconds) + went.claims * overhead_s)


def _spread(items: Sequence[Item], workers: int) -> Plan:
    """A plan as production begins it, without its last search, which takes up to 0.25 s and gains some percent."""
    ordered = sorted(items, key=lambda item: (-item.seconds, item.id))
    seconds = [item.seconds for item in ordered]
    bound = lower_bound(seconds, workers)
    packing = deal(seconds, workers)
    if longest_of(seconds, packing) > bound:
        packing = exchange(seconds, packing, bound)
    shards = [
        Shard(index, tuple(ordered[at] for at in sorted(bin_)), math.fsum(seconds[at] for at in bin_))
        for index, bin_ in enumerate(packing)
    ]
    return Plan(tuple(shards), bound, seconds[0] if seconds else 0.0)
