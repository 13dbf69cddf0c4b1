"""``shifty plan``: spreads known durations over workers, without a server."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from shifty.cli.durations import read_request
from shifty.cli.options import Json
from shifty.cli.output import console, count, duration, print_json, table
from shifty.planning.balance import plan as plan_of
from shifty.planning.compare import contiguous, round_robin
from shifty.planning.explain import useful_workers
from shifty.planning.model import Item, Plan

_ROWS = 50
_IDS_WIDTH = 60


def register(app: typer.Typer) -> None:
    app.command("plan")(plan)


def plan(
    durations: Annotated[
        Path, typer.Option("--durations", "-d", help='JSON file: {"id": seconds} or {"durations": {"id": seconds}}.')
    ],
    workers: Annotated[int, typer.Option("--workers", "-w", help="How many workers the suite is spread over.")],
    json: Json = False,
) -> None:
    """Spread a suite over workers by its durations, and say what limits it."""
    items = read_request(durations, workers)
    report = _report(items, workers)
    if json:
        print_json(_as_json(report))
    else:
        _show(report, console(json=False))


@dataclass(frozen=True)
class _Report:
    plan: Plan
    total: float
    round_robin: float
    contiguous: float
    useful_workers: int
    longest_item: Item

    @property
    def warnings(self) -> list[str]:
        workers = len(self.plan.shards)
        idle = sum(not shard.items for shard in self.plan.shards)
        found: list[str] = []
        if self.total <= 0:
            found.append("Every duration is 0, so that items are spread by their number.")
        if idle:
            found.append(f"{count(idle, 'worker')} of {workers} would get nothing: there are not enough items.")
        if workers > self.useful_workers:
            found.append(
                f"{workers} workers finish no sooner than {self.useful_workers}: {self.longest_item.id} alone takes "
                f"{duration(self.plan.floor * 1000)}. Split it, or ask for fewer workers."
            )
        return found


def _report(items: Sequence[Item], workers: int) -> _Report:
    seconds = [item.seconds for item in items]
    return _Report(
        plan=plan_of(items, workers),
        total=sum(seconds),
        round_robin=round_robin(seconds, workers),
        contiguous=contiguous(seconds, workers),
        useful_workers=useful_workers(items),
        longest_item=max(items, key=lambda item: item.seconds),
    )


def _as_json(report: _Report) -> dict[str, object]:
    return {
        "shards": [
            {"index": shard.index, "items": [item.id for item in shard.items], "seconds": shard.seconds}
            for shard in report.plan.shards
        ],
        "bound": report.plan.bound,
        "floor": report.plan.floor,
        "roundRobin": report.round_robin,
        "contiguous": report.contiguous,
        "longest": report.plan.longest,
        "usefulWorkers": report.useful_workers,
        "warnings": report.warnings,
    }


def _show(report: _Report, out: Console) -> None:
    shards = report.plan.shards
    shown = table("shard", "items", "predicted", "longest first", right=("shard", "items", "predicted"))
    for shard in shards[:_ROWS]:
        ids = _shorten([item.id for item in shard.items])
        shown.add_row(str(shard.index), str(len(shard.items)), duration(shard.seconds * 1000), ids)
    out.print(shown, markup=False)
    if len(shards) > _ROWS:
        out.print(f"… and {count(len(shards) - _ROWS, 'shard')} more; --json lists them all.")
    out.print()
    _show_comparison(report, out)
    for warning in report.warnings:
        out.print(warning, markup=False)


def _show_comparison(report: _Report, out: Console) -> None:
    longest = report.plan.longest
    workers = len(report.plan.shards)
    shown = table("longest shard", "time", "this plan is", right=("time",))
    shown.add_row("this plan", duration(longest * 1000), "")
    rows = [
        (f"bound: no plan over {count(workers, 'worker')} is shorter", report.plan.bound),
        ("floor: the longest item, over any number of workers", report.plan.floor),
        ("round robin, in the given order", report.round_robin),
        ("blocks of equal count, as --shard cuts", report.contiguous),
    ]
    for name, seconds in rows:
        shown.add_row(name, duration(seconds * 1000), _against(longest, seconds))
    out.print(shown, markup=False)
    out.print(f"\nFrom {count(report.useful_workers, 'worker')} on, more would buy nothing.")


def _against(ours: float, theirs: float) -> str:
    if theirs <= 0:
        return ""
    if abs(ours / theirs - 1) < 0.0005:
        return "as long"
    return (
        f"{(1 - ours / theirs) * 100:.1f} % shorter" if ours < theirs else f"{(ours / theirs - 1) * 100:.1f} % longer"
    )


def _shorten(ids: Sequence[str]) -> str:
    joined = ""
    for number, id_ in enumerate(ids):
        longer = f"{joined}, {id_}" if joined else id_
        if len(longer) > _IDS_WIDTH:
            more = len(ids) - number
            return (
                f"{joined}, +{more}" if joined else f"…{id_[1 - _IDS_WIDTH :]}" + (f", +{more - 1}" if more > 1 else "")
            )
        joined = longer
    return joined
