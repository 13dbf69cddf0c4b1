"""What stands behind a verdict, so that a pass with healed or quarantined tests never looks like a plain one."""

from shifty.cli import heals, quarantined
from shifty.client.model import Totals


def details(totals: Totals) -> str:
    """``(1 test healed, 2 failed in quarantine)``; empty where there is nothing to add."""
    told = [part for part in (heals.tally(totals.healed_tests), quarantined.tally(totals)) if part]
    return f" ({', '.join(told)})" if told else ""
