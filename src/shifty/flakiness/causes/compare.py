"""Whether a test fails more under one condition than otherwise, and not by accident."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb
from typing import Final, NamedTuple
from uuid import UUID

from shifty.history.model import Execution

ALPHA: Final = 0.01
"""The chance of an accident that is accepted, of all comparisons of one kind together."""
LEAST_FAILURES: Final = 3
"""Under the condition."""
LEAST_OTHERS: Final = 5
"""Executions without the condition: fewer show nothing."""
SPARED: Final = 0.25
"""Without the condition it may fail a quarter as often, at most: else the condition is not what matters."""
FEW: Final = 5
"""Runs that are named."""
STREAK: Final = 5
"""So many executions of a branch in a row that never passed are a breakage, and say nothing of chance."""


class Tally(NamedTuple):
    failed: int
    all: int

    @property
    def share(self) -> float:
        return self.failed / self.all if self.all else 0.0

    def __str__(self) -> str:
        return f"{self.failed} of {self.all}"


@dataclass(frozen=True, slots=True)
class Difference:
    """A test's first attempts under a condition, and without it."""

    under: Tally
    otherwise: Tally

    def is_no_accident(self, comparisons: int) -> bool:
        """Whether it holds although so many conditions were tried."""
        if self.under.failed < LEAST_FAILURES or self.otherwise.all < LEAST_OTHERS:
            return False
        if self.otherwise.share > SPARED * self.under.share:
            return False
        return chance_of(self.under, self.otherwise) * comparisons <= ALPHA

    @property
    def strength(self) -> float:
        return self.under.share - self.otherwise.share


def chance_of(under: Tally, otherwise: Tally) -> float:
    """That so many of the failures, or more, fall under the condition when it does not matter.

    Fisher's exact test (R. A. Fisher, Statistical Methods for Research Workers, 5th edition, 1934, § 21.02), one-sided:
    the numbers are small, and no distribution need be assumed. Worked out in whole numbers.
    """
    failures, everything = under.failed + otherwise.failed, under.all + otherwise.all
    most = min(failures, under.all)
    ways = sum(comb(failures, n) * comb(everything - failures, under.all - n) for n in range(under.failed, most + 1))
    return ways / comb(everything, under.all)


def failed(execution: Execution) -> bool:
    """Whether its first attempt did. A failure that came with unusually many others, or has nothing to do with the
    test, does not count."""
    return execution.failed_attempts > 0 and not execution.burst and execution.excluded is None


def ran(execution: Execution) -> bool:
    return execution.outcome in ("passed", "failed") and execution.excluded is None and not execution.burst


def tally(executions: Iterable[Execution]) -> Tally:
    known = [failed(execution) for execution in executions]
    return Tally(sum(known), len(known))


def difference(under: Iterable[Execution], otherwise: Iterable[Execution]) -> Difference:
    return Difference(tally(under), tally(otherwise))


def runs_of(executions: Iterable[Execution]) -> list[UUID]:
    """A few runs in which it failed, newest first."""
    found = sorted((each for each in executions if failed(each)), key=lambda each: each.ended_at, reverse=True)
    return [each.run_id for each in found[:FEW]]


def by_chance(executions: Sequence[Execution]) -> list[Execution]:
    """Those that say something of chance: ran, and are not part of a breakage. While a test is broken it fails wherever
    it runs, which would be taken for a difference between then and before."""
    branches: dict[str | None, list[Execution]] = {}
    for execution in sorted((each for each in executions if ran(each)), key=lambda each: each.ended_at):
        branches.setdefault(execution.branch, []).append(execution)
    kept = list[Execution]()
    for of_branch in branches.values():
        streak = list[Execution]()
        for execution in of_branch:
            if execution.outcome == "failed":
                streak.append(execution)
                continue
            kept.extend(streak if len(streak) < STREAK else ())
            kept.append(execution)
            streak = []
        kept.extend(streak if len(streak) < STREAK else ())
    return kept
