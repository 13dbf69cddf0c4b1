"""Look at webhooks and their deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shifty.database.pool import Database
from shifty.tenants.model import Caller
from shifty.web.pagination import Page
from shifty.webhooks.errors import WebhookNotFound
from shifty.webhooks.model import Delivery, ListedWebhook
from shifty.webhooks.store import WebhookStore


@dataclass(frozen=True)
class DeliveryPage:
    deliveries: Sequence[Delivery]
    total: int


async def list_webhooks(db: Database, caller: Caller) -> list[ListedWebhook]:
    """Those of the caller's tenant, oldest first; to a key for one project, those of that project."""
    async with db.snapshot() as tx:
        return await WebhookStore(tx, caller.tenant_id).listed(caller.project)


async def show_webhook(db: Database, caller: Caller, webhook_id: UUID) -> ListedWebhook:
    """
    Raises:
        WebhookNotFound: the caller sees no such webhook.
    """
    async with db.snapshot() as tx:
        found = await WebhookStore(tx, caller.tenant_id).listed(caller.project, webhook_id)
    if not found:
        raise WebhookNotFound(webhook_id)
    return found[0]


async def list_deliveries(db: Database, caller: Caller, webhook_id: UUID, page: Page) -> DeliveryPage:
    """Newest first.

    Raises:
        WebhookNotFound: the caller sees no such webhook.
    """
    async with db.snapshot() as tx:
        store = WebhookStore(tx, caller.tenant_id)
        if await store.get(webhook_id, caller.project) is None:
            raise WebhookNotFound(webhook_id)
        return DeliveryPage(*await store.deliveries(webhook_id, page))
