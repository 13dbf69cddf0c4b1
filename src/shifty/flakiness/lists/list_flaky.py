"""List flaky tests, and how flakiness has come along."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from shifty.database.pool import Database
from shifty.flakiness.lists.model import Day, FlakyTest, Involved, TestFilter
from shifty.flakiness.lists.recommend import LOW
from shifty.flakiness.lists.store import TestStore
from shifty.flakiness.model import Evidence
from shifty.web.pagination import Page


@dataclass(frozen=True)
class FlakyPage:
    tests: Sequence[FlakyTest]
    total: int
    """Of all pages."""
    involved: Mapping[int, Involved]
    """Other tests that the causes name."""


async def list_flaky(
    db: Database, tenant_id: UUID, wanted: TestFilter, min_rate: float, page: Page, *, only: str | None
) -> FlakyPage:
    """Tests with a rate of at least ``min_rate`` percent, those first whose rate is surely high."""
    async with db.snapshot() as tx:
        found, total = await TestStore(tx, tenant_id, only).flaky(wanted, min_rate, page)
    return FlakyPage(found, total, {})


async def list_recommendations(
    db: Database, tenant_id: UUID, wanted: TestFilter, page: Page, *, only: str | None
) -> FlakyPage:
    """Tests about which something should be done: by severity, and then by the time that they took."""
    async with db.snapshot() as tx:
        store = TestStore(tx, tenant_id, only)
        found, total = await store.flaky(wanted, LOW, page, by_severity=True)
        involved = await store.involved(refs_in(cause for each in found for cause in each.standing.causes))
    return FlakyPage(found, total, involved)


async def list_trends(
    db: Database, tenant_id: UUID, project: str | None, days: int, *, only: str | None
) -> Sequence[Day]:
    """Newest first; a day on which nothing was looked at is missing."""
    async with db.snapshot() as tx:
        return await TestStore(tx, tenant_id, only).trends(project, days)


def refs_in(causes: Iterable[Evidence]) -> list[int]:
    """Of the tests that they name."""
    return sorted({int(ref) for cause in causes for ref in cause.tests})
