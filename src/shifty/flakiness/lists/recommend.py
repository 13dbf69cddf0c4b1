"""What to do about a flaky test. Pure."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from shifty.flakiness.lists.model import Excuse, FlakyTest, Severity, Standing
from shifty.flakiness.model import Evidence

HIGH: Final = 50.0
MEDIUM: Final = 30.0
LOW: Final = 20.0
"""Percent, as shown. The list is sorted by the same steps."""

_QUARANTINE: Final = "Consider quarantining this test or rewriting it"
_NEXT: Final = {
    "medium": "Look at the trace of its last flaky run and fix what it waits for; quarantine it if that takes longer",
    "low": "Keep an eye on this test: look at the trace of its last flaky run when there is time",
}


def shown(rate: float) -> float:
    """With one decimal, half of one upwards, as PostgreSQL rounds: 45.5 of 10 in 22."""
    return float(Decimal(f"{rate:.15g}").quantize(Decimal("0.1"), ROUND_HALF_UP))


def minutes(ms: int) -> float:
    return shown(ms / 60_000)


def severity_of(rate: float) -> Severity | None:
    """None: too seldom to say anything."""
    known = shown(rate)
    if known >= HIGH:
        return "high"
    if known >= MEDIUM:
        return "medium"
    return "low" if known >= LOW else None


def impact_of(standing: Standing) -> str:
    return f"Failing {standing.flaky_runs} out of {standing.total_runs} runs"


def recommendation_for(severity: Severity, causes: Sequence[Evidence], excuse: Excuse | None) -> str:
    """What to do first. A likely cause says more than a rate; of a test that is quarantined nobody needs to be told to
    quarantine it."""
    if causes:
        return causes[0].advice
    if excuse:
        until = f"{excuse.expires_at:%Y-%m-%d}"
        return f"It is quarantined until {until}: rewrite or delete it by then, or its failures count again"
    return _QUARANTINE if severity == "high" else _NEXT[severity]


def reason_for(found: FlakyTest) -> str:
    """Of a quarantine rule."""
    impact = impact_of(found.standing)
    return f"Flaky: {impact[0].lower()}{impact[1:]}"
