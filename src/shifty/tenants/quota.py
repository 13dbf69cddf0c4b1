"""What a tenant's plan allows, asked where something is about to be used. Unlimited unless a plan says otherwise."""

from datetime import timedelta
from uuid import UUID

from shifty.database.pool import Transaction
from shifty.tenants.errors import QuotaExceeded
from shifty.tenants.model import Overdraft, Quota
from shifty.tenants.quota_store import QuotaStore

SEAT_KEPT = timedelta(seconds=15)
"""A worker without a lease keeps its seat for so long after it was heard of: it asks twice a second while it waits."""


async def require_storage(tx: Transaction, tenant_id: UUID, more_bytes: int) -> None:
    """Refuse ``more_bytes`` of artifacts that the plan has no room for.

    Under a plan with a limit, uploads of the tenant take turns from here to the end of ``tx``: two that fit alone
    can't both get in.

    Raises:
        QuotaExceeded: they would not fit.
    """
    store = QuotaStore(tx, tenant_id)
    plan = await store.plan()
    if plan is None or plan.max_storage_bytes is None:
        return
    await store.take_turns(Quota.STORAGE)
    used = await store.stored_bytes()
    if used + more_bytes > plan.max_storage_bytes:
        raise QuotaExceeded(Overdraft(Quota.STORAGE, plan.slug, plan.max_storage_bytes, used, more_bytes))


async def require_workers(tx: Transaction, tenant_id: UUID, count: int) -> None:
    """Refuse a run that asks for more workers than the plan has at all.

    Raises:
        QuotaExceeded: it could never have that many.
    """
    store = QuotaStore(tx, tenant_id)
    plan = await store.plan()
    if plan is None or plan.max_workers is None or count <= plan.max_workers:
        return
    used = await store.seated(None, SEAT_KEPT)
    raise QuotaExceeded(Overdraft(Quota.WORKERS, plan.slug, plan.max_workers, used, count))


async def find_seat(tx: Transaction, tenant_id: UUID, worker_id: UUID) -> Overdraft | None:
    """None: the worker may take a batch. Else why it has to wait: others of the tenant fill the plan, in all its runs.

    Under a plan with a limit, claims of the tenant take turns from here to the end of ``tx``.
    """
    store = QuotaStore(tx, tenant_id)
    plan = await store.plan()
    if plan is None or plan.max_workers is None:
        return None
    await store.take_turns(Quota.WORKERS)
    others = await store.seated(worker_id, SEAT_KEPT)
    return Overdraft(Quota.WORKERS, plan.slug, plan.max_workers, others, 1) if others >= plan.max_workers else None


async def require_minutes(tx: Transaction, tenant_id: UUID) -> None:
    """Refuse a new run once the month's test minutes are used up. Runs under way go on: they were paid when they began.

    Raises:
        QuotaExceeded: the month has none left.
    """
    store = QuotaStore(tx, tenant_id)
    plan = await store.plan()
    if plan is None or plan.max_minutes_per_month is None:
        return
    used = await store.minutes()
    if used >= plan.max_minutes_per_month:
        raise QuotaExceeded(Overdraft(Quota.MINUTES, plan.slug, plan.max_minutes_per_month, used, 1))


async def count_minutes(tx: Transaction, tenant_id: UUID, run_id: UUID) -> None:
    """Add the time of a run's tests to its month, in the transaction that closes it and before it does.

    A run that is closed already adds nothing, so that closing twice counts once.
    """
    await QuotaStore(tx, tenant_id).count_minutes(run_id)
