"""Change what a tenant's plan allows."""

from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias
from uuid import UUID

from pydantic.alias_generators import to_camel

from shifty.database.pool import Database
from shifty.tenants.audit import record
from shifty.tenants.errors import TenantNotFound
from shifty.tenants.model import Plan
from shifty.tenants.quota_store import QuotaStore

Change: TypeAlias = int | Literal["unlimited"] | None
"""None leaves a limit as it is."""


@dataclass(frozen=True)
class PlanChanges:
    retention_days: int | None = None
    max_storage_bytes: Change = None
    max_workers: Change = None
    max_minutes_per_month: Change = None

    def applied_to(self, plan: Plan) -> Plan:
        return Plan(
            retention_days=plan.retention_days if self.retention_days is None else self.retention_days,
            max_storage_bytes=_changed(plan.max_storage_bytes, self.max_storage_bytes),
            max_workers=_changed(plan.max_workers, self.max_workers),
            max_minutes_per_month=_changed(plan.max_minutes_per_month, self.max_minutes_per_month),
        )


async def change_plan(db: Database, tenant_id: UUID, changes: PlanChanges) -> None:
    """Change a plan. It holds from the next upload, claim and run on; what exists is not taken away.

    Raises:
        TenantNotFound: there is no such tenant.
    """
    async with db.transaction() as tx:
        store = QuotaStore(tx, tenant_id)
        plan = await store.plan()
        if plan is None:
            raise TenantNotFound(str(tenant_id))
        after = changes.applied_to(plan)
        await store.change(after)
        if told := _told(plan, after):
            await record(tx, tenant_id, "plan.changed", plan.slug, details=told)


def _told(before: Plan, after: Plan) -> dict[str, object]:
    """What has changed, as ``[before, after]``; None is unlimited."""
    was, is_now = asdict(before), asdict(after)
    return {to_camel(name): [was[name], value] for name, value in is_now.items() if was[name] != value}


def _changed(limit: int | None, change: Change) -> int | None:
    if change is None:
        return limit
    return None if change == "unlimited" else change
