"""The ledger of a run: what was planned, and what has become of it. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ledger:
    """Counts of tests. ``passed`` includes ``flaky``; ``not_run`` counts tests that never ran and say why."""

    total: int
    passed: int = 0
    failed: int = 0
    flaky: int = 0
    skipped: int = 0
    not_run: int = 0

    @property
    def accounted(self) -> int:
        return self.passed + self.failed + self.skipped + self.not_run

    @property
    def missing(self) -> int:
        """Planned tests of which nobody has said anything; below zero when more reported than were planned."""
        return self.total - self.accounted

    @property
    def is_whole(self) -> bool:
        return self.missing == 0
