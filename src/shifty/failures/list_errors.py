"""List the errors of projects, grouped by what is left of their messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shifty.database.pool import Database
from shifty.failures.model import ErrorFilter, ErrorGroup, ErrorSort
from shifty.failures.store import FailureStore
from shifty.web.pagination import Page


@dataclass(frozen=True)
class ErrorPage:
    errors: Sequence[ErrorGroup]
    total: int
    """Of all pages."""


async def list_errors(
    db: Database, tenant_id: UUID, wanted: ErrorFilter, sort: ErrorSort, page: Page, *, only: str | None
) -> ErrorPage:
    """Of runs that have ended. A project that nobody has used has none."""
    async with db.snapshot() as tx:
        found, total = await FailureStore(tx, tenant_id).groups(wanted, sort, page, only)
    return ErrorPage(found, total)
