"""Statements about plans and what is used of them."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from shifty.database.pool import Transaction
from shifty.tenants.model import Plan, Quota
from shifty.tenants.store import QUERIES


@dataclass(frozen=True)
class StoredPlan(Plan):
    """A plan, and the name of the tenant whose it is."""

    slug: str = ""


class QuotaStore:
    """One tenant's plan."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def plan(self) -> StoredPlan | None:
        async with self._tx.cursor(row_factory=class_row(StoredPlan)) as cursor:
            await cursor.execute(QUERIES["plan"], {"tenant_id": self._tenant_id})
            return await cursor.fetchone()

    async def change(self, plan: Plan) -> None:
        await self._tx.execute(QUERIES["change_plan"], {"tenant_id": self._tenant_id, **asdict(plan)})

    async def take_turns(self, quota: Quota) -> None:
        """Until the transaction ends, nobody else asks for the same quota of the tenant."""
        await self._tx.execute(QUERIES["lock_quota"], {"tenant_id": self._tenant_id, "quota": str(quota)})

    async def stored_bytes(self) -> int:
        return await self._number("stored_bytes")

    async def seated(self, besides: UUID | None, kept: timedelta) -> int:
        """Workers of the tenant that are at work, in all of its runs, ``besides`` left out."""
        return await self._number("seated_workers", besides=besides, kept=kept)

    async def minutes(self) -> int:
        """Whole test minutes of the running month."""
        return await self._number("minutes_of_month")

    async def count_minutes(self, run_id: UUID) -> None:
        await self._tx.execute(QUERIES["count_minutes"], {"tenant_id": self._tenant_id, "run_id": run_id})

    async def _number(self, query: str, /, **values: object) -> int:
        cursor = await self._tx.execute(QUERIES[query], {"tenant_id": self._tenant_id, **values})
        row: tuple[Any, ...] | None = await cursor.fetchone()
        return int(row[0]) if row else 0
