"""A run as a line of the list shows it: verdict, ledger, and how long it will go on. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal, NamedTuple, TypeAlias

from shifty.dashboard.run_buttons import RunButtons
from shifty.dashboard.run_words import MEANINGS
from shifty.dashboard.words import count
from shifty.runs.ledger import Ledger
from shifty.runs.model import Run

Kind: TypeAlias = Literal["passed", "failed", "flaky", "healed", "running", "waiting", "cancelled"]

_LEAST_WIDTH: Final = 1.5
"""Percent of the bar: one failure of ten thousand tests has to be seen."""
_LEAST_SHARE: Final = 0.05
"""Of the tests: before so many have ended, what is left is anybody's guess."""
_LONGEST_TITLE: Final = 160


class Part(NamedTuple):
    """A part of a bar, in percent of its width."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True)
class RunLine:
    run: Run
    buttons: RunButtons

    @property
    def address(self) -> str:
        return f"/runs/{self.run.id}"

    @property
    def short_id(self) -> str:
        return str(self.run.id)[:8]

    @property
    def title(self) -> str:
        """What the commit is called, where anybody has said: its first line."""
        first, _, _ = (self.run.commit_message or "").strip().partition("\n")
        return f"{first[: _LONGEST_TITLE - 1]}…" if len(first) > _LONGEST_TITLE else first or f"Run {self.short_id}"

    @property
    def kind(self) -> Kind:
        return verdict_kind(self.run)

    @property
    def word(self) -> str:
        return verdict_word(self.run)

    @property
    def why(self) -> str | None:
        """Why it could not be completed."""
        reason = self.run.failure_reason if self.run.status == "failed" else None
        return MEANINGS.get(reason, reason) if reason else None

    @property
    def tally(self) -> str:
        return tally(self.run)

    @property
    def left(self) -> str | None:
        return left(self.run)

    @property
    def parts(self) -> Sequence[Part]:
        return parts_of(self.run.ledger)

    @property
    def ci_url(self) -> str | None:
        """None for what is no address of a page: a script must not be a link away."""
        url = self.run.ci_url
        return url if url and url.startswith(("https://", "http://")) else None


def verdict_kind(run: Run) -> Kind:
    """How the verdict looks; while the run goes on, how it is going."""
    match run.status:
        case "pending":
            return "waiting"
        case "running":
            return "failed" if run.ledger.failed else "running"
        case "cancelled":
            return "cancelled"
        case "failed":
            return "failed"
        case "completed":
            if run.conclusion == "passed":
                return "healed" if run.healed_tests else "passed"
            return "flaky" if run.conclusion == "flaky" else "failed"


def verdict_word(run: Run) -> str:
    """A word or two: colours alone tell nobody anything."""
    if run.status == "failed":
        return "timed out" if run.conclusion == "timedOut" else "not completed"
    if run.status == "running" and run.ledger.failed:
        return "failing"
    return verdict_kind(run)


def tally(run: Run) -> str:
    """``3 failed, 2 flaky of 812``, ``812 passed``, ``120 of 812 done, 3 failed``."""
    ledger = run.ledger
    told = {
        "failed": ledger.failed,
        "not run": ledger.not_run if run.is_over else 0,
        "in quarantine": run.quarantined_tests,
        "flaky": ledger.flaky,
        "healed": run.healed_tests,
    }
    notable = [f"{number:,} {what}" for what, number in told.items() if number]
    if run.status == "pending":
        return f"{count(ledger.total, 'test')} waiting" if ledger.total else "waiting"
    if not run.is_over:
        return ", ".join([f"{ledger.accounted:,} of {ledger.total:,} done", *notable])
    if notable:
        return f"{', '.join(notable)} of {ledger.total:,}"
    skipped = [f"{ledger.skipped:,} skipped"] if ledger.skipped else []
    return ", ".join([f"{ledger.passed:,} passed", *skipped]) if ledger.total else "no tests"


def left(run: Run) -> str | None:
    """``about 3 min left``, if the rest goes like what has been; None: too early to say, or over."""
    ledger = run.ledger
    if run.status != "running" or run.duration is None or ledger.total <= 0:
        return None
    share = ledger.accounted / ledger.total
    if not _LEAST_SHARE <= share < 1:
        return None
    return f"about {_roughly(run.duration * ((1 - share) / share))} left"


def _roughly(length: timedelta) -> str:
    seconds = length.total_seconds()
    if seconds < 55:
        return f"{max(5, round(seconds / 5) * 5)} s"
    return f"{max(1, round(seconds / 60))} min" if seconds < 3570 else f"{round(seconds / 3600, 1):g} h"


def parts_of(ledger: Ledger) -> Sequence[Part]:
    """The ledger as parts of a bar, what failed first; what has not ended yet is no part."""
    numbers = {
        "failed": ledger.failed,
        "flaky": ledger.flaky,
        "passed": ledger.passed - ledger.flaky,
        "skipped": ledger.skipped,
        "notRun": ledger.not_run,
    }
    all_of_them = max(ledger.total, ledger.accounted)
    widths = {kind: max(_LEAST_WIDTH, 100 * number / all_of_them) for kind, number in numbers.items() if number > 0}
    if widths and (excess := sum(widths.values()) - 100) > 0:
        widths[max(widths, key=lambda kind: widths[kind])] -= excess
    parts: list[Part] = []
    x = 0.0
    for kind, width in widths.items():
        parts.append(Part(kind, round(x, 2), round(width, 2)))
        x += width
    return parts
