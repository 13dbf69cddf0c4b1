"""The timeline of a run as lines of text: a lane a worker."""

from rich.console import Console
from rich.text import Text

from shifty.cli.output import count, duration, table
from shifty.client.timeline_api import Batch, Lane, Timeline

_SIGNS = {"passed": "█", "flaky": "▓", "healed": "▓", "failed": "✘", "notRun": "✘", "skipped": "░", "running": "▒"}
_STYLES = {
    "█": "green",
    "▓": "yellow",
    "✘": "red",
    "░": "cyan",
    "▒": "blue",
    "·": "dim",
    "─": "dim",
    "x": "red",
}
_WORST_LAST = ("skipped", "passed", "running", "healed", "flaky", "notRun", "failed")


def print_timeline(out: Console, found: Timeline) -> None:
    """Bars as wide as the console has room for, what decided the end, and the batches."""
    for number, sentence in enumerate(found.sentences or ["Nothing has run yet."]):
        out.print(Text(sentence, style="bold" if number == 0 else ""), soft_wrap=True)
    out.print()
    names = max((len(lane.worker) for lane in found.lanes), default=0)
    width = max(20, min(100, out.width - min(names, 24) - 2))
    for lane in found.lanes:
        bar = Text()
        for sign in bar_of(lane, found.totals.wall_ms, width):
            bar.append(sign, style=_STYLES.get(sign, ""))
        out.print(Text.assemble(f"{lane.worker[:24]:<{min(names, 24)}}  ", bar), no_wrap=True)
    if found.lanes:
        out.print(Text("█ passed  ▓ flaky or healed  ✘ failed  ░ skipped  ─ start-up  · idle  x lost", style="dim"))
        out.print()
        _print_batches(out, found)
        _print_totals(out, found)


def bar_of(lane: Lane, wall_ms: int, width: int) -> str:
    """A sign for each of ``width`` equal parts of the run: what was worst in it, else what the worker was at."""
    cells = [" "] * width
    for gap in lane.gaps:
        _fill(cells, gap.start_ms, gap.end_ms, wall_ms, "·")
    for batch in lane.batches:
        _fill(cells, batch.start_ms, batch.end_ms, wall_ms, "x" if batch.state in ("lost", "returned") else "─")
    marks = [mark for batch in lane.batches for mark in batch.marks]
    for mark in sorted(marks, key=lambda mark: _rank(mark.kind)):
        _fill(cells, mark.start_ms, mark.end_ms, wall_ms, _SIGNS.get(mark.kind, "█"))
    return "".join(cells)


def _fill(cells: list[str], start_ms: int, end_ms: int, wall_ms: int, sign: str) -> None:
    width = len(cells)
    first = min(width - 1, start_ms * width // max(1, wall_ms))
    last = min(width - 1, max(first, (end_ms * width - 1) // max(1, wall_ms)))
    cells[first : last + 1] = sign * (last + 1 - first)


def _rank(kind: str) -> int:
    return _WORST_LAST.index(kind) if kind in _WORST_LAST else 0


def _print_batches(out: Console, found: Timeline) -> None:
    numbers = ("began", "took", "predicted", "tests")
    listed = table("batch", "worker", "state", "from", *numbers, "longest file", right=("batch", *numbers))
    decided = {(step.worker, step.seq) for step in found.critical_path}
    rows = sorted(
        ((batch, lane) for lane in found.lanes for batch in lane.batches), key=lambda row: (row[0].start_ms, row[0].seq)
    )
    for batch, lane in rows:
        longest = max(batch.pieces, key=lambda piece: piece.wall_ms, default=None)
        listed.add_row(
            f"{'*' if (lane.worker, batch.seq) in decided else ''}{batch.seq or '–'}",
            lane.worker,
            batch.state,
            _source(batch),
            duration(batch.start_ms),
            duration(batch.end_ms - batch.start_ms),
            duration(batch.predicted_ms or None),
            str(sum(mark.tests for mark in batch.marks)),
            Text(f"{longest.test_file} ({duration(longest.wall_ms)})" if longest and longest.wall_ms else ""),
        )
    out.print(listed)
    if decided:
        out.print(Text("* these, one after the other, decided when the run ended", style="dim"))


def _source(batch: Batch) -> str:
    if batch.source == "stolen" and batch.shard_index is not None:
        return f"shard {batch.shard_index + 1}, to help"
    return {"own": "its shard", "rescued": "a lost lease", "reported": "a reporter"}.get(batch.source, batch.source)


def _print_totals(out: Console, found: Timeline) -> None:
    totals = found.totals
    used = "" if totals.utilization is None else f", {totals.utilization:.0f} % of the workers' time in tests"
    steals = count(totals.steals, "batch", "batches")
    out.print(
        f"{count(totals.batches, 'batch', 'batches')}{used}, {duration(totals.idle_ms)} idle, {steals} taken over from "
        f"another shard, {count(totals.lost, 'lease')} lost",
        soft_wrap=True,
    )
