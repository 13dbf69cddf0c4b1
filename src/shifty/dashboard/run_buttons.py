"""What can be done with a run, and why not: for the buttons of its page and of the list. Pure."""

from dataclasses import dataclass

from shifty.dashboard.visitor import Visitor
from shifty.dashboard.words import count
from shifty.runs.model import Run

_NOT_THIS_KEY = "The key that you have signed in with may look only: it lacks the scope orchestrate."


@dataclass(frozen=True)
class RunButtons:
    """For the macros of ``run_buttons.html``. What a button is disabled for is None where it can be pressed."""

    address: str
    back: str
    """Where to go on after a cancel."""
    short_id: str
    is_over: bool
    unsuccessful: int
    """Tests that failed or never ran and are not excused: what a rerun of the failed ones runs."""
    total: int
    no_cancel: str | None
    no_rerun_failed: str | None
    no_rerun: str | None

    @property
    def rerun_failed_label(self) -> str:
        return f"Rerun failed ({self.unsuccessful:,})" if self.unsuccessful else "Rerun failed"

    @property
    def cancel_question(self) -> str:
        return f"Cancel run {self.short_id}? What waits is dropped; tests that run now may finish."

    @property
    def rerun_question(self) -> str | None:
        """Asked before a rerun of many tests; None: it is not worth a question."""
        return f"Run all {count(self.total, 'test')} again?" if self.total > 1 else None

    @property
    def command(self) -> str:
        """The same from a checkout, on workers of its machine."""
        return f"shifty rerun {self.short_id}" + (" --failed" if self.no_rerun_failed is None else "")


def buttons_of(run: Run, visitor: Visitor, back: str = "") -> RunButtons:
    """``back`` is the path to go on with after a cancel; empty: the page of the run."""
    refused = None if visitor.may_orchestrate else _NOT_THIS_KEY
    unsuccessful = max(0, run.ledger.failed + run.ledger.not_run - run.quarantined_tests) if run.is_over else 0
    address = f"/runs/{run.id}"
    goes_on = None if run.is_over else "It goes on: when it has ended, or is cancelled, it can be run again."
    nothing = "Nothing failed or was left out." if run.status == "completed" and not unsuccessful else None
    return RunButtons(
        address=address,
        back=back or address,
        short_id=str(run.id)[:8],
        is_over=run.is_over,
        unsuccessful=unsuccessful,
        total=run.ledger.total,
        no_cancel="It has ended." if run.is_over else refused,
        no_rerun_failed=goes_on or nothing or refused,
        no_rerun=goes_on or refused,
    )
