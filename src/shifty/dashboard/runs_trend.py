"""How runs come along, as charts. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from shifty.dashboard.chart import Chart, Kind, Series, Slot, bars, lines
from shifty.dashboard.chart_scale import DURATION, HIGH_PERCENT
from shifty.runs.model import EndedRun

AT_MOST: Final = 50
_COLOURS: Final[dict[str, Kind]] = {"passed": "passed", "flaky": "flaky"}


@dataclass(frozen=True)
class RunsTrend:
    duration: Chart
    pass_rate: Chart


def trend_of(runs: Sequence[EndedRun]) -> RunsTrend | None:
    """Charts of these runs, oldest first; None: two make a trend, fewer do not."""
    if len(runs) < 2:
        return None
    slots = [_slot(run) for run in runs]
    durations = [run.duration / timedelta(milliseconds=1) if run.duration is not None else None for run in runs]
    return RunsTrend(
        duration=bars("trend-duration", "Duration", slots, [Series("Duration", durations)], DURATION),
        pass_rate=lines(
            "trend-pass-rate",
            "Tests that pass",
            slots,
            [Series("Passed", [run.pass_rate for run in runs], area=True)],
            HIGH_PERCENT,
        ),
    )


def _slot(run: EndedRun) -> Slot:
    about = [run.branch or "", (run.commit_sha or "")[:10], run.conclusion]
    colour = _COLOURS.get(run.conclusion, "failed")
    return Slot(_day(run.created_at), " ".join(filter(None, about)), f"/runs/{run.id}", colour)


def _day(at: datetime) -> str:
    exact = at.astimezone(UTC)
    return f"{exact.day} {exact:%b} {exact:%H:%M}"
