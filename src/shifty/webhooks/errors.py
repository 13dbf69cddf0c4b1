"""Refusals of this room."""

from typing import Final

from shifty.errors import Conflict, Invalid, NotFound
from shifty.webhooks.model import MOST_WEBHOOKS

WANTED: Final = "must begin with http:// or https://, name a host, and have no user name in it"


class WebhookNotFound(NotFound):
    """There is no such webhook, or it is another tenant's."""

    code = "WEBHOOK_NOT_FOUND"

    def __init__(self, webhook_id: object) -> None:
        super().__init__(f"There is no webhook {webhook_id}. GET /webhooks lists them.", {"webhookId": str(webhook_id)})


class ProjectUnknown(NotFound):
    """The project is not there yet: its first run makes it."""

    code = "PROJECT_NOT_FOUND"

    def __init__(self, project: str) -> None:
        super().__init__(
            f"There is no project {project!r}: check its name. A project is made by its first run.",
            {"project": project},
        )


class BadUrl(Invalid):
    """The address is none that a webhook can have."""

    def __init__(self, url: str) -> None:
        super().__init__(
            f"{url[:200]!r} is no address of a webhook: it {WANTED}.",
            {"fields": [{"path": "url", "message": WANTED}]},
        )


class TooManyWebhooks(Conflict):
    """The tenant has as many webhooks as it may have."""

    code = "TOO_MANY_WEBHOOKS"

    def __init__(self) -> None:
        super().__init__(
            f"There are {MOST_WEBHOOKS} webhooks, as many as a tenant may have: remove one that nobody needs.",
            {"most": MOST_WEBHOOKS},
        )
