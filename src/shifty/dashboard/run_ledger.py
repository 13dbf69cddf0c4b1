"""The ledger of a run as numbers and as a bar: what was planned must come to what became of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from shifty.runs.model import Run

WIDTH = 1000


@dataclass(frozen=True)
class Entry:
    """One of the numbers that add up."""

    kind: str
    """Of the badge and the bar's colour."""
    name: str
    number: int
    address: str | None
    note: str = ""
    """What of it is special, such as how many are flaky."""


@dataclass(frozen=True)
class Segment:
    kind: str
    x: float
    width: float


@dataclass(frozen=True)
class LedgerView:
    total: int
    entries: Sequence[Entry]
    segments: Sequence[Segment]
    done: int
    is_whole: bool
    missing: int
    sentence: str
    """Of the bar, for who can't see it."""


def ledger_view(run: Run) -> LedgerView:
    ledger, at = run.ledger, f"/runs/{run.id}/tests"
    flaky = f"{ledger.flaky:,} flaky" if ledger.flaky else ""
    healed = f"{run.healed_tests:,} healed" if run.healed_tests else ""
    entries = [
        Entry("passed", "passed", ledger.passed, f"{at}?status=passed", ", ".join(filter(None, (flaky, healed)))),
        Entry("failed", "failed", ledger.failed, f"{at}?status=failed"),
        Entry("skipped", "skipped", ledger.skipped, f"{at}?status=skipped"),
        Entry("notRun", "not run", ledger.not_run, f"{at}?status=notRun"),
    ]
    if not run.is_over:
        entries.append(Entry("running", "to come", max(0, ledger.missing), None))
    elif ledger.missing:
        entries.append(Entry("failed", "unaccounted", ledger.missing, None))
    told = ", ".join(f"{entry.number:,} {entry.name}" for entry in entries if entry.number)
    return LedgerView(
        total=ledger.total,
        entries=entries,
        segments=_segments(run),
        done=ledger.accounted,
        is_whole=ledger.is_whole,
        missing=ledger.missing,
        sentence=f"{ledger.total:,} planned: {told or 'nothing yet'}",
    )


def _segments(run: Run) -> list[Segment]:
    """Whatever there is of something is wide enough to be seen, at the cost of the passed ones."""
    ledger = run.ledger
    whole = max(1, ledger.total, ledger.accounted)
    small = [
        ("failed", ledger.failed),
        ("flaky", ledger.flaky),
        ("skipped", ledger.skipped),
        ("notRun", ledger.not_run),
    ]
    widths = [(kind, max(8.0, WIDTH * number / whole)) for kind, number in small if number]
    plain = WIDTH * (ledger.passed - ledger.flaky) / whole
    taken = sum(width for _, width in widths)
    widths.insert(1 if widths and widths[0][0] == "failed" else 0, ("passed", max(0.0, min(plain, WIDTH - taken))))
    segments: list[Segment] = []
    x = 0.0
    for kind, width in widths:
        width = min(width, WIDTH - x)
        if width > 0:
            segments.append(Segment(kind, round(x, 1), round(width, 1)))
        x += width
    return segments
