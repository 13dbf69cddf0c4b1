"""When a quarantined test has been green for long enough, and when a flaky one is to be quarantined: pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from shifty.flakiness.model import Assessment
from shifty.flakiness.posterior import chance_of_at_least
from shifty.quarantine.sprt import after, green_runs_needed


@dataclass(frozen=True, slots=True)
class Judged:
    """How far a rule is from its release."""

    green_runs: int
    """In a row, up to now."""
    evidence: float
    """Natural logarithm of the likelihood ratio of "fixed" over "as before"."""
    needed: int
    """Green runs until it is released, if none fails; 0: it is time."""

    @property
    def is_fixed(self) -> bool:
        return self.needed == 0


def judge(failing_share: float, greens: Sequence[bool]) -> Judged:
    """Wald's sequential test, run by run; the formula is quarantine's.

    ``greens``: of each run since the rule was made, oldest first, whether the tests of the rule all passed at the first
    attempt. Runs that say nothing about them are left out. ``failing_share`` is the rule's, 0-1.
    """
    evidence, streak = 0.0, 0
    for is_green in greens:
        evidence = after(evidence, failing_share, green=is_green)
        streak = streak + 1 if is_green else 0
    return Judged(streak, evidence, green_runs_needed(failing_share, evidence))


def auto_quarantine(assessment: Assessment, rate: float, confidence: float) -> bool:
    """Whether the test is flaky at ``rate`` percent or more with a chance of at least ``confidence``, 0-1."""
    if assessment.verdict != "flaky":
        return False
    return chance_of_at_least(rate, assessment.flaky_runs, assessment.total_runs) >= confidence
