"""Bodies about webhooks and their deliveries."""

from collections.abc import Sequence
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

from shifty.web.pagination import Page, Pagination
from shifty.web.times import UtcTime
from shifty.webhooks.change import Changed, Changes, is_address
from shifty.webhooks.errors import WANTED
from shifty.webhooks.list_webhooks import DeliveryPage
from shifty.webhooks.model import LONGEST_URL, URL_PATTERN, Event, ListedWebhook, State
from shifty.webhooks.model import Delivery as DeliveryNoun
from shifty.wire import Body, Flag


def _address(url: str) -> str:
    """In words: nobody reads the pattern, which is for the description."""
    if not is_address(url):
        raise ValueError(WANTED)
    return url


_Url = Annotated[
    str,
    AfterValidator(_address),
    WithJsonSchema({"type": "string", "maxLength": LONGEST_URL, "pattern": URL_PATTERN}),
]
_Events = Annotated[list[Event], Field(min_length=1, max_length=10)]


class NewWebhook(Body):
    """Somebody who wants to be told of runs."""

    url: _Url
    events: _Events = ["run.failed"]
    project: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")] | None = None


class WebhookUpdate(Body):
    """What is left out, or null, stays as it is."""

    url: _Url | None = None
    events: _Events | None = None
    enabled: Flag | None = None
    rotate_secret: Flag = False

    def changes(self) -> Changes:
        return Changes(url=self.url, events=self.events, enabled=self.enabled, rotate=self.rotate_secret)


class Delivery(Body):
    """One message to one webhook, however often it was tried."""

    id: UUID
    event: str
    run_id: UUID | None
    state: State
    tries: int
    next_try_at: UtcTime | None
    status: int | None
    error: str | None
    created_at: UtcTime
    delivered_at: UtcTime | None

    @classmethod
    def of(cls, delivery: DeliveryNoun) -> Self:
        return cls.model_validate(delivery, from_attributes=True)


class Webhook(Body):
    """Somebody who is told of runs."""

    id: UUID
    project: str | None
    url: str
    events: Sequence[str]
    enabled: bool
    created_by: str
    created_at: UtcTime
    waiting_deliveries: int
    last_delivery: Delivery | None

    @classmethod
    def of(cls, listed: ListedWebhook) -> Self:
        webhook = listed.webhook
        return cls(
            id=webhook.id,
            project=webhook.project,
            url=webhook.url,
            events=webhook.events,
            enabled=webhook.enabled,
            created_by=webhook.created_by,
            created_at=webhook.created_at,
            waiting_deliveries=listed.waiting,
            last_delivery=Delivery.of(listed.last) if listed.last else None,
        )


class WebhooksAnswer(Body):
    webhooks: Sequence[Webhook]


class WebhookAnswer(Body):
    webhook: Webhook


class WebhookMade(Body):
    """The only answer that has the secret."""

    webhook: Webhook
    secret: str

    @classmethod
    def of(cls, made: Changed) -> Self:
        assert made.secret is not None
        return cls(webhook=Webhook.of(made.webhook), secret=made.secret)


class WebhookChanged(Body):
    webhook: Webhook
    secret: str | None

    @classmethod
    def of(cls, changed: Changed) -> Self:
        return cls(webhook=Webhook.of(changed.webhook), secret=changed.secret)


class WebhookRemoved(Body):
    success: bool = True


class DeliveryAnswer(Body):
    delivery: Delivery


class DeliveriesAnswer(Body):
    deliveries: Sequence[Delivery]
    pagination: Pagination

    @classmethod
    def of_page(cls, found: DeliveryPage, page: Page) -> Self:
        deliveries = [Delivery.of(delivery) for delivery in found.deliveries]
        return cls(deliveries=deliveries, pagination=Pagination.of(page, found.total))
