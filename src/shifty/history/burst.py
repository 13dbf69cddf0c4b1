"""Whether unusually many tests failed at once: on one machine, or in the whole run. Pure.

If each test failed by itself, as often as it used to, the number of failures would nearly follow a Poisson distribution
with mean λ, the sum of these shares (Le Cam 1960: off by no more than the sum of their squares). As many failures as
would come once in ten thousand runs, and a tenth of all tests, are no coincidence: something that they share was
broken, and they say nothing about how flaky each of the tests is.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from scipy.special import gammainc

from shifty.history.model import Mark

FEWEST: Final = 5
LEAST_SHARE: Final = 0.1
RAREST: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Group:
    """Tests of a run that share a machine, or all of them."""

    worker: str | None
    """The machine; None: the whole run."""
    tests: int
    """That passed or failed."""
    failed: int
    """Whose first attempt failed."""

    @property
    def is_large(self) -> bool:
        """Enough failed that it may be a burst. Asked first: what to expect is dear to know."""
        return self.failed >= FEWEST and self.failed >= LEAST_SHARE * self.tests

    def is_burst(self, expected: float) -> bool:
        """``expected``: λ, failures that there would be if all were as ever."""
        # The chance of so many or more: Poisson's tail is the regularised incomplete gamma function.
        return self.is_large and float(gammainc(self.failed, expected)) <= RAREST


def groups(tests: Mapping[str | None, int], marks: Sequence[Mark]) -> list[Group]:
    """The whole run first, then its machines. ``tests`` counts them by machine; of None, it is not known."""
    failed = Counter(mark.worker for mark in marks if mark.failed_first)
    machines = [Group(worker, tests[worker], failed[worker]) for worker in tests if worker is not None]
    return [Group(None, sum(tests.values()), failed.total()), *machines]


def mark_bursts(marks: Sequence[Mark], bursts: Sequence[Group]) -> list[Mark]:
    """``marks``, where those that failed in one of ``bursts`` say so."""
    whole = any(group.worker is None for group in bursts)
    workers = {group.worker for group in bursts}
    return [
        replace(mark, burst=True) if mark.failed_first and (whole or mark.worker in workers) else mark for mark in marks
    ]
