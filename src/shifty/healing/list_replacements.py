"""List what took the place of broken locators, over all runs of a tenant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from shifty.database.pool import Database
from shifty.healing.decision_store import DecisionStore
from shifty.healing.model import Replacement
from shifty.tenants.model import Caller
from shifty.web.pagination import Page

Decided: TypeAlias = Literal["undecided", "accepted", "refused"]


@dataclass(frozen=True, kw_only=True)
class ReplacementFilter:
    """None: any."""

    project: str | None = None
    test_id: str | None = None
    decision: Literal["heal", "propose", "refuse"] | None = None
    """Of the healer."""
    success: bool | None = None
    decided: Decided | None = None
    """By people; those where nothing is to be decided are in none of them."""
    search: str | None = None


@dataclass(frozen=True)
class ReplacementPage:
    replacements: Sequence[Replacement]
    total: int
    """Of all pages."""


async def list_replacements(db: Database, caller: Caller, wanted: ReplacementFilter, page: Page) -> ReplacementPage:
    """Each locator of a file with what took its place once, as it was last seen, newest first.

    The newest 500 tests with broken locators are looked at, of the newest 2,000 runs.
    """
    async with db.connection() as connection:
        store = DecisionStore(connection, caller.tenant_id, caller.project)
        return ReplacementPage(*await store.replacements(vars(wanted), page))
