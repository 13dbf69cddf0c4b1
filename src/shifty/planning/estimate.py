"""Predicts durations from history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

WINDOW = 50
"""The contract: the median of the last fifty runs."""

GUESS_S = 10.0
"""What a spec file is taken to need when nothing at all is known, as in the very first run of a project."""

RECENT = 5
UP, DOWN = 1.25, 0.8
"""A test whose last two runs are both beyond these multiples of its median has changed, and its past says little."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """``unknown`` means that ``seconds`` is a guess, so that the item had better be dispatched early."""

    seconds: float
    unknown: bool


def typical(durations: Sequence[float]) -> float | None:
    """The median of the last fifty, oldest first; None without any. This is `estimatedDuration` of the contract."""
    return median(durations[-WINDOW:]) if durations else None


def step(durations: Sequence[float]) -> float | None:
    """Between the last and the median of the last five, oldest first; the mean of the last two after a lasting change.

    Follows a change of the code faster than `typical` and is as calm otherwise; None without any durations.
    """
    if not durations:
        return None
    recent = durations[-RECENT:]
    middle = median(recent)
    last_two = recent[-2:]
    changed = all(second > UP * middle for second in last_two) or all(second < DOWN * middle for second in last_two)
    if len(last_two) == 2 and changed:
        return sum(last_two) / 2
    return 0.5 * recent[-1] + 0.5 * middle


def estimate_file(known: Sequence[float | None], typical_file: float | None) -> Estimate:
    """A spec file from its tests (None: a test without history).

    A new test in a known file is taken to be like its neighbours; a file of new tests like the median file of the
    project, or `GUESS_S` if there is none.
    """
    timed = [second for second in known if second is not None]
    if not timed:
        return Estimate(GUESS_S if typical_file is None else typical_file, unknown=True)
    mean = sum(timed) / len(timed)
    return Estimate(sum(timed) + mean * (len(known) - len(timed)), unknown=len(timed) < len(known))


def estimate_files(files: Mapping[str, Sequence[float | None]]) -> dict[str, Estimate]:
    """All spec files of a suite: the durations of their tests by file, None for a test without history."""
    whole = [sum(second for second in tests if second is not None) for tests in files.values() if None not in tests]
    typical_file = median(whole) if whole else None
    return {file: estimate_file(tests, typical_file) for file, tests in files.items()}
