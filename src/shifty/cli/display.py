"""What people see while a run is going: a live picture on a terminal, plain lines everywhere else."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from shifty.cli.output import count, duration, table
from shifty.client.model import Failure, LooseError, ShardProgress, Snapshot, WorkerProgress

_LINE_EVERY_S = 5.0
_MOST_LINES = 3


class View(Protocol):
    """Two implementations: ``LiveView`` and ``PlainView``."""

    def __enter__(self) -> "View": ...
    def __exit__(self, *_: object) -> None: ...
    def show(self, snapshot: Snapshot) -> None: ...
    def say(self, sentence: str) -> None: ...


def view_for(console: Console) -> View:
    return LiveView(console) if console.is_terminal else PlainView(console)


@dataclass
class _Failures:
    """Which failures have been told already."""

    told: set[tuple[str, str, tuple[str, ...]]] = field(default_factory=set[tuple[str, str, tuple[str, ...]]])

    def fresh(self, snapshot: Snapshot) -> list[Failure]:
        fresh: list[Failure] = []
        for failure in snapshot.recent_failures:
            key = (failure.project_name, failure.test_file, tuple(failure.title_path or [failure.test_name]))
            if key not in self.told:
                self.told.add(key)
                fresh.append(failure)
        return fresh


class PlainView:
    """A line every few seconds, failures as they come: for the log of a CI job."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._last = 0.0
        self._failures = _Failures()

    def __enter__(self) -> View:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def show(self, snapshot: Snapshot) -> None:
        for failure in self._failures.fresh(snapshot):
            print_failure(self._console, failure)
        now = time.monotonic()
        if snapshot.is_over or now - self._last >= _LINE_EVERY_S:
            self._last = now
            self._console.print(_line(snapshot, now - self._began), markup=False)

    def say(self, sentence: str) -> None:
        self._console.print(sentence, markup=False)


class LiveView:
    """A bar per shard, what runs now, and the time left, redrawn in place."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._failures = _Failures()
        self._live = Live(console=console, refresh_per_second=8, transient=True)

    def __enter__(self) -> View:
        self._live.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.__exit__(None, None, None)

    def show(self, snapshot: Snapshot) -> None:
        for failure in self._failures.fresh(snapshot):
            print_failure(self._console, failure)
        self._live.update(picture(snapshot, time.monotonic() - self._began))

    def say(self, sentence: str) -> None:
        self._console.print(sentence, markup=False)


def picture(snapshot: Snapshot, elapsed_s: float) -> RenderableType:
    """The shards, the workers and the sum of it."""
    workers = {worker.id: worker for worker in snapshot.workers}
    shards = Table.grid(padding=(0, 2, 0, 0))
    for shard in snapshot.shards:
        shards.add_row(*_shard_row(shard, workers.get(shard.worker_id or "")))
    return Group(shards, Text(_line(snapshot, elapsed_s), style="bold"))


def _shard_row(shard: ShardProgress, worker: WorkerProgress | None) -> tuple[RenderableType, ...]:
    running = " · ".join(worker.running[:2]) if worker else ""
    done = shard.done >= shard.test_count
    return (
        Text(f"shard {shard.index + 1}"),
        ProgressBar(total=max(1, shard.test_count), completed=min(shard.done, shard.test_count), width=28),
        Text(f"{shard.done}/{shard.test_count}", style="green" if done else ""),
        Text(shard.worker_name or shard.status, style="dim"),
        Text(running, style="dim", overflow="ellipsis", no_wrap=True),
    )


def _line(snapshot: Snapshot, elapsed_s: float) -> str:
    parts = [f"{duration(elapsed_s * 1000):>7}", f"{snapshot.done}/{snapshot.total_tests} tests"]
    for number, word in (
        (snapshot.failed_tests, "failed"),
        (snapshot.flaky_tests, "flaky"),
        (snapshot.healed_tests, "healed"),
        (snapshot.skipped_tests, "skipped"),
        (snapshot.not_run_tests, "not run"),
        (snapshot.quarantined_tests, "of these in quarantine"),
    ):
        if number:
            parts.append(f"{number} {word}")
    parts.append(count(sum(bool(worker.running) for worker in snapshot.workers), "worker busy", "workers busy"))
    if snapshot.is_over:
        parts[-1] = snapshot.conclusion or snapshot.status
    elif snapshot.estimated_remaining_ms is not None:
        parts.append(f"about {duration(snapshot.estimated_remaining_ms)} left")
    return "  ".join(parts)


def print_failure(console: Console, failure: Failure, sign: str = "✘", style: str = "red") -> None:
    where = f"{failure.test_file}:{failure.line}" if failure.line else failure.test_file
    title = " › ".join(failure.title_path or [failure.test_name])
    project = f"[{failure.project_name}] " if failure.project_name else ""
    console.print(Text.assemble((f"  {sign} ", style), f"{project}{where} › {title}"))
    lines = (failure.error_message or "").strip().splitlines()
    for line in lines[:_MOST_LINES]:
        console.print(Text(f"      {line}", style="dim"))


def print_error(console: Console, error: LooseError) -> None:
    """An error that belongs to no test."""
    console.print(Text.assemble(("  ✘ ", "red"), error.where))
    for line in error.message.strip().splitlines()[:_MOST_LINES]:
        console.print(Text(f"      {line}", style="dim"))


def workers_table(workers: Sequence[WorkerProgress]) -> Table:
    """Predicted against actual, per worker: what shows whether the balance was good."""
    made = table("worker", "tests", "batches", "predicted", "actual", right=("tests", "batches", "predicted", "actual"))
    for worker in workers:
        made.add_row(
            worker.name,
            str(worker.tests_run),
            str(worker.batches),
            duration(worker.predicted_ms),
            duration(worker.busy_ms),
        )
    return made
