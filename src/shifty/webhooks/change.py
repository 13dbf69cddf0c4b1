"""Add, change and remove webhooks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from shifty.database.pool import Database
from shifty.tenants.audit import record
from shifty.tenants.caller import require_project
from shifty.tenants.model import Caller
from shifty.webhooks.errors import BadUrl, ProjectUnknown, TooManyWebhooks, WebhookNotFound
from shifty.webhooks.model import LONGEST_URL, MOST_WEBHOOKS, URL_PATTERN, Event, ListedWebhook, Webhook
from shifty.webhooks.sign import new_secret
from shifty.webhooks.store import WebhookStore

_URL: Final = re.compile(URL_PATTERN)


@dataclass(frozen=True, kw_only=True)
class Changes:
    """None stays as it is."""

    url: str | None = None
    events: Sequence[Event] | None = None
    enabled: bool | None = None
    rotate: bool = False
    """Make a new secret."""


@dataclass(frozen=True)
class Changed:
    webhook: ListedWebhook
    secret: str | None
    """On the one occasion that it is shown: it is new."""


async def add_webhook(
    db: Database, caller: Caller, url: str, events: Sequence[Event], project: str | None = None
) -> Changed:
    """``project`` None: of every project that the caller's key opens.

    Raises:
        BadUrl: nothing can be sent there.
        ProjectForeign, ProjectUnknown: of another project than the key opens, or of one that nobody has run.
        TooManyWebhooks: the tenant has ``MOST_WEBHOOKS``.
    """
    if not is_address(url):
        raise BadUrl(url)
    project = project or caller.project
    if project is not None:
        require_project(caller, project)
    secret = new_secret()
    async with db.transaction() as tx:
        store = WebhookStore(tx, caller.tenant_id)
        await store.lock()
        project_id = await store.project_id(project) if project else None
        if project and project_id is None:
            raise ProjectUnknown(project)
        if await store.count() >= MOST_WEBHOOKS:
            raise TooManyWebhooks
        events = list(dict.fromkeys(events))
        webhook_id = await store.add(
            project_id=project_id, url=url, secret=secret, events=events, created_by=caller.key_id
        )
        told = {"host": _host(url), "events": events}
        await record(tx, caller, "webhook.added", str(webhook_id), project=project, details=told)
        (added,) = await store.listed(None, webhook_id)
    return Changed(added, secret)


async def change_webhook(db: Database, caller: Caller, webhook_id: UUID, changes: Changes) -> Changed:
    """
    Raises:
        BadUrl: nothing can be sent there.
        WebhookNotFound: the caller sees no such webhook.
    """
    if changes.url is not None and not is_address(changes.url):
        raise BadUrl(changes.url)
    secret = new_secret() if changes.rotate else None
    async with db.transaction() as tx:
        store = WebhookStore(tx, caller.tenant_id)
        before = await store.get(webhook_id, caller.project)
        if before is None:
            raise WebhookNotFound(webhook_id)
        events = None if changes.events is None else list(dict.fromkeys(changes.events))
        await store.change(webhook_id, url=changes.url, events=events, enabled=changes.enabled, secret=secret)
        (after,) = await store.listed(None, webhook_id)
        if told := _told(before, after.webhook, is_rotated=secret is not None):
            await record(tx, caller, "webhook.changed", str(webhook_id), project=before.project, details=told)
    return Changed(after, secret)


async def remove_webhook(db: Database, caller: Caller, webhook_id: UUID) -> Webhook:
    """Remove it with its deliveries, also those that wait.

    Raises:
        WebhookNotFound: the caller sees no such webhook.
    """
    async with db.transaction() as tx:
        store = WebhookStore(tx, caller.tenant_id)
        webhook = await store.get(webhook_id, caller.project)
        if webhook is None:
            raise WebhookNotFound(webhook_id)
        await store.remove(webhook_id)
        told = {"host": _host(webhook.url)}
        await record(tx, caller, "webhook.removed", str(webhook_id), project=webhook.project, details=told)
    return webhook


def is_address(url: str) -> bool:
    """Whether something can be sent there, for all that can be said without trying."""
    return len(url) <= LONGEST_URL and _URL.fullmatch(url) is not None


def _host(url: str) -> str:
    """The rest of an address is often as good as a password."""
    return urlsplit(url).hostname or ""


def _told(before: Webhook, after: Webhook, *, is_rotated: bool) -> dict[str, object]:
    told: dict[str, object] = {}
    if after.url != before.url:
        told["host"] = [_host(before.url), _host(after.url)]
    if list(after.events) != list(before.events):
        told["events"] = [list(before.events), list(after.events)]
    if after.enabled != before.enabled:
        told["enabled"] = [before.enabled, after.enabled]
    if is_rotated:
        told["newSecret"] = True
    return told
