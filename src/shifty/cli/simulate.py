"""``shifty simulate``: replays recorded runs with the plan and the dispatch rule of production, on a virtual clock."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Annotated

import typer

from shifty.cli.durations import MOST_WORKERS, read_durations, refuse
from shifty.cli.options import Json
from shifty.cli.output import console, count, duration, print_json, table
from shifty.errors import UsageError
from shifty.planning.scenarios import Scenario, Score, jobs_of, score
from shifty.planning.simulate import Job

_WORKERS = (3, 5, 8, 13)
_OVERHEAD_S = 1.5


def register(app: typer.Typer) -> None:
    app.command("simulate")(simulate)


def simulate(
    versions: Annotated[
        list[Path],
        typer.Argument(help="A folder of JSON files of durations, oldest first by name, or two or more such files."),
    ],
    workers: Annotated[
        list[int] | None, typer.Option("--workers", "-w", help="How many workers; may be repeated [3, 5, 8, 13].")
    ] = None,
    overhead: Annotated[
        float, typer.Option("--overhead", help="Seconds that each batch costs beside its tests.")
    ] = _OVERHEAD_S,
    json: Json = False,
) -> None:
    """Replay recorded durations: each version is planned by the one before it."""
    counts = workers or list(_WORKERS)
    _check(counts, overhead)
    recorded = read_durations(_files(versions))
    updates = [jobs_of(older, newer) for older, newer in pairwise(recorded)]
    found = {
        (scenario, many): scores
        for scenario in Scenario
        for many in counts
        if (scores := _scores(updates, many, overhead, scenario))
    }
    refuse([] if found else ["nothing can be replayed: all durations are 0, record some that are not"])
    if json:
        print_json({"updates": len(updates), "results": [_as_json(*key, scores) for key, scores in found.items()]})
        return
    out = console(json=False)
    shown = table("workers", *_COLUMNS, right=("workers", *_COLUMNS))
    for many in counts:
        shown.add_row(str(many), *_cells(found.get((Scenario.STEADY, many), [])), *_disturbed(found, many))
    out.print(shown)
    out.print(
        f"\nMeans over {count(len(updates), 'update')} with {overhead:g} s a batch. `x optimum`: against a plan of the"
        "\nreal durations. half-speed: every second machine; death: one worker, half-way; both x the best possible."
    )


_COLUMNS = ("optimum", "shifty", "plan alone", "round robin", "--shard", "x optimum", "half-speed", "death", "batches")


def _check(workers: Sequence[int], overhead: float) -> None:
    faults = [
        f"--workers must be between 1 and {MOST_WORKERS}, not {many}"
        for many in workers
        if not 1 <= many <= MOST_WORKERS
    ]
    if not 0 <= overhead <= 3600:
        faults.append(f"--overhead must be between 0 and 3600 seconds, not {overhead:g}")
    refuse(faults)


def _files(paths: Sequence[Path]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        files += sorted(path.glob("*.json")) if path.is_dir() else [path]
    if len(files) < 2:
        named = ", ".join(map(str, paths))
        raise UsageError(
            f"{named} holds {count(len(files), 'version')}, name two at least: the older predicts the newer."
        )
    return files


def _scores(updates: Iterable[Sequence[Job]], workers: int, overhead: float, scenario: Scenario) -> list[Score]:
    found = [score(jobs, workers, overhead, scenario) for jobs in updates]
    return [made for made in found if made is not None]


def _cells(scores: Sequence[Score]) -> list[str]:
    if not scores:
        return ["–"] * 6
    times = (
        mean(made.ideal_s for made in scores),
        mean(made.ours_s for made in scores),
        mean(made.static_s for made in scores),
        mean(made.round_robin_s for made in scores),
        mean(made.contiguous_s for made in scores),
    )
    return [*(duration(seconds * 1000) for seconds in times), _ratio(scores)]


def _disturbed(found: dict[tuple[Scenario, int], list[Score]], workers: int) -> list[str]:
    steady = found.get((Scenario.STEADY, workers), [])
    batches = f"{mean(made.claims for made in steady):.0f}" if steady else "–"
    half_speed = found.get((Scenario.HALF_SPEED, workers), [])
    return [_ratio(half_speed), _ratio(found.get((Scenario.DEATH, workers), [])), batches]


def _ratio(scores: Sequence[Score]) -> str:
    return f"{mean(made.ratio for made in scores):.3f}" if scores else "–"


def _as_json(scenario: Scenario, workers: int, scores: Sequence[Score]) -> dict[str, object]:
    return {
        "scenario": scenario,
        "workers": workers,
        "optimum": mean(made.ideal_s for made in scores),
        "shifty": mean(made.ours_s for made in scores),
        "planAlone": mean(made.static_s for made in scores),
        "roundRobin": mean(made.round_robin_s for made in scores),
        "contiguous": mean(made.contiguous_s for made in scores),
        "ratio": mean(made.ratio for made in scores),
        "belowContiguous": mean(made.below_contiguous for made in scores),
        "batches": mean(made.claims for made in scores),
    }
