"""A look at a run: how it stands, and which of its tests have changed since an earlier look."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from psycopg.rows import class_row

from shifty.database.pool import Database
from shifty.database.queries import load_queries

QUERIES = load_queries("shifty.live")
MOST_CHANGES: Final = 500
"""Changed tests that one look holds at most; the next one, at once, has the rest."""

TERMINAL: Final = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True, eq=False)
class Look:
    """``body`` and ``tests`` are JSON, each on one line: the snapshot, and a list of rows or None."""

    version: int
    status: str
    closed: bool
    """For good: its ledger is whole. A cancelled run is, once the tests that were running have ended."""
    taken: str
    """Which transactions were visible to it: PostgreSQL's pg_snapshot."""
    changes: int
    last_test_id: str | None
    tests: str | None
    body: str

    @property
    def is_final(self) -> bool:
        """The status will not change any more."""
        return self.status in TERMINAL

    @property
    def is_over(self) -> bool:
        """Neither the status nor any test will change any more."""
        return self.is_final and (self.closed or self.status != "cancelled")

    @property
    def is_full(self) -> bool:
        """There may be more changes than it holds."""
        return self.changes >= MOST_CHANGES


async def look(db: Database, tenant_id: UUID, run_id: UUID, since: str | None = None, after: str = "") -> Look | None:
    """How the run stands now; None when this tenant has no such run.

    ``since`` is ``taken`` of an earlier look: with it, ``tests`` are those that changed in between, by their ids, after
    the id ``after``.
    """
    values = {"tenant_id": tenant_id, "run_id": run_id, "since": since, "after": after, "most": MOST_CHANGES}
    async with db.connection() as connection, connection.cursor(row_factory=class_row(Look)) as cursor:
        await cursor.execute(QUERIES["look"], values)
        return await cursor.fetchone()
