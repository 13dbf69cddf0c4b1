"""The example's suite on two workers: `shifty run` against `--shard` side by side and against plain Playwright.

`python -m bench.run [--rounds 3] [--keep-data DIR]` writes `build/bench/run.json`. The three ways take turns, each
round in another order, so that a slow minute of the machine hits all alike.
"""

import argparse
import asyncio
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypedDict, cast

from bench import report

SHOP = report.ROOT / "examples" / "shop"
PLAYWRIGHT = SHOP / "node_modules" / "@playwright" / "test" / "cli.js"
SHIFTY = Path(sys.executable).with_name("shifty")
# All of the example's tests, those that pass and those that are skipped.
COUNTS = (36, 35, 1)
LEG_BAR = 0.75
PLAIN_BAR = 1.25


class RunJson(TypedDict):
    """The part of `shifty run --json` that is read here."""

    totalTests: int
    passedTests: int
    skippedTests: int
    workers: list[dict[str, float]]


@dataclass(frozen=True)
class Timing:
    """One measured way of running the suite: all of it, and each worker's share, in seconds."""

    wall_s: float
    legs_s: tuple[float, ...]

    @property
    def longest_s(self) -> float:
        return max(self.legs_s)


class WentWrong(Exception):
    """A command of the benchmark ended otherwise than it must; its figures would mean nothing."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return cast("int", probe.getsockname()[1])


async def timed(command: Sequence[str], settings: Mapping[str, str]) -> tuple[float, str]:
    """Run ``command`` in the shop with a port of its own; seconds and stdout. Raises WentWrong unless it exits 0."""
    # CI is taken away: with it the example's config reports differently, and the ways would not be alike.
    environment = {key: value for key, value in os.environ.items() if key != "CI"}
    environment |= {"SHOP_PORT": str(free_port()), **settings}
    pipe = asyncio.subprocess.PIPE
    started = time.monotonic()
    process = await asyncio.create_subprocess_exec(*command, cwd=SHOP, env=environment, stdout=pipe, stderr=pipe)
    out, err = await process.communicate()
    seconds = time.monotonic() - started
    if process.returncode != 0:
        told = (err or out).decode(errors="replace")[-2000:]
        raise WentWrong(f"{' '.join(command)} ended with {process.returncode}:\n{told}")
    return seconds, out.decode()


async def playwright(output: Path, *flags: str) -> float:
    command = ["node", str(PLAYWRIGHT), "test", "--reporter=line", f"--output={output}", *flags]
    seconds, _ = await timed(command, {})
    return seconds


async def by_shifty(data: Path) -> Timing:
    """`shifty run -w 2` with its history in ``data``; a server is started and stopped within the measured time."""
    seconds, out = await timed([str(SHIFTY), "run", "-w", "2", "--json"], {"SHIFTY_DATA_DIR": str(data)})
    result = cast("RunJson", json.loads(out))
    counts = (result["totalTests"], result["passedTests"], result["skippedTests"])
    if counts != COUNTS:
        raise WentWrong(f"shifty run counted {counts} tests (all, passed, skipped) instead of {COUNTS}")
    return Timing(seconds, tuple(worker["actualSeconds"] for worker in result["workers"]))


async def by_shards(scratch: Path) -> Timing:
    """`--shard=1/2` and `2/2` side by side, each on one worker, as two CI machines would."""
    one, two = await asyncio.gather(
        playwright(scratch / "leg-1", "--workers=1", "--shard=1/2"),
        playwright(scratch / "leg-2", "--workers=1", "--shard=2/2"),
    )
    return Timing(max(one, two), (one, two))


async def plainly(scratch: Path) -> Timing:
    seconds = await playwright(scratch / "plain", "--workers=2")
    return Timing(seconds, (seconds,))


async def alternate(ways: Mapping[str, Callable[[], Awaitable[Timing]]], rounds: int) -> dict[str, list[Timing]]:
    """Measure each way once a round; the way that begins changes from round to round."""
    taken: dict[str, list[Timing]] = {name: [] for name in ways}
    names = list(ways)
    for turn in range(rounds):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            timing = await ways[name]()
            taken[name].append(timing)
            legs = " ".join(f"{leg:.1f}" for leg in timing.legs_s)
            print(f"  round {turn + 1} {name:<8} {timing.wall_s:6.1f} s   legs {legs}", flush=True)
    return taken


def bar(name: str, ours: float, peer: float, limit: float) -> dict[str, object]:
    ratio = ours / peer
    return {
        "name": name,
        "ours": round(ours, 2),
        "peer": round(peer, 2),
        "ratio": round(ratio, 3),
        "bar": limit,
        "holds": ratio <= limit,
    }


def figures(first: Timing, taken: Mapping[str, Sequence[Timing]]) -> dict[str, object]:
    """Medians over the rounds; wall times of `shifty run` hold its server's start and stop, legs do not."""
    wall = {name: median(each.wall_s for each in timings) for name, timings in taken.items()}
    longest = {name: median(each.longest_s for each in timings) for name, timings in taken.items()}
    return {
        "unit": "seconds",
        "bars": [
            bar("longest leg, against --shard's", longest["shifty"], longest["shards"], LEG_BAR),
            bar("all of it, against --workers=2", wall["shifty"], wall["plain"], PLAIN_BAR),
        ],
        "wallAgainstShard": round(wall["shifty"] / wall["shards"], 3),
        "firstRun": {"wall": round(first.wall_s, 2), "legs": [round(leg, 2) for leg in first.legs_s]},
        "rounds": {
            name: [{"wall": round(each.wall_s, 2), "legs": [round(leg, 2) for leg in each.legs_s]} for each in timings]
            for name, timings in taken.items()
        },
    }


def missing() -> str | None:
    if not PLAYWRIGHT.exists():
        return "the example's Playwright is not installed: run `npm ci` in examples/shop"
    if not SHIFTY.exists():
        return f"there is no {SHIFTY.name} beside {Path(sys.executable).name}: run `pip install -e .`"
    return None


async def measure(rounds: int, data: Path, scratch: Path) -> dict[str, object]:
    first = await by_shifty(data)
    print(f"  first    shifty   {first.wall_s:6.1f} s   (learns the durations)", flush=True)
    ways: dict[str, Callable[[], Awaitable[Timing]]] = {
        "shifty": lambda: by_shifty(data),
        "shards": lambda: by_shards(scratch),
        "plain": lambda: plainly(scratch),
    }
    return figures(first, await alternate(ways, rounds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep-data", type=Path, help="a data folder that stays, to look at the runs afterwards")
    options = parser.parse_args()

    if reason := missing():
        report.skip("run", reason)
        return
    with tempfile.TemporaryDirectory(prefix="shifty-bench-") as scratch:
        data = cast("Path | None", options.keep_data) or Path(scratch) / "data"
        report.write("run", asyncio.run(measure(cast("int", options.rounds), data, Path(scratch))))


if __name__ == "__main__":
    main()
