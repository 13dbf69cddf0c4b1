"""What history notes of a test that did not just pass. Pure.

A failed attempt is one whose status is neither the expected one nor ``skipped`` or ``interrupted``: an interrupted one
says that the run was stopped. Failed attempts count under whichever lease they ran; time counts under the last one
only, as everywhere in history.
"""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from msgspec.structs import replace

from shifty.failures.classify import limits_in
from shifty.failures.model import Finding
from shifty.history.model import Excluded, Mark, UnsettledTest
from shifty.wire import Attempt

FindIn: TypeAlias = Callable[[Sequence[str]], Finding | None]
"""From the messages of one attempt to what they say."""

LOST_WORKER: Final = "crashed its worker"
"""The reason that the ledger gives."""
MANY: Final = 5
"""Tests of one run with the same network error: the network was gone."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A test with its failed attempts and what their errors say."""

    test: UnsettledTest
    failed: Sequence[Attempt]
    findings: Sequence[Finding]
    """Of the failed attempts that say anything, oldest first; of the test's own error where no attempt does."""


def read(test: UnsettledTest, find_in: FindIn) -> Reading:
    failed = [attempt for attempt in test.attempts if _failed(attempt, _expected(test))]
    told = (find_in([error.message for error in attempt.errors]) for attempt in failed)
    findings = [finding for finding in told if finding is not None]
    if not findings and test.outcome == "failed" and test.error_message and not _is_interrupted(test, failed):
        own = find_in([test.error_message])
        findings = [own] if own else []
    return Reading(test, failed, findings)


def without_words(reading: Reading, kept: Callable[[Finding], Finding]) -> Reading:
    """All that marks are made of; ``kept`` is what stays of each finding. The messages may be gigabytes in a run."""
    bare = {id(attempt): replace(attempt, errors=[]) for attempt in reading.test.attempts}
    test = dataclasses.replace(reading.test, error_message=None, attempts=list(bare.values()))
    return Reading(test, [bare[id(attempt)] for attempt in reading.failed], [kept(each) for each in reading.findings])


def shared_network_errors(readings: Iterable[Reading]) -> frozenset[str]:
    """Digests of network errors that ``MANY`` tests or more have in common."""
    tests: Counter[str] = Counter()
    for reading in readings:
        tests.update({finding.digest for finding in reading.findings if finding.kind == "network"})
    return frozenset(digest for digest, count in tests.items() if count >= MANY)


def mark(reading: Reading, gone: frozenset[str] = frozenset()) -> Mark:
    """``gone``: digests of errors that show that the network was gone."""
    test, failed, findings = reading.test, reading.failed, reading.findings
    hidden = _hidden_failures(test, failed)
    last_lease = test.attempts[-1].lease if test.attempts else None
    limits = limits_in(findings)
    return Mark(
        test_id=test.test_id,
        worker=test.worker,
        excluded=_excluded(reading, gone),
        retried=test.outcome == "passed" and (bool(failed) or hidden > 0),
        failed_first=hidden > 0 or _failed_first(test, failed),
        failed_attempts=len(failed) + hidden,
        failed_ms=sum(attempt.duration_ms for attempt in failed if attempt.lease == last_lease),
        limit_ms=limits[-1] if limits else None,
        error_digest=findings[-1].digest if findings else None,
        causes=tuple(sorted({cause for finding in findings for cause in finding.causes})),
    )


def _expected(test: UnsettledTest) -> str:
    """The status that the test was to end with. A report does not keep it; outcome and raw status together tell it."""
    if test.outcome == "passed" and test.raw_status in ("failed", "timedOut", "interrupted"):
        return test.raw_status
    if test.outcome == "failed" and test.raw_status == "passed" and not test.healed:
        return "failed"
    return "passed"


def _failed(attempt: Attempt, expected: str) -> bool:
    return attempt.status not in (expected, "skipped", "interrupted")


def _hidden_failures(test: UnsettledTest, failed: Sequence[Attempt]) -> int:
    """Attempts that a reporter without details has only counted: nobody retries a test that passed."""
    if test.outcome not in ("passed", "failed"):
        return 0
    if len(test.attempts) == 1 and test.attempts[0].attempt == test.retry_count > 0:
        return test.retry_count
    return int(test.raw_status == "flaky" and not failed)


def _failed_first(test: UnsettledTest, failed: Sequence[Attempt]) -> bool:
    begun = [attempt for attempt in test.attempts if attempt.status != "interrupted"]
    return bool(failed) and begun[0] is failed[0]


def _is_interrupted(test: UnsettledTest, failed: Sequence[Attempt]) -> bool:
    return not failed and bool(test.attempts) and all(attempt.status == "interrupted" for attempt in test.attempts)


def _excluded(reading: Reading, gone: frozenset[str]) -> Excluded | None:
    test = reading.test
    if test.outcome not in ("passed", "failed"):
        return None
    if test.healed:
        return "healed"
    if test.outcome == "failed" and test.reason == LOST_WORKER:
        return "lost-worker"
    if test.outcome == "failed" and _is_interrupted(test, reading.failed):
        return "interrupted"
    # Of every failed attempt: one that says nothing, or something else, may be the test's own.
    told = len(reading.findings) >= max(1, len(reading.failed))
    if told and all(finding.is_infrastructure or finding.digest in gone for finding in reading.findings):
        return "infrastructure"
    return None
