"""Say what went wrong in one run: each cause once, with the tests that it hit."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from shifty.database.pool import Transaction
from shifty.failures.classify import find, is_bare_timeout, telling
from shifty.failures.model import CauseInRun, ErrorsOfRun, Finding, HitTest, Told
from shifty.failures.store import MOST_TESTS, FailureStore, RunError

_AT_ONCE: Final = 50
"""Tests that are looked at before others get their turn."""


async def errors_of_run(tx: Transaction, tenant_id: UUID, run_id: UUID) -> ErrorsOfRun:
    """From the ledger, so that it works while the run goes on; nothing for a run that is not there."""
    store = FailureStore(tx, tenant_id)
    causes = Causes()
    seen = 0
    # To the end, which is one beyond the most: a query that is left halfway keeps the connection.
    async for told in store.failed_tests(run_id):
        seen += 1
        if seen <= MOST_TESTS:
            causes.add(told)
        if seen % _AT_ONCE == 0:
            await asyncio.sleep(0)
    return ErrorsOfRun(causes.with_run_errors(await store.run_errors(run_id)), is_cut=seen > MOST_TESTS)


@dataclass
class _Cause:
    finding: Finding
    hits: list[HitTest] = field(default_factory=list[HitTest])
    files: dict[str, None] = field(default_factory=dict[str, None])
    run_errors: int = 0

    def noun(self) -> CauseInRun:
        return CauseInRun(
            finding=self.finding,
            failed=[hit for hit in self.hits if not hit.test.is_flaky],
            flaky=[hit for hit in self.hits if hit.test.is_flaky],
            files=list(self.files),
            run_errors=self.run_errors,
        )


class Causes:
    """Collects what tests said, by what is left of it."""

    def __init__(self) -> None:
        self._causes: dict[str, _Cause] = {}

    def add(self, told: Told) -> None:
        for finding, attempts in said(told):
            self._cause(finding).hits.append(HitTest(told.test, attempts))

    def with_run_errors(self, errors: Sequence[RunError]) -> list[CauseInRun]:
        """All of them. What kept tests from running comes first, then what failed most, then what made most flaky."""
        for file, message in errors:
            cause = self._cause(find(message))
            cause.run_errors += 1
            if file:
                cause.files[file] = None
        causes = [cause.noun() for cause in self._causes.values()]
        return sorted(causes, key=lambda cause: (-cause.run_errors, -len(cause.failed), -len(cause.flaky)))

    def _cause(self, finding: Finding) -> _Cause:
        return self._causes.setdefault(finding.digest, _Cause(finding))


def said(told: Told) -> list[tuple[Finding, int]]:
    """Each finding once, with the number of attempts that failed so.

    A failed test that has no word of its own is found all the same. A flaky one is so by its attempts alone: what
    another run makes of it is no error of this one.
    """
    attempts: dict[str, int] = {}
    findings: dict[str, Finding] = {}
    for messages in told.errors:
        of_attempt = {finding.digest: finding for finding in map(find, telling(messages) or [""])}
        findings |= of_attempt
        for digest in of_attempt:
            attempts[digest] = attempts.get(digest, 0) + 1
    own = told.error_message
    if not told.test.is_flaky and (not findings or (own and not is_bare_timeout(own))):
        # The server's own word, on a test that lost its worker, stands in no attempt.
        finding = find(own or "")
        findings.setdefault(finding.digest, finding)
        attempts.setdefault(finding.digest, 1)
    return [(finding, attempts[digest]) for digest, finding in findings.items()]
