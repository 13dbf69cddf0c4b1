"""The planner against its bound and against longest-first dealing (LPT), and how long it takes.

`python -m bench.planning` writes `build/bench/planning.json`.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from statistics import median

from bench import report, timings
from shifty.planning.balance import plan
from shifty.planning.improve import longest_of
from shifty.planning.model import Item
from shifty.planning.pack import deal

NAME = "planning"
WORKERS = range(2, 21)
CLOSE, WORST, CLOSE_SHARE = 1.0005, 1.0025, 0.99
SPEEDS = ((10_000, 20, 0.05), (100_000, 100, 0.5))
ROUNDS = 7
# What is compared are sums of seconds in another order.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Instance:
    name: str
    workers: int
    ratio: float
    lpt_ratio: float
    seconds: float

    @property
    def as_json(self) -> dict[str, object]:
        return {"set": self.name, "workers": self.workers, "ratio": round(self.ratio, 6)}


def measure(sets: Sequence[timings.Timings]) -> list[Instance]:
    found: list[Instance] = []
    for recorded in sets:
        items = [Item(id_, seconds) for id_, seconds in recorded.durations.items()]
        longest_first = sorted(recorded.durations.values(), reverse=True)
        for workers in WORKERS:
            began = time.perf_counter()
            made = plan(items, workers)
            took = time.perf_counter() - began
            lpt = longest_of(longest_first, deal(longest_first, workers))
            found.append(Instance(recorded.name, workers, made.longest / made.bound, lpt / made.bound, took))
    return found


def quality(instances: Sequence[Instance]) -> list[dict[str, object]]:
    close = sum(instance.ratio <= CLOSE for instance in instances) / len(instances)
    lpt_close = sum(instance.lpt_ratio <= CLOSE for instance in instances) / len(instances)
    worst = max(instance.ratio for instance in instances)
    lpt_worst = max(instance.lpt_ratio for instance in instances)
    longer = sum(instance.ratio > instance.lpt_ratio * (1 + ROUNDING) for instance in instances)
    return [
        bar(f"share of instances within {CLOSE} x the bound", close, lpt_close, CLOSE_SHARE, close >= CLOSE_SHARE),
        bar("longest shard / bound, worst instance", worst, lpt_worst, WORST, worst <= WORST),
        bar("instances that are longer than with LPT", longer, 0, 0, longer == 0),
    ]


def speed() -> list[dict[str, object]]:
    bars: list[dict[str, object]] = []
    for count, workers, allowed in SPEEDS:
        dice = Random(count)
        items = [Item(f"tests/area-{n % 97}/spec-{n}.spec.ts", dice.lognormvariate(0, 1.5)) for n in range(count)]
        took: list[float] = []
        lpt_took: list[float] = []
        for _ in range(ROUNDS):
            # Of this process alone: other benchmarks and tests may be under way on the machine.
            began = time.process_time()
            plan(items, workers)
            took.append(time.process_time() - began)
            began = time.process_time()
            deal(sorted((item.seconds for item in items), reverse=True), workers)
            lpt_took.append(time.process_time() - began)
        ours, peer = median(took), median(lpt_took)
        bars.append(bar(f"CPU seconds for {count} items over {workers} workers", ours, peer, allowed, ours <= allowed))
    return bars


def bar(what: str, ours: float, peer: float, allowed: float, holds: bool) -> dict[str, object]:
    ratio = round(ours / peer, 4) if peer else None
    return {
        "what": what,
        "ours": round(ours, 6),
        "peer": round(peer, 6),
        "ratio": ratio,
        "bar": allowed,
        "holds": holds,
    }


def main() -> int:
    bars = speed()
    figures: dict[str, object] = {"peer": "LPT, longest first to whoever has least", "bars": bars}
    sets = timings.current()
    if sets:
        instances = measure(sets)
        bars += quality(instances)
        instances.sort(key=lambda instance: -instance.ratio)
        figures |= {
            "sets": [recorded.name for recorded in sets],
            "instances": len(instances),
            "medianSeconds": round(median(instance.seconds for instance in instances), 6),
            "longestSeconds": round(max(instance.seconds for instance in instances), 3),
            "worst": [instance.as_json for instance in instances[:5]],
        }
    else:
        print(f"{NAME}: no recorded timings beside this repository, so only the speed is measured")
        figures["skipped"] = "quality: no recorded timings"
    holds = all(found["holds"] for found in bars)
    for found in bars:
        print(
            "{what}: {ours} (LPT {peer}; bar {bar}) {verdict}".format(
                verdict="ok" if found["holds"] else "MISSED", **found
            )
        )
    report.write(NAME, {**figures, "holds": holds})
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
