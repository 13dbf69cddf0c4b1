"""Show one test: how it stands, since when it fails and why, and what it came to lately."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from shifty.database.pool import Database
from shifty.flakiness.assess import assess
from shifty.flakiness.lists.errors import TestInSeveralProjects, TestNotFound
from shifty.flakiness.lists.list_flaky import refs_in
from shifty.flakiness.lists.list_tests import on_branch
from shifty.flakiness.lists.model import ErrorOfTest, Involved, KnownTest, Told
from shifty.flakiness.lists.store import TestStore
from shifty.flakiness.model import Breakage
from shifty.flakiness.store import AssessmentStore
from shifty.history.model import Execution
from shifty.web.pagination import Page


@dataclass(frozen=True)
class TestInFull:
    __test__ = False

    known: KnownTest
    breakages: Sequence[Breakage]
    """Of every branch on which it fails now."""
    involved: Mapping[int, Involved]
    """Other tests that the causes name."""
    errors: Sequence[ErrorOfTest]
    executions: Sequence[Told]
    total: int
    """Executions of all pages."""


@dataclass(frozen=True)
class Wanted:
    test_id: str
    project: str | None
    branch: str | None


async def show_test(db: Database, tenant_id: UUID, wanted: Wanted, page: Page, *, only: str | None) -> TestInFull:
    """A test by its id; of one branch, or of all together.

    Raises:
        TestNotFound: no project that the key opens has it.
        TestInSeveralProjects: several have it, and none was named.
    """
    async with db.snapshot() as tx:
        store = TestStore(tx, tenant_id, only)
        known = _only_one(await store.find(wanted.test_id, wanted.project, wanted.branch), wanted)
        ref = known.test.ref
        window = (await AssessmentStore(tx, tenant_id).windows([ref])).get(ref, [])
        involved = await store.involved(refs_in(known.standing.causes))
        errors = await store.errors(ref, wanted.branch)
        executions, total = await store.executions(ref, wanted.branch, page)
    return TestInFull(
        known=known if wanted.branch is None else on_branch(known, window, wanted.branch),
        breakages=_breakages(window, known.standing.breakage),
        involved=involved,
        errors=errors,
        executions=executions,
        total=total,
    )


def _only_one(found: Sequence[KnownTest], wanted: Wanted) -> KnownTest:
    if not found:
        raise TestNotFound(wanted.test_id, wanted.project)
    if len(found) > 1:
        raise TestInSeveralProjects(wanted.test_id, [each.test.project for each in found])
    return found[0]


def _breakages(window: Sequence[Execution], told: Breakage | None) -> list[Breakage]:
    """Branches on which it ran last come first. ``told`` looks back further than the window does."""
    branches = dict.fromkeys(each.branch for each in reversed(window) if each.branch is not None)
    found = [told if told and told.branch == branch else assess(window, branch).breakage for branch in branches]
    return [each for each in found if each and each.branch in branches]
