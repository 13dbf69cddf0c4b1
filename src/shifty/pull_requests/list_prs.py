"""List the changes that are offered: of a run, or of all."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shifty.database.pool import Database
from shifty.pull_requests.model import ListedPr
from shifty.pull_requests.store import PrStore
from shifty.runs.errors import RunNotFound
from shifty.runs.store import RunStore
from shifty.tenants.model import Caller
from shifty.web.pagination import Page


@dataclass(frozen=True)
class PrPage:
    prs: Sequence[ListedPr]
    total: int
    """Of all pages."""


async def list_prs(db: Database, caller: Caller, run_id: UUID | None, page: Page) -> PrPage:
    """Newest first; of a run none or one.

    Raises:
        RunNotFound: the caller has no such run.
    """
    async with db.snapshot() as tx:
        if run_id and await RunStore(tx, caller.tenant_id, caller.project).get(run_id) is None:
            raise RunNotFound(run_id)
        return PrPage(*await PrStore(tx, caller.tenant_id).page(caller.project, run_id, page))


async def show_pr(db: Database, caller: Caller, run_id: UUID) -> ListedPr:
    """The change that is offered for a run.

    Raises:
        RunNotFound: the caller has no such run, or there is none for it any more.
    """
    found = await list_prs(db, caller, run_id, Page(1))
    if not found.prs:
        raise RunNotFound(run_id)
    return found.prs[0]
