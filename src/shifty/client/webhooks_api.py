"""The calls about webhooks. All need a key with the scope ``admin``."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from shifty.client.answer import Answer, read
from shifty.client.model import Pagination
from shifty.client.transport import Transport


class Delivery(Answer, kw_only=True, frozen=True):
    """One message to one webhook, however often it was tried."""

    id: str
    event: str
    run_id: str | None = None
    """None: a test."""
    state: str
    tries: int = 0
    next_try_at: datetime | None = None
    status: int | None = None
    error: str | None = None
    created_at: datetime
    delivered_at: datetime | None = None


class Webhook(Answer, kw_only=True, frozen=True):
    id: str
    project: str | None = None
    """None: every project."""
    url: str
    events: list[str] = []
    enabled: bool = True
    waiting_deliveries: int = 0
    last_delivery: Delivery | None = None


class Webhooks(Answer, kw_only=True, frozen=True):
    webhooks: list[Webhook] = []


class Changed(Answer, kw_only=True, frozen=True):
    webhook: Webhook
    secret: str | None = None
    """On the one occasion that it is shown."""


class DeliveryAnswer(Answer, kw_only=True, frozen=True):
    delivery: Delivery


class Deliveries(Answer, kw_only=True, frozen=True):
    deliveries: list[Delivery] = []
    pagination: Pagination = Pagination()


async def list_webhooks(transport: Transport) -> bytes:
    return await transport.call("GET", "/webhooks")


def read_webhooks(body: bytes) -> Webhooks:
    return read(body, Webhooks)


async def add(transport: Transport, wanted: Mapping[str, object]) -> bytes:
    """``wanted``: ``url``, ``events``, ``project``. Not repeated: each call adds one."""
    return await transport.call("POST", "/webhooks", body=msgspec.json.encode(wanted), patience_s=0)


async def change(transport: Transport, webhook_id: str, changes: Mapping[str, object]) -> bytes:
    """``changes`` to ``url``, ``events``, ``enabled``; ``rotateSecret``."""
    body = msgspec.json.encode(changes)
    return await transport.call("PATCH", f"/webhooks/{webhook_id}", body=body, patience_s=0)


def read_changed(body: bytes) -> Changed:
    return read(body, Changed)


async def remove(transport: Transport, webhook_id: str) -> bytes:
    return await transport.call("DELETE", f"/webhooks/{webhook_id}")


async def test(transport: Transport, webhook_id: str) -> bytes:
    """Waits for what comes of it."""
    return await transport.call("POST", f"/webhooks/{webhook_id}/test", body=b"{}", patience_s=0)


def read_delivery(body: bytes) -> Delivery:
    return read(body, DeliveryAnswer).delivery


async def deliveries(transport: Transport, webhook_id: str, query: Mapping[str, str]) -> bytes:
    return await transport.call("GET", f"/webhooks/{webhook_id}/deliveries", query=query)


def read_deliveries(body: bytes) -> Deliveries:
    return read(body, Deliveries)
