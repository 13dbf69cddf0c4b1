"""List the locators of a run that hit another element than they used to."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shifty.database.pool import Database
from shifty.healing.model import Drifted
from shifty.healing.store import HealingStore
from shifty.runs.errors import RunNotFound
from shifty.runs.store import RunStore
from shifty.web.pagination import Page


@dataclass(frozen=True)
class DriftPage:
    drifts: Sequence[Drifted]
    total: int
    """Of all pages."""


async def list_drifts(db: Database, tenant_id: UUID, run_id: UUID, page: Page, *, only: str | None) -> DriftPage:
    """The least alike first.

    Raises:
        RunNotFound: this tenant has no such run, or not in the project ``only``.
    """
    async with db.snapshot() as tx:
        if await RunStore(tx, tenant_id, only).get(run_id) is None:
            raise RunNotFound(run_id)
        return DriftPage(*await HealingStore(tx, tenant_id).drifts(run_id, page))
