"""Note whom to tell of a run, in the transaction that ends it."""

from uuid import UUID

from shifty.database.pool import Transaction
from shifty.webhooks.store import WebhookStore


async def run_ended(tx: Transaction, tenant_id: UUID, run_id: UUID) -> None:
    """Once the run has its conclusion. Noted twice, it is told once."""
    await WebhookStore(tx, tenant_id).enqueue(run_id)
