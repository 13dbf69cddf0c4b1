"""The failed tests of a run as its first page lists them: new or known, since when, with what they said. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from shifty.dashboard.words import count, cut, query
from shifty.failures.plain import plain_text
from shifty.runs.head_store import EARLIER_RUNS, FailureRow, NotablePass
from shifty.runs.model import Run

LONGEST_LINE = 240


@dataclass(frozen=True)
class Mark:
    kind: str
    text: str
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class FailureView:
    test_id: str
    title: str
    group: str
    """The describes above it."""
    where: str
    browser: str
    line: str
    """The first of its error that says something."""
    marks: Sequence[Mark]
    since: str
    """In words; empty: it is new, or nothing is known."""
    since_run: str | None
    retries: int
    duration_ms: int
    quarantine: str
    """Address of the form that excuses it."""


@dataclass(frozen=True)
class NotableView:
    test_id: str
    title: str
    where: str
    browser: str
    marks: Sequence[Mark]
    why: str
    duration_ms: int


def failure_view(run: Run, row: FailureRow) -> FailureView:
    *group, title = row.title_path or [""]
    asked: dict[str, object] = {"project": run.project, "kind": "test", "value": row.test_id, "next": f"/runs/{run.id}"}
    return FailureView(
        test_id=row.test_id,
        title=shown(title),
        group=shown(" › ".join(group)),
        where=place(row.file, row.line),
        browser=row.project_name,
        line=first_line(row.error_message),
        marks=_marks(row),
        since=_since(row),
        since_run=str(row.since_run) if row.since_run else None,
        retries=row.retry_count,
        duration_ms=row.duration_ms,
        quarantine=f"/flaky/quarantine/new{query(**asked)}",
    )


def notable_view(row: NotablePass) -> NotableView:
    marks = [Mark("healed", "healed")] if row.healed else []
    marks += [Mark("flaky", "flaky")] if row.flaky else []
    retried = f"passed after {count(row.retry_count, 'retry', 'retries')}" if row.retry_count else ""
    return NotableView(
        test_id=row.test_id,
        title=shown(" › ".join(row.title_path)),
        where=place(row.file, row.line),
        browser=row.project_name,
        marks=marks,
        why=row.reason or retried,
        duration_ms=row.duration_ms,
    )


def shown(text: str) -> str:
    """A title or another short text of somebody else's, without what is no text."""
    return "".join(sign for sign in plain_text(text) if sign.isprintable() or sign in "\n\t")


def place(file: str, line: int | None) -> str:
    return f"{file}:{line}" if line else file


def first_line(message: str | None) -> str:
    """Of an error, cut; a bare ``Error:`` says nothing."""
    lines = (line.strip() for line in plain_text(message or "").replace("\0", "").splitlines())
    told = next((line for line in map(shown, lines) if line and line != "Error:"), "")
    return cut(told, LONGEST_LINE)


def _marks(row: FailureRow) -> list[Mark]:
    marks: list[Mark] = []
    if row.quarantined:
        marks.append(Mark("quarantined", "quarantined", "It failed, and does not fail the run."))
    if row.is_new:
        first = "No earlier run had it." if row.is_first else "It passed the last time it ran."
        marks.append(Mark("new", "new test" if row.is_first else "new", first))
    elif row.is_new is not None:
        marks.append(Mark("known", "known", "It failed the last time, too."))
    if row.verdict == "flaky":
        marks.append(Mark("flaky", "flaky", "Over its last runs it has both passed and failed on the same code."))
    if row.healed:
        marks.append(Mark("healed", "healed", "It got through with a healed locator, which counts as failed here."))
    return marks


def _since(row: FailureRow) -> str:
    if not row.failed_before:
        return ""
    least = "at least " if row.failed_before >= EARLIER_RUNS else ""
    return f"failed in {least}{count(row.failed_before, 'run')} before"
