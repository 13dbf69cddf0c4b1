"""The end of a run, for people and for programs."""

import msgspec
from rich.console import Console
from rich.text import Text

from shifty.cli.display import print_failure, workers_table
from shifty.cli.output import duration
from shifty.client.model import FailedTests, NotRun, Snapshot

_MOST_NOT_RUN = 20


class WorkerSummary(msgspec.Struct, rename="camel", frozen=True):
    name: str
    predicted_seconds: float
    actual_seconds: float


class RunSummary(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """What ``shifty run --json`` prints."""

    run_id: str
    status: str
    conclusion: str | None
    failure_reason: str | None
    total_tests: int
    passed_tests: int
    failed_tests: int
    flaky_tests: int
    skipped_tests: int
    not_run: int
    wall_seconds: float
    workers: list[WorkerSummary]


def summary_of(snapshot: Snapshot, wall_s: float) -> RunSummary:
    return RunSummary(
        run_id=snapshot.id,
        status=snapshot.status,
        conclusion=snapshot.conclusion,
        failure_reason=snapshot.failure_reason,
        total_tests=snapshot.total_tests,
        passed_tests=snapshot.passed_tests,
        failed_tests=snapshot.failed_tests,
        flaky_tests=snapshot.flaky_tests,
        skipped_tests=snapshot.skipped_tests,
        not_run=snapshot.not_run_tests,
        wall_seconds=round(wall_s, 3),
        workers=[
            WorkerSummary(worker.name, round(worker.predicted_ms / 1000, 3), round(worker.busy_ms / 1000, 3))
            for worker in snapshot.workers
        ],
    )


def print_summary(console: Console, snapshot: Snapshot, failed: FailedTests | None, wall_s: float) -> None:
    console.print()
    for failure in failed.failed_tests if failed else []:
        print_failure(console, failure)
    if failed and failed.not_run:
        print_not_run(console, failed.not_run)
    if snapshot.workers:
        console.print(workers_table(snapshot.workers))
        console.print()
    console.print(_verdict(snapshot, wall_s))
    console.print(Text(f"  look further:  shifty show {snapshot.id}", style="dim"))
    if snapshot.failed_tests or snapshot.not_run_tests:
        console.print(Text(f"                 shifty failed {snapshot.id}", style="dim"))


def print_not_run(console: Console, not_run: list[NotRun]) -> None:
    for test in not_run[:_MOST_NOT_RUN]:
        title = " › ".join(test.title_path or [test.test_name])
        console.print(
            Text.assemble(
                ("  – ", "magenta"), f"{test.test_file} › {title}", (f"  not run: {test.reason or '?'}", "dim")
            )
        )
    if len(not_run) > _MOST_NOT_RUN:
        console.print(Text(f"  … and {len(not_run) - _MOST_NOT_RUN} more that were not run", style="dim"))


def _verdict(snapshot: Snapshot, wall_s: float) -> Text:
    word = snapshot.conclusion or snapshot.status
    if snapshot.status == "failed":
        word = f"could not be completed ({snapshot.failure_reason or 'unknown'})"
    style = {"passed": "bold green", "flaky": "bold yellow", "cancelled": "bold yellow"}.get(word, "bold red")
    counts = [(snapshot.passed_tests, "passed"), (snapshot.failed_tests, "failed"), (snapshot.flaky_tests, "flaky")]
    counts += [(snapshot.skipped_tests, "skipped"), (snapshot.not_run_tests, "not run")]
    numbers = ", ".join(f"{number} {name}" for number, name in counts if number) or "no tests"
    return Text.assemble((f"Run {word}", style), f": {numbers} of {snapshot.total_tests} in {duration(wall_s * 1000)}")
