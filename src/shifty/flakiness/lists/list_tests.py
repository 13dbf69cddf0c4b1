"""List the tests of projects, each with how it has fared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from shifty.database.pool import Database
from shifty.flakiness.assess import assess
from shifty.flakiness.lists.model import KnownTest, Sort, Standing, TestFilter
from shifty.flakiness.lists.store import TestStore
from shifty.flakiness.model import Evidence
from shifty.history.model import Execution
from shifty.web.pagination import Page


@dataclass(frozen=True)
class TestPage:
    __test__ = False

    tests: Sequence[KnownTest]
    total: int
    """Of all pages."""


async def list_tests(
    db: Database, tenant_id: UUID, wanted: TestFilter, sort: Sort, page: Page, *, only: str | None
) -> TestPage:
    """A page. Of a branch: what its last five runs had, as it stands there, in the order of all branches together."""
    async with db.snapshot() as tx:
        store = TestStore(tx, tenant_id, only)
        found, total = await store.tests(wanted, sort, page)
        branch = wanted.branch
        if branch is None or not found:
            return TestPage(found, total)
        # The others have not failed: what is counted of them on the branch is all there is to say.
        assessed = [each.test.ref for each in found if each.is_assessed]
        executions = await store.executions_on_branch(assessed, branch)
    there = [on_branch(each, executions.get(each.test.ref, ()), branch) if each.is_assessed else each for each in found]
    return TestPage(there, total)


async def list_strips(
    db: Database, tenant_id: UUID, refs: Sequence[int], branch: str | None, most: int
) -> Mapping[int, str]:
    """What tests (``Named.ref``) came to in their last runs, at most ``most``: letters as in ``TestStore.strips``.
    A test without any is missing."""
    if not refs:
        return {}
    async with db.snapshot() as tx:
        return await TestStore(tx, tenant_id).strips(refs, branch, most)


def on_branch(known: KnownTest, executions: Sequence[Execution], branch: str) -> KnownTest:
    """The test as it stands on one branch, by those of its last executions that were there."""
    there = [each for each in executions if each.branch == branch]
    standing = standing_of(there, branch, known.standing.causes)
    if known.standing.breakage and known.standing.breakage.branch == branch:
        # It looks back further than the last executions do: to the last one that passed.
        standing = replace(standing, verdict=known.standing.verdict, breakage=known.standing.breakage)
    return replace(known, standing=standing)


def standing_of(executions: Sequence[Execution], branch: str | None, causes: Sequence[Evidence]) -> Standing:
    found = assess(executions, branch)
    return Standing(
        verdict=found.verdict,
        total_runs=found.total_runs,
        failed_runs=found.failed_runs,
        flaky_runs=found.flaky_runs,
        rate=found.rate,
        low=found.low,
        high=found.high,
        lost_ms=found.lost_ms,
        last_flaky_at=found.last_flaky_at,
        trend=found.trend,
        breakage=found.breakage,
        causes=causes,
    )
