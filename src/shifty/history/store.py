"""Every statement of this room."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from shifty.database.pool import Transaction
from shifty.database.queries import load_queries

QUERIES = load_queries("shifty.history")


class KnownFile(NamedTuple):
    tests: int
    ms: float
    """The sum of its tests' p50 over their last 50 executions."""


class HistoryStore:
    """Durations of one project's tests."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def fold(self, run_id: UUID) -> None:
        """Add a run that ends to history. Once a run: the caller's transaction also ends it."""
        await self._tx.execute(QUERIES["fold_run"], {"tenant_id": self._tenant_id, "run_id": run_id})

    async def files(self, project_id: int) -> dict[str, KnownFile]:
        values = {"tenant_id": self._tenant_id, "project_id": project_id}
        cursor = await self._tx.execute(QUERIES["known_files"], values)
        return {row[0]: KnownFile(row[1], row[2]) for row in await cursor.fetchall()}

    async def tests(self, project_id: int, test_ids: Sequence[str]) -> dict[str, int]:
        """p50 in milliseconds of those tests that have a history."""
        values = {"tenant_id": self._tenant_id, "project_id": project_id, "test_ids": list(test_ids)}
        cursor = await self._tx.execute(QUERIES["known_tests"], values)
        return {row[0]: row[1] for row in await cursor.fetchall()}
