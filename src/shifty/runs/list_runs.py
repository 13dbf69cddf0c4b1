"""List the runs of a tenant."""

from dataclasses import dataclass
from uuid import UUID

from shifty.database.pool import Database
from shifty.runs.model import Run, RunFilter
from shifty.runs.store import RunStore
from shifty.web.pagination import Page


@dataclass(frozen=True)
class RunPage:
    runs: list[Run]
    total: int
    """Of all pages."""


async def list_runs(db: Database, tenant_id: UUID, wanted: RunFilter, page: Page, only: str | None = None) -> RunPage:
    """The runs that ``wanted`` describes, newest first; ``only`` is the one project that the caller may see."""
    async with db.snapshot() as tx:
        runs = RunStore(tx, tenant_id, only)
        found = await runs.page(wanted, page)
        # A page that is not full is the last one: no second look at all runs for something that few or none have.
        is_last = len(found) < page.limit and (found or not page.offset)
        return RunPage(found, page.offset + len(found) if is_last else await runs.count(wanted))
