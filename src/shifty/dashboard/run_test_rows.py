"""Tests of a run as rows of a table, and the filters above it with their numbers. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from shifty.dashboard.run_failures import first_line, place, shown
from shifty.runs.head import RunHead
from shifty.runs.list_tests import RowStatus, TestRow


@dataclass(frozen=True)
class Chip:
    """A filter by status."""

    status: RowStatus
    name: str
    number: int | None
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class RowView:
    id: str
    """Of the element."""
    address: str
    status: str
    """Of the badge."""
    word: str
    group: str
    title: str
    file: str
    where: str
    browser: str
    said: str
    marks: Sequence[str]
    retries: int
    duration_ms: int | None
    worker: str


def chips(head: RunHead, current: RowStatus) -> Sequence[Chip]:
    """Those that have tests, and the one that is chosen. ``None``: it is not counted."""
    run, ledger = head.run, head.run.ledger
    to_come = None if run.is_over else max(0, ledger.missing)
    numbers: tuple[tuple[RowStatus, str, int | None], ...] = (
        ("all", "All", ledger.total),
        ("failed", "Failed", ledger.failed),
        ("flaky", "Flaky", ledger.flaky),
        ("healed", "Healed", run.healed_tests),
        ("quarantined", "In quarantine", run.quarantined_tests),
        ("notRun", "Not run", ledger.not_run),
        ("skipped", "Skipped", ledger.skipped),
        ("passed", "Passed", ledger.passed),
        ("running", "Running", None if to_come else 0),
        ("waiting", "Waiting", None if to_come else 0),
    )
    return [
        Chip(status, name, number, status == current)
        for status, name, number in numbers
        if number != 0 or status in ("all", current)
    ]


_WORDS = {"notRun": "not run", "failed": "failed", "passed": "passed", "skipped": "skipped"}


def row_view(row: TestRow, run_address: str, is_over: bool) -> RowView:
    *group, title = row.title_path or [""]
    status, word = _standing(row, is_over)
    marks = [
        name
        for name, holds in (("flaky", row.flaky), ("healed", row.healed), ("quarantined", row.quarantined))
        if holds
    ]
    return RowView(
        id=f"t-{row.test_id}",
        address=f"{run_address}/tests/{quote(row.test_id, safe='')}",
        status=status,
        word=word,
        group=shown(" › ".join(group)),
        title=shown(title),
        file=row.file,
        where=place(row.file, row.line),
        browser=row.project_name,
        said=first_line(row.said) if row.outcome in ("failed", "notRun", "skipped") or row.flaky else "",
        marks=marks,
        retries=row.retry_count,
        duration_ms=row.duration_ms if row.outcome in ("passed", "failed") else None,
        worker=row.worker or "",
    )


def _standing(row: TestRow, is_over: bool) -> tuple[str, str]:
    if row.outcome is not None:
        return row.outcome, _WORDS[row.outcome]
    if row.running_since is not None and not is_over:
        return "running", "running"
    return "pending", "unknown" if is_over else "waiting"
