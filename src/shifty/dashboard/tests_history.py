"""What a test came to, run by run: strips by branch, how long it took, and the runs one by one. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from shifty.dashboard.chart import Chart, Kind, Series, Slot, lines
from shifty.dashboard.chart_scale import DURATION
from shifty.dashboard.tests_strip import colour_of, letter_of, linked_strip, mark_of, said_of, tally
from shifty.dashboard.tests_words import readable
from shifty.dashboard.words import cut, page_of_result
from shifty.flakiness.lists.model import Told

MOST_BRANCHES: Final = 8
_LONGEST_ERROR: Final = 400
_DOTS: Final[dict[str, Kind]] = {"p": "accent", "r": "flaky", "f": "failed", "q": "failed"}


@dataclass(frozen=True)
class BranchStrip:
    name: str
    href: str
    """The page of the test on this branch alone."""
    strip: Markup
    said: str


@dataclass(frozen=True)
class RunRow:
    told: Told
    href: str
    """The test in that run."""
    colour: str
    outcome: str
    error: str
    error_href: str | None


def branch_strips(executions: Sequence[Told], test_id: str, address: Callable[[str], str]) -> Sequence[BranchStrip]:
    """A strip a branch, the one that ran last first. ``executions`` come newest first, as do all in this module."""
    branches = dict.fromkeys(each.branch for each in executions)
    return [_strip_of(name, executions, test_id, address) for name in list(branches)[:MOST_BRANCHES]]


def duration_chart(executions: Sequence[Told], test_id: str) -> Chart:
    """Where it ran: what was skipped took no time."""
    ran = [each for each in reversed(executions) if each.outcome in ("passed", "failed")]
    slots = [
        Slot(
            f"{each.ended_at:%b %-d, %H:%M}",
            note=f"{said_of(letter_of(each))}{f' on {cut(readable(each.branch), 60)}' if each.branch else ''}",
            href=run_address(each, test_id),
            kind=_DOTS.get(letter_of(each), "quiet"),
        )
        for each in ran
    ]
    return lines("durations", "Duration", slots, [Series("Duration", [each.duration_ms for each in ran])], DURATION)


def run_rows(executions: Sequence[Told], test_id: str) -> Sequence[RunRow]:
    return [_row(each, test_id) for each in executions]


def run_address(told: Told, test_id: str) -> str:
    return page_of_result(told.run_id, test_id)


def _strip_of(name: str | None, executions: Sequence[Told], test_id: str, address: Callable[[str], str]) -> BranchStrip:
    there = [each for each in reversed(executions) if each.branch == name]
    said = tally("".join(map(letter_of, there)))
    shown = cut(readable(name), 120) if name else "no branch"
    marks = [mark_of(each, run_address(each, test_id)) for each in there]
    return BranchStrip(shown, address(name or ""), linked_strip(marks, f"{shown}: {said}"), said)


def _row(told: Told, test_id: str) -> RunRow:
    letter = letter_of(told)
    error = told.error_message or ("an error that is known no more" if told.error_digest else "")
    return RunRow(
        told=told,
        href=run_address(told, test_id),
        colour=colour_of(letter),
        outcome=told.outcome if letter == "s" else said_of(letter),
        error=cut(readable(error), _LONGEST_ERROR),
        error_href=f"/flaky/errors/{told.error_digest}" if told.error_digest else None,
    )
