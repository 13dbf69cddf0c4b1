"""Excuse tests of a run that ends."""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from shifty.database.pool import Transaction
from shifty.quarantine.errors_told import digests_of
from shifty.quarantine.match import match
from shifty.quarantine.model import Candidate, Rule
from shifty.quarantine.store import CandidateRow, QuarantineStore

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Excused:
    """What quarantine took from a run's failures."""

    failed: int = 0
    not_run: int = 0
    by_rule: Mapping[UUID, int] = field(default_factory=dict[UUID, int])
    """Failures of tests that a rule excused."""


async def excuse(
    tx: Transaction, tenant_id: UUID, run_id: UUID, project_id: int, *, with_not_run: bool = True
) -> Excused:
    """Mark the tests of a run that its project's active rules excuse. In the transaction that ends the run.

    ``with_not_run`` False: tests that were not run had no chance to, for whatever is wrong with the run as a whole.
    """
    store = QuarantineStore(tx, tenant_id)
    rules = await store.active_rules(project_id)
    rows = await store.candidates(run_id, with_not_run=with_not_run) if rules else []
    project = await store.project_by_id(project_id) if rows else None
    if project is None:
        return Excused()
    # Thousands of tests and errors take a while, and other runs want their turn meanwhile.
    tests = await asyncio.to_thread(lambda: [_candidate(row) for row in rows])
    if any(rule.kind == "error" for rule in rules):
        tests = await _with_errors(
            store, run_id, rules, tests, {row.test_id for row in rows if row.failed}, project.cap
        )
    found = await asyncio.to_thread(match, rules, tests, project.cap)
    if found.by_test:
        await store.excuse(run_id, found.by_test)
    if found.over_cap:
        log.warning("run %s: quarantine is full, %s tests that it matches fail", run_id, len(found.over_cap))
        await store.tell_over_cap(run_id, list(found.over_cap), OVER_CAP.format(project.cap))
    failed = {row.test_id for row in rows if row.failed} & set(found.by_test)
    by_rule = Counter(found.by_test[test_id] for test_id in failed)
    return Excused(len(failed), len(found.by_test) - len(failed), dict(by_rule))


async def count_excused(tx: Transaction, tenant_id: UUID, excused: Excused) -> None:
    """Add to what each rule has excused. Last in its transaction: runs of one project share the rows."""
    if excused.by_rule:
        await QuarantineStore(tx, tenant_id).count_excused(excused.by_rule)


MOST_READ: Final = 500
"""Failures of a run whose errors are looked at, unless more may be excused."""
OVER_CAP: Final = "a quarantine rule matches it, but the project excuses at most {0} tests of a run"


async def _with_errors(
    store: QuarantineStore, run_id: UUID, rules: Sequence[Rule], tests: Sequence[Candidate], failed: set[str], cap: int
) -> list[Candidate]:
    """The tests with the errors of those that no other rule names.

    Not of all, where there are more of these than may be excused: the run fails whatever they say, and each takes up to
    a millisecond to read.
    """
    named = await asyncio.to_thread(match, rules, tests, len(tests))
    unnamed = [test.test_id for test in tests if test.test_id in failed and test.test_id not in named.by_test]
    told = await store.errors(run_id, unnamed[: max(MOST_READ, cap)])
    digests = await asyncio.to_thread(lambda: {each.test_id: digests_of(each) for each in told})
    return [replace(test, error_digests=digests.get(test.test_id, ())) for test in tests]


def _candidate(row: CandidateRow) -> Candidate:
    return Candidate(
        test_id=row.test_id,
        file=row.file,
        project_name=row.project_name,
        title_path=row.title_path,
        tags=row.tags,
    )
