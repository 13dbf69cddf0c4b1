"""What the page of a test in a run shows. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from markupsafe import Markup

from shifty.dashboard.ansi import bare, coloured
from shifty.dashboard.attempt_command import local_command
from shifty.dashboard.attempt_error import ErrorView, error_view
from shifty.dashboard.attempt_history import Fact, Mark, facts, strip
from shifty.dashboard.attempt_media import Media, media
from shifty.dashboard.attempt_steps import StepsView, steps_view
from shifty.dashboard.words import count
from shifty.flakiness.lists.show_test import TestInFull
from shifty.runs.model import DetailedTest, ExpectedTest, Result, Run, TestArtifact
from shifty.runs.show_result import ResultInRun
from shifty.wire import Attempt, Heal

LONGEST_OUTPUT: Final = 64_000
MOST_ATTEMPTS: Final = 20
MOST_ERRORS: Final = 10
_ATTEMPTS: Final = msgspec.json.Decoder(list[Attempt])


@dataclass(frozen=True)
class AttemptView:
    number: int
    """From 1."""
    status: str
    is_open: bool
    duration_ms: int
    started_at: datetime | None
    worker_index: int | None
    errors: Sequence[ErrorView]
    errors_left_out: int
    steps: StepsView
    stdout: Markup
    stderr: Markup
    heals: Sequence[Heal]
    media: Media


_NOTHING_YET: Final[tuple[Sequence[AttemptView], Media]] = ((), media(()))


@dataclass(frozen=True)
class AttemptPage:
    run: Run
    test: DetailedTest | ExpectedTest
    kind: str
    """Of the badge."""
    verdict: str
    reason: str
    facts: Sequence[Fact]
    marks: Sequence[Mark]
    owners: Sequence[str]
    attempts: Sequence[AttemptView]
    left_over: Media
    """Files that belong to no attempt that is known."""
    command: str
    error_digest: str | None
    may_quarantine: bool

    @property
    def has_failed(self) -> bool:
        return self.kind in ("failed", "quarantined")


def attempt_page(found: ResultInRun, history: TestInFull | None) -> AttemptPage:
    """``history`` is None where no run that has ended had the test."""
    result, run = found.result, found.run
    test = result.test if isinstance(result, Result) else result
    kind, verdict = _verdict(test)
    attempts, left_over = _attempts(result) if isinstance(result, Result) else _NOTHING_YET
    known = history.known.test if history else None
    mine = next((told for told in history.executions if told.run_id == run.id), None) if history else None
    has_failed = isinstance(test, DetailedTest) and test.outcome == "failed"
    return AttemptPage(
        run=run,
        test=test,
        kind=kind,
        verdict=verdict,
        reason=bare(getattr(test, "reason", None) or ""),
        facts=facts(history, run, has_failed=has_failed),
        marks=strip(history, run) if history else [],
        owners=known.owners if known else [],
        attempts=attempts,
        left_over=left_over,
        command=local_command(test.file, test.line, test.title_path, test.project_name),
        error_digest=mine.error_digest if mine else None,
        may_quarantine=known is None or known.quarantine is None,
    )


def _verdict(test: DetailedTest | ExpectedTest) -> tuple[str, str]:
    """The badge, and the verdict in words."""
    if isinstance(test, ExpectedTest):
        return ("running", "It runs") if test.running_since else ("pending", "It waits for its turn")
    tries = count(test.retry_count + 1, "attempt")
    match test.outcome:
        case "failed" if test.quarantined:
            return "quarantined", "Failed, and is excused by quarantine"
        case "failed":
            how = "timed out" if test.raw_status == "timedOut" else "failed"
            return "failed", f"{how.capitalize()} in {'its only attempt' if not test.retry_count else f'all {tries}'}"
        case "passed" if test.flaky:
            return "flaky", f"Flaky: passed at attempt {test.retry_count + 1}" if test.retry_count else "Flaky"
        case "passed" if test.healed:
            return "healed", "Passed with a healed locator"
        case "passed":
            return "passed", "Passed"
        case "skipped":
            return "skipped", "Skipped"
        case "notRun":
            return "notRun", "Did not run"


def _attempts(result: Result) -> tuple[Sequence[AttemptView], Media]:
    told = _told(result.test.attempts)
    # Numbers begin anew when a test is given to another worker: its files are those of the last who had the number.
    places: dict[int | None, int] = {attempt.attempt: place for place, attempt in enumerate(told)}
    if len(told) == 1:
        places[None] = 0
    files: defaultdict[int | None, list[TestArtifact]] = defaultdict(list)
    for artifact in result.artifacts:
        files[places.get(artifact.attempt)].append(artifact)
    shown = _shown(told)
    newest = list(enumerate(told))[-MOST_ATTEMPTS:]
    views = [_view(place, attempt, files[place], is_open=place == shown) for place, attempt in newest]
    return views, media(files[None])


def _told(attempts: str) -> Sequence[Attempt]:
    try:
        return _ATTEMPTS.decode(attempts)
    except msgspec.MsgspecError:
        return []


def _shown(told: Sequence[Attempt]) -> int:
    """The newest that failed, else the newest."""
    failed = [place for place, attempt in enumerate(told) if attempt.status in ("failed", "timedOut")]
    return failed[-1] if failed else len(told) - 1


def _view(place: int, attempt: Attempt, files: Sequence[TestArtifact], *, is_open: bool) -> AttemptView:
    return AttemptView(
        number=place + 1,
        status=attempt.status,
        is_open=is_open,
        duration_ms=attempt.duration_ms,
        started_at=_moment(attempt.started_at),
        worker_index=attempt.worker_index,
        errors=[error_view(error) for error in attempt.errors[:MOST_ERRORS]],
        errors_left_out=max(0, len(attempt.errors) - MOST_ERRORS),
        steps=steps_view(attempt.steps, {error.message for error in attempt.errors}),
        stdout=coloured(_end_of(attempt.stdout)),
        stderr=coloured(_end_of(attempt.stderr)),
        heals=attempt.heals,
        media=media(files),
    )


def _end_of(output: str) -> str:
    """What was printed last is nearest to the failure."""
    if len(output) <= LONGEST_OUTPUT:
        return output
    return f"[the first {len(output) - LONGEST_OUTPUT:,} characters are left out]\n{output[-LONGEST_OUTPUT:]}"


def _moment(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return at if at and at.tzinfo else None
