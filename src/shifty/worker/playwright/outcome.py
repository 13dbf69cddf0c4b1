"""Decides from Playwright's events how each test stands: pure, and the one place that knows Playwright's retries.

An attempt that failed is final when its retries are used up. In a serial suite a failure makes Playwright try the whole
suite again, passed tests included, so with retries its tests stand only when a round of all of them is over. A test
that Playwright reports as skipped though nobody asked for it did not run; why is known at the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypedDict

from shifty import wire
from shifty.worker.playwright import events as ev
from shifty.worker.playwright.faults import error_of, location
from shifty.worker.playwright.heals import heals_of

UNEXPECTEDLY_GOOD = "Expected to fail, but passed: the test is marked with test.fail()."


@dataclass
class _Test:
    event: ev.TestEvent
    ref: wire.TestRef
    attempts: list[ev.TestEnd] = field(default_factory=list[ev.TestEnd])
    running: bool = False
    final: bool = False

    @property
    def last(self) -> ev.TestEnd | None:
        return self.attempts[-1] if self.attempts else None

    @property
    def group(self) -> tuple[str, str, str, int] | None:
        """The serial suite that is tried again as a whole, if Playwright would."""
        test = self.event
        return (test.project, test.file, test.serial, test.repeat) if test.serial and test.retries else None


@dataclass(frozen=True)
class Conclusion:
    """What is left to say when Playwright has ended by itself."""

    results: tuple[wire.TestResult, ...]
    not_run: tuple[tuple[wire.TestRef, str], ...]


class Outcomes:
    """The tests of one Playwright process and how they stand."""

    def __init__(self, root: Path, lease: str | None = None) -> None:
        self._root = root
        self._lease = lease
        self._tests: dict[str, _Test] = {}
        self._errors: list[ev.Fault] = []

    def begin(self, event: ev.TestEvent, ref: wire.TestRef) -> None:
        """``event`` is one of the tests that we wait for; those not given here are left out of all answers."""
        self._tests[event.id] = _Test(event, ref)

    def error(self, fault: ev.Fault) -> None:
        self._errors.append(fault)

    def began(self, event: ev.TestBegin) -> wire.TestStart | None:
        test = self._tests.get(event.id)
        if test is None:
            return None
        test.running = True
        return wire.TestStart(**_names(test.ref), attempt=event.retry, lease=self._lease)

    def ended(self, event: ev.TestEnd) -> list[wire.TestResult]:
        """The results to tell now: of this test, or of the serial suite that this attempt completes."""
        test = self._tests.get(event.id)
        if test is None:
            return []
        test.running = False
        test.attempts.append(event)
        if test.group:
            return self._completed_round(test)
        if not _stands(event):
            return [self._result(test, final=False)] if _informative(event) else []
        test.final = True
        return [self._result(test, final=True)]

    def running(self, lanes: int) -> list[wire.TestRef]:
        """What ran when Playwright died.

        Of a test that kills it at once we hear nothing: lanes that seem to be free count as having begun what is next
        in line.
        """
        running = [test.ref for test in self._tests.values() if test.running]
        waiting = [test.ref for test in self._tests.values() if not test.running and not test.attempts]
        return running + waiting[: max(0, lanes - len(running))]

    def conclude(self, end: ev.End) -> Conclusion:
        """Settle what is open, after Playwright's own end."""
        results: list[wire.TestResult] = []
        not_run: list[tuple[wire.TestRef, str]] = []
        for test in self._tests.values():
            if test.final:
                continue
            if test.last and _says_something(test.last):
                test.final = True
                results.append(self._result(test, final=True))
            else:
                not_run.append((test.ref, self._why_not(test, end)))
        return Conclusion(tuple(results), tuple(not_run))

    def _completed_round(self, test: _Test) -> list[wire.TestResult]:
        group = [other for other in self._tests.values() if other.group == test.group]
        rounds = {other.last.retry if other.last else -1 for other in group}
        retry_follows = any(other.last and _failed(other.last) for other in group) and max(rounds) < test.event.retries
        if len(rounds) > 1 or retry_follows:
            return [self._result(test, final=False)] if test.last and _informative(test.last) else []
        settled = [other for other in group if other.last and _informative(other.last) and not other.final]
        for other in settled:
            other.final = True
        return [self._result(other, final=True) for other in settled]

    def _result(self, test: _Test, *, final: bool) -> wire.TestResult:
        last = test.last
        assert last is not None
        return wire.TestResult(
            **_names(test.ref),
            status=_status(last),
            duration_ms=last.duration_ms,
            retry_count=last.retry,
            expected_status=last.expected_status,
            error_message=_message(test.attempts),
            attempts=[self._attempt(attempt) for attempt in test.attempts],
            final=final,
            reason=_skip_reason(last),
        )

    def _attempt(self, event: ev.TestEnd) -> wire.Attempt:
        return wire.Attempt(
            attempt=event.retry,
            status=event.status,
            duration_ms=event.duration_ms,
            started_at=event.started_at,
            errors=[error_of(self._root, fault) for fault in event.errors],
            steps=[
                wire.Step(
                    title=step.title,
                    category=step.category,
                    duration_ms=step.duration_ms,
                    error=step.error,
                    location=location(self._root, step.location),
                    depth=step.depth,
                )
                for step in event.steps
            ],
            stdout=event.stdout,
            stderr=event.stderr,
            attachments=[
                wire.Attachment(
                    name=attachment.name,
                    content_type=attachment.content_type,
                    path=attachment.path,
                    size_bytes=attachment.size_bytes,
                )
                for attachment in event.attachments
            ],
            heals=heals_of(self._root, event.heals),
            worker_index=event.worker_index,
        )

    def _why_not(self, test: _Test, end: ev.End) -> str:
        stopped = self._why_stopped(end)
        if test.running or (test.last and test.last.status == "interrupted"):
            return f"interrupted: {stopped}"
        if not test.last:
            return stopped
        mates = [
            other
            for other in self._tests.values()
            if other.event.file == test.event.file and other.event.project == test.event.project
        ]
        if test.event.serial and any(
            mate.event.serial == test.event.serial and mate.last and _failed(mate.last) for mate in mates
        ):
            return "an earlier test of its serial group failed"
        if any(_hook_failed(mate.attempts) for mate in mates):
            return "a beforeAll hook of its file failed"
        return "an earlier failure in its file kept it from running"

    def _why_stopped(self, end: ev.End) -> str:
        if any("maximum allowed failures" in fault.message for fault in self._errors):
            return "maxFailures reached"
        if end.status == "timedout":
            return "global time-out"
        if self._errors and not any(test.attempts for test in self._tests.values()):
            return f"Playwright stopped before any test: {first_line(self._errors[0].message)}"
        return "Playwright ended without running it"


def first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0][:300]


class _Names(TypedDict):
    test_file: str
    test_name: str
    title_path: list[str] | None
    project_name: str
    line: int | None
    tags: list[str]
    repeat: int
    serial: str | None


def _names(ref: wire.TestRef) -> _Names:
    return {
        "test_file": ref.test_file,
        "test_name": ref.test_name,
        "title_path": ref.title_path,
        "project_name": ref.project_name,
        "line": ref.line,
        "tags": ref.tags,
        "repeat": ref.repeat,
        "serial": ref.serial,
    }


def _failed(event: ev.TestEnd) -> bool:
    return event.status not in ("skipped", "interrupted", event.expected_status)


def _informative(event: ev.TestEnd) -> bool:
    """Whether the attempt says something about the test; a skip that nobody asked for does not."""
    return event.status != "skipped" or event.expected_status == "skipped"


def _says_something(event: ev.TestEnd) -> bool:
    return _informative(event) if event.status != "interrupted" else event.outcome == "unexpected"


def _stands(event: ev.TestEnd) -> bool:
    if event.status == "interrupted" or not _informative(event):
        return False
    return not _failed(event) or event.retry >= event.retries


def _status(event: ev.TestEnd) -> wire.RawStatus | Literal["flaky"]:
    if event.outcome == "flaky":
        return "flaky"
    # Its retry was broken off; that it had failed before stands.
    return "failed" if event.status == "interrupted" and event.outcome == "unexpected" else event.status


def _message(attempts: Sequence[ev.TestEnd]) -> str | None:
    last = attempts[-1]
    if last.outcome in ("expected", "skipped"):
        return None
    if last.status == "passed" and last.expected_status == "failed":
        return UNEXPECTEDLY_GOOD
    return next((attempt.errors[0].message for attempt in reversed(attempts) if attempt.errors), None)


def _skip_reason(event: ev.TestEnd) -> str | None:
    if event.status != "skipped":
        return None
    for annotation in event.annotations:
        if annotation.type in ("skip", "fixme"):
            return annotation.description or annotation.type
    return None


def _hook_failed(attempts: Sequence[ev.TestEnd]) -> bool:
    return any(
        step.error and step.category == "hook" and "beforeAll" in step.title
        for attempt in attempts
        for step in attempt.steps
    )
