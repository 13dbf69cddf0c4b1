"""Doors of this room, all for administrators: the address of a webhook is often as good as a password."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request

from shifty.tenants.caller import AUTHENTICATED, AdminCaller
from shifty.web.deps import Db
from shifty.web.pagination import AskedPage
from shifty.web.refusals import refusals
from shifty.webhooks.change import add_webhook, change_webhook, remove_webhook
from shifty.webhooks.deliver import send_test
from shifty.webhooks.errors import BadUrl, ProjectUnknown, TooManyWebhooks, WebhookNotFound
from shifty.webhooks.list_webhooks import list_deliveries, list_webhooks, show_webhook
from shifty.webhooks.send import Sender
from shifty.webhooks.wire import (
    DeliveriesAnswer,
    Delivery,
    DeliveryAnswer,
    NewWebhook,
    Webhook,
    WebhookAnswer,
    WebhookChanged,
    WebhookMade,
    WebhookRemoved,
    WebhooksAnswer,
    WebhookUpdate,
)

router = APIRouter(tags=["Webhooks"], dependencies=AUTHENTICATED)

WebhookId = Annotated[str, Path(alias="webhookId", max_length=200, description="The webhook's id.")]


def _known(webhook_id: str) -> UUID:
    """A malformed one is a webhook that does not exist."""
    try:
        return UUID(webhook_id)
    except ValueError:
        raise WebhookNotFound(webhook_id) from None


@router.get("/webhooks", summary="List webhooks", responses=refusals())
async def get_webhooks(caller: AdminCaller, db: Db) -> WebhooksAnswer:
    """Who is told when runs end, oldest first, and what became of each one's newest delivery."""
    return WebhooksAnswer(webhooks=[Webhook.of(webhook) for webhook in await list_webhooks(db, caller)])


@router.post("/webhooks", summary="Add a webhook", responses=refusals(BadUrl, ProjectUnknown, TooManyWebhooks))
async def post_webhook(caller: AdminCaller, body: NewWebhook, db: Db) -> WebhookMade:
    """From now on it is told of runs that end. `secret`, with which deliveries are signed, is in this answer only."""
    return WebhookMade.of(await add_webhook(db, caller, body.url, body.events, body.project))


@router.get("/webhooks/{webhookId}", summary="Show a webhook", responses=refusals(WebhookNotFound))
async def get_webhook(caller: AdminCaller, webhook_id: WebhookId, db: Db) -> WebhookAnswer:
    """One webhook, without its secret."""
    return WebhookAnswer(webhook=Webhook.of(await show_webhook(db, caller, _known(webhook_id))))


@router.patch("/webhooks/{webhookId}", summary="Change a webhook", responses=refusals(BadUrl, WebhookNotFound))
async def patch_webhook(caller: AdminCaller, webhook_id: WebhookId, body: WebhookUpdate, db: Db) -> WebhookChanged:
    """What waits goes to the new address, signed with the new secret. While it is off, what is due waits."""
    return WebhookChanged.of(await change_webhook(db, caller, _known(webhook_id), body.changes()))


@router.delete("/webhooks/{webhookId}", summary="Remove a webhook", responses=refusals(WebhookNotFound))
async def delete_webhook(caller: AdminCaller, webhook_id: WebhookId, db: Db) -> WebhookRemoved:
    """It is told nothing any more, not even what waits."""
    await remove_webhook(db, caller, _known(webhook_id))
    return WebhookRemoved()


@router.post("/webhooks/{webhookId}/test", summary="Send a test to a webhook", responses=refusals(WebhookNotFound))
async def post_webhook_test(caller: AdminCaller, webhook_id: WebhookId, db: Db, request: Request) -> DeliveryAnswer:
    """Send a message of the type `test`, once, and wait for what comes of it: at most ten seconds."""
    sender: Sender = request.app.state.webhook_sender
    return DeliveryAnswer(delivery=Delivery.of(await send_test(db, sender, caller, _known(webhook_id))))


@router.get(
    "/webhooks/{webhookId}/deliveries", summary="List deliveries of a webhook", responses=refusals(WebhookNotFound)
)
async def get_webhook_deliveries(
    caller: AdminCaller, webhook_id: WebhookId, db: Db, page: AskedPage
) -> DeliveriesAnswer:
    """What was sent, what came of it, and what waits, newest first. What is done is kept for 30 days."""
    return DeliveriesAnswer.of_page(await list_deliveries(db, caller, _known(webhook_id), page), page)
