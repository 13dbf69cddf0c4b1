"""What a tenant's plan allows and how much of it is used."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from shifty.database.pool import Database
from shifty.tenants.errors import TenantNotFound
from shifty.tenants.model import Plan
from shifty.tenants.quota import SEAT_KEPT
from shifty.tenants.quota_store import QuotaStore


@dataclass(frozen=True)
class Usage:
    tenant: str
    tenant_id: UUID
    plan: Plan
    storage_bytes: int
    workers: int
    """At work now."""
    minutes: int
    """Of ``month``, and only of runs that have ended."""
    month: str
    """Like ``2024-12``, in UTC."""


async def usage(db: Database, tenant_id: UUID) -> Usage:
    """What a tenant uses now.

    Raises:
        TenantNotFound: there is no such tenant.
    """
    async with db.transaction() as tx:
        store = QuotaStore(tx, tenant_id)
        plan = await store.plan()
        if plan is None:
            raise TenantNotFound(str(tenant_id))
        return Usage(
            tenant=plan.slug,
            tenant_id=tenant_id,
            plan=plan,
            storage_bytes=await store.stored_bytes(),
            workers=await store.seated(None, SEAT_KEPT),
            minutes=await store.minutes(),
            month=f"{datetime.now(UTC):%Y-%m}",
        )
