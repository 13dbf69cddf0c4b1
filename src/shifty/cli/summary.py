"""The end of a run, for people and for programs."""

import msgspec
from rich.console import Console
from rich.text import Text

from shifty.cli.display import print_error, print_failure, workers_table
from shifty.cli.findings import Findings
from shifty.cli.heals import print_heals
from shifty.cli.output import count, duration
from shifty.cli.quarantined import counting, print_quarantined
from shifty.cli.verdict import details
from shifty.client.model import LooseError, NotRun, Snapshot

_MOST_OF_A_REASON = 10
_MOST_ERRORS = 10


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
    healed_tests: int
    skipped_tests: int
    not_run: int
    quarantined_tests: int
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
        healed_tests=snapshot.healed_tests,
        skipped_tests=snapshot.skipped_tests,
        not_run=snapshot.not_run_tests,
        quarantined_tests=snapshot.quarantined_tests,
        wall_seconds=round(wall_s, 3),
        workers=[
            WorkerSummary(worker.name, round(worker.predicted_ms / 1000, 3), round(worker.busy_ms / 1000, 3))
            for worker in snapshot.workers
        ],
    )


def print_summary(console: Console, snapshot: Snapshot, found: Findings, wall_s: float) -> None:
    console.print()
    for failure in found.failed:
        print_failure(console, failure)
    print_not_run(console, found.not_run)
    print_errors(console, found.errors)
    print_quarantined(console, found.quarantined)
    print_heals(console, found.healing)
    healing = found.healing
    if any((found.failed, found.not_run, found.errors, found.quarantined, healing.events, healing.drifts)):
        console.print()
    if snapshot.workers:
        console.print(workers_table(snapshot.workers))
        console.print()
    console.print(_verdict(snapshot, wall_s))
    console.print(Text(f"  look further:  shifty show {snapshot.id}", style="dim"))
    if snapshot.healed_tests:
        console.print(Text(f" repair source:  shifty heal apply {snapshot.id}", style="dim"))
    if counting(snapshot):
        console.print(Text(f"                 shifty failed {snapshot.id}", style="dim"))
        console.print(Text(f"     run again:  shifty rerun {snapshot.id} --failed", style="dim"))


def print_not_run(console: Console, not_run: list[NotRun], *, most: int | None = _MOST_OF_A_REASON) -> None:
    """Each reason once, with at most ``most`` of its tests."""
    by_reason: dict[str, list[NotRun]] = {}
    for test in not_run:
        by_reason.setdefault(test.reason or "nobody said why", []).append(test)
    for reason, tests in by_reason.items():
        console.print(Text.assemble(("  – ", "magenta"), f"{count(len(tests), 'test')} not run: {reason}"))
        for test in tests[:most]:
            title = " › ".join(test.title_path or [test.test_name])
            project = f"[{test.project_name}] " if test.project_name else ""
            console.print(Text(f"      {project}{test.test_file} › {title}", style="dim"))
        _print_rest(console, len(tests), most)


def print_errors(console: Console, errors: list[LooseError]) -> None:
    for error in errors[:_MOST_ERRORS]:
        print_error(console, error)
    _print_rest(console, len(errors), _MOST_ERRORS)


def _print_rest(console: Console, number: int, most: int | None) -> None:
    if most is not None and number > most:
        console.print(Text(f"      … and {number - most} more", style="dim"))


def _verdict(snapshot: Snapshot, wall_s: float) -> Text:
    word, behind, after = snapshot.conclusion or snapshot.status, details(snapshot), ""
    if snapshot.status == "failed":
        word = f"could not be completed ({_why(snapshot.failure_reason or 'unknown')})"
        behind, after = "", behind  # One bracket at a time.
    style = {
        "passed": "bold yellow" if behind else "bold green",
        "flaky": "bold yellow",
        "cancelled": "bold yellow",
    }.get(word, "bold red")
    counts = [(snapshot.passed_tests, "passed"), (snapshot.failed_tests, "failed"), (snapshot.flaky_tests, "flaky")]
    counts += [(snapshot.healed_tests, "healed")]
    counts += [(snapshot.skipped_tests, "skipped"), (snapshot.not_run_tests, "not run")]
    numbers = ", ".join(f"{number} {name}" for number, name in counts if number) or "no tests"
    return Text.assemble(
        (f"Run {word}{behind}", style),
        f": {numbers} of {snapshot.total_tests} in {duration(wall_s * 1000)}{after}",
    )


def _why(failure_reason: str) -> str:
    meaning = _MEANINGS.get(failure_reason)
    return f"{failure_reason}: {meaning}" if meaning else failure_reason


_MEANINGS = {
    "NO_WORKERS": "no worker took it up in time",
    "TIMED_OUT": "it took longer than it may",
    "SHARD_LOST": "work was lost with its workers, more than once",
    "RUN_ERROR": "errors outside of the tests",
    "NO_TESTS": "there was nothing to run",
    "LEDGER_INCOMPLETE": "a test never said what became of it",
    "TESTS_NOT_RUN": "tests never ran although none had failed before them",
}
