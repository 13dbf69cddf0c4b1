"""Why a run has the verdict that it has: each thing that counted, and each that did not. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from shifty.dashboard.run_words import MEANINGS
from shifty.dashboard.words import count
from shifty.runs.head import RunHead

Weight: TypeAlias = Literal["failed", "flaky", "passed", "healed", "skipped"]


@dataclass(frozen=True)
class Reason:
    weight: Weight
    label: str
    """One word: whether it counts."""
    text: str
    address: str | None = None
    """Of what it is about."""


_REMEDIES: Final = {
    "NO_WORKERS": "Start one with `shifty worker`, and run it again.",
    "SHARD_LOST": "The workers that had it died or lost the network: their logs say more, and the timeline shows when.",
    "WORKERS_LOST": "Their logs say more, and the timeline shows when each was last heard of.",
    "PRODUCER_LOST": "The log of the CI job says more.",
    "RUN_ERROR": "They stand among the causes.",
    "NO_TESTS": "A suite that has lost all of its tests must not look like one that passes.",
    "LEDGER_INCOMPLETE": "While a test is missing, no run is passed.",
    "TESTS_NOT_RUN": "Without a failure before them, nobody would notice that they are missing.",
}


def why(head: RunHead) -> Sequence[Reason]:
    """What the verdict rests on, what counts first."""
    return [*_not_completed(head), *_failures(head), *_holes(head), *_excused(head), *_beside(head), *_nothing(head)]


def _not_completed(head: RunHead) -> Iterator[Reason]:
    run = head.run
    if run.status == "cancelled":
        yield Reason("failed", "counts", "It was cancelled: what had not run by then never ran.")
    if run.status != "failed":
        return
    reason = run.failure_reason or ""
    meaning = MEANINGS.get(reason, "it ended before all tests had run")
    remedy = _REMEDIES.get(reason, "")
    yield Reason("failed", "counts", f"It could not be completed: {meaning} ({reason}). {remedy}".strip())
    if head.faults and reason != "RUN_ERROR":
        yield Reason("failed", "counts", f"{count(head.faults, 'error')} belong to no test.")
    if head.lost_shards and reason != "SHARD_LOST":
        yield Reason("failed", "counts", f"{count(head.lost_shards, 'shard')} could not be finished.")


def _failures(head: RunHead) -> Iterator[Reason]:
    if head.failed <= 0:
        return
    text = f"{count(head.failed, 'test')} failed after the last retry."
    if head.new_failures is not None:
        match head.new_failures:
            case 0:
                text += " All of them failed the last time, too."
            case new if new == head.failed:
                text += " None of them failed the last time it ran." if new > 1 else " It did not fail the last time."
            case new:
                text += f" {new:,} of them did not fail the last time."
    yield Reason("failed", "counts", text, f"/runs/{head.run.id}/tests?status=failed")


def _holes(head: RunHead) -> Iterator[Reason]:
    run = head.run
    not_run = run.ledger.not_run - head.excused_not_run
    if not_run and run.is_over:
        text = f"{count(not_run, 'test')} never ran."
        yield Reason("failed", "counts", text, f"/runs/{run.id}/tests?status=notRun")
    if run.is_over and not run.ledger.is_whole and run.failure_reason != "LEDGER_INCOMPLETE":
        missing = abs(run.ledger.missing)
        more = "planned, and nobody said what became of it" if run.ledger.missing > 0 else "more than were planned"
        yield Reason("failed", "counts", f"The ledger does not add up: {count(missing, 'test')} {more}.")


def _excused(head: RunHead) -> Iterator[Reason]:
    run = head.run
    if run.quarantined_tests:
        what = "failed or never ran" if head.excused_not_run else "failed"
        text = f"{count(run.quarantined_tests, 'test')} {what} in quarantine: that is reported, and does not fail it."
        yield Reason("flaky", "excused", text, f"/runs/{run.id}/tests?status=quarantined")


_HEALED: Final = {
    "report": "This run's healing verdict is “report”: that is told, and counts as passed.",
    "warn": "This run's healing verdict is “warn”: they count as passed, and the source should be repaired.",
    "fail": "This run's healing verdict is “fail”: they count as failed until the source is repaired.",
}


def _beside(head: RunHead) -> Iterator[Reason]:
    run = head.run
    if run.healed_tests:
        counts = run.healing_verdict == "fail"
        text = f"{count(run.healed_tests, 'test')} got through with a healed locator. {_HEALED[run.healing_verdict]}"
        yield Reason("healed", "counts" if counts else "noted", text, f"/runs/{run.id}/healing")
    if run.ledger.flaky:
        text = f"{count(run.ledger.flaky, 'test is', 'tests are')} flaky: that alone does not fail it."
        yield Reason("flaky", "noted", text, f"/runs/{run.id}/tests?status=flaky")
    if run.ledger.skipped:
        text = f"{count(run.ledger.skipped, 'test was', 'tests were')} skipped by the suite itself."
        yield Reason("skipped", "noted", text, f"/runs/{run.id}/tests?status=skipped")


def _nothing(head: RunHead) -> Iterator[Reason]:
    run = head.run
    if run.status == "completed" and run.conclusion in ("passed", "flaky"):
        yield Reason("passed", "counts", "Every planned test has reported, and none that counts has failed.")
