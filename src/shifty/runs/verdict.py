"""What a run that ends has come to. Pure."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from shifty.runs.ledger import Ledger
from shifty.runs.model import Conclusion, Status

FailureReason: TypeAlias = Literal[
    "NO_WORKERS", "TIMED_OUT", "SHARD_LOST", "RUN_ERROR", "NO_TESTS", "LEDGER_INCOMPLETE", "TESTS_NOT_RUN"
]


@dataclass(frozen=True, kw_only=True)
class Ending:
    """Everything that the verdict depends on."""

    ledger: Ledger
    excused_failed: int = 0
    """Of the failed tests, those that are in quarantine."""
    excused_not_run: int = 0
    lost_shards: int = 0
    run_errors: int = 0
    cancelled: bool = False
    no_workers: bool = False
    """Nobody took the run up in time."""
    timed_out: bool = False
    """The run as a whole took longer than it may."""

    @property
    def failed(self) -> int:
        """Tests that the run fails for."""
        return self.ledger.failed - self.excused_failed

    @property
    def not_run(self) -> int:
        """Tests that never ran and should have."""
        return self.ledger.not_run - self.excused_not_run


@dataclass(frozen=True)
class Verdict:
    status: Status
    conclusion: Conclusion
    failure_reason: FailureReason | None = None


def verdict(ending: Ending) -> Verdict:
    """The verdict on a run that ends now.

    A run whose tests have all reported is completed, failures or not. It is failed when it could not be completed, and
    then the first reason that holds is given, the most telling first. Quarantine takes tests from what a run fails for,
    and nothing else: neither errors of the run nor holes in its ledger.
    """
    if ending.cancelled:
        return Verdict("cancelled", "cancelled")
    if reason := _why_not_complete(ending):
        return Verdict("failed", "timedOut" if reason == "TIMED_OUT" else "failed", reason)
    return Verdict("completed", _conclusion(ending))


def _why_not_complete(ending: Ending) -> FailureReason | None:
    ledger = ending.ledger
    reasons: tuple[tuple[bool, FailureReason], ...] = (
        (ending.no_workers, "NO_WORKERS"),
        (ending.timed_out, "TIMED_OUT"),
        (ending.lost_shards > 0, "SHARD_LOST"),
        (ending.run_errors > 0, "RUN_ERROR"),
        # A suite that has lost all of its tests must not look like one that passes.
        (ledger.total == 0 and ledger.accounted == 0, "NO_TESTS"),
        (not ledger.is_whole, "LEDGER_INCOMPLETE"),
        # After a failure it is usual: the rest of a serial group, or of a run that stops at its first failure.
        (ending.not_run > 0 and ledger.failed == 0, "TESTS_NOT_RUN"),
    )
    return next((reason for holds, reason in reasons if holds), None)


def _conclusion(ending: Ending) -> Conclusion:
    # Tests that never ran because of a failure are no better for its being excused.
    if ending.failed or ending.not_run:
        return "failed"
    return "flaky" if ending.ledger.flaky else "passed"
