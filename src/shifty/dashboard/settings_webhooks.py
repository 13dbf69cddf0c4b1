"""Webhooks: who is told when runs end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, cast
from uuid import UUID

from fastapi import Form, Request
from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import Response

from shifty.dashboard.page import go_to, pages
from shifty.dashboard.settings_frame import settings_page
from shifty.dashboard.visitor import Administrator, Reader, Visitor
from shifty.dashboard.words import query
from shifty.database.pool import Database
from shifty.errors import Refusal
from shifty.tenants.projects import list_projects
from shifty.web.deps import Db
from shifty.web.pagination import MOST, AskedPage, Page
from shifty.webhooks.change import Changed, Changes, add_webhook, change_webhook, remove_webhook
from shifty.webhooks.deliver import send_test
from shifty.webhooks.list_webhooks import DeliveryPage, list_deliveries, list_webhooks, show_webhook
from shifty.webhooks.model import EVENTS, Event, ListedWebhook
from shifty.webhooks.send import Sender

router = pages()

_ALL = "/settings/webhooks"
_FIRST = Page(50)


@dataclass(frozen=True)
class WebhooksView:
    webhooks: Sequence[ListedWebhook] | None
    """None: the visitor may not see them."""
    projects: Sequence[str]
    only: str | None
    """The one project that the visitor's key opens."""
    new: Changed | None = None
    """The one occasion on which the secret is known."""
    url: str = ""
    """As it was typed, where something is wrong with it."""


@dataclass(frozen=True)
class WebhookView:
    listed: ListedWebhook
    found: DeliveryPage
    page: Page
    events: Sequence[Event] = EVENTS
    secret: str | None = None
    """On the one occasion that it is known."""

    @property
    def base(self) -> str:
        return f"{_ALL}/{self.listed.webhook.id}"

    @property
    def part_address(self) -> str:
        """Of the deliveries: the page may have been the answer to a form, which has an address of its own."""
        return f"{self.base}{query(part='deliveries', limit=self.page.limit, offset=self.page.offset or None)}"

    def address(self, offset: int) -> str:
        return f"{self.base}{query(offset=offset or None)}"


_Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000, pattern=r"^[^\x00]*$")]


class WebhookForm(BaseModel):
    """A box that is not ticked is not sent."""

    url: _Text = ""
    event: list[Event] = Field(default_factory=list[Event])
    project: _Text = ""


@router.get("/settings/webhooks")
async def get_settings_webhooks(visitor: Reader, request: Request, db: Db) -> Response:
    return settings_page(request, visitor, "webhooks", await _view(db, visitor), live="/live")


@router.post("/settings/webhooks")
async def post_settings_webhook(
    visitor: Administrator, form: Annotated[WebhookForm, Form()], request: Request, db: Db
) -> Response:
    """Answers with the page itself: the secret must stand in no address and no cookie."""
    if not form.event:
        return await _again(request, db, visitor, form, "Say of what it is told: tick at least one event.")
    try:
        new = await add_webhook(db, visitor.caller, form.url, form.event, form.project or None)
    except Refusal as refusal:
        return await _again(request, db, visitor, form, refusal.message)
    response = settings_page(request, visitor, "webhooks", await _view(db, visitor, new))
    response.headers["Cache-Control"] = "no-store"
    return response


@router.get("/settings/webhooks/{webhook_id:uuid}")
async def get_settings_webhook(
    visitor: Reader, webhook_id: UUID, request: Request, db: Db, wanted: AskedPage
) -> Response:
    if not visitor.may_administer:
        return go_to(_ALL)
    return await _one(request, db, visitor, webhook_id, wanted)


@router.post("/settings/webhooks/{webhook_id:uuid}")
async def post_settings_webhook_change(
    visitor: Administrator, webhook_id: UUID, form: Annotated[WebhookForm, Form()], db: Db
) -> Response:
    changes = Changes(url=form.url or None, events=form.event or None)
    await change_webhook(db, visitor.caller, webhook_id, changes)
    return go_to(f"{_ALL}/{webhook_id}", "The webhook is changed.")


@router.post("/settings/webhooks/{webhook_id:uuid}/switch")
async def post_settings_webhook_switch(
    visitor: Administrator, webhook_id: UUID, on: Annotated[bool, Form()], db: Db
) -> Response:
    await change_webhook(db, visitor.caller, webhook_id, Changes(enabled=on))
    said = "The webhook is on." if on else "The webhook is off: what is due waits."
    return go_to(f"{_ALL}/{webhook_id}", said)


@router.post("/settings/webhooks/{webhook_id:uuid}/rotate")
async def post_settings_webhook_rotate(visitor: Administrator, webhook_id: UUID, request: Request, db: Db) -> Response:
    changed = await change_webhook(db, visitor.caller, webhook_id, Changes(rotate=True))
    response = await _one(request, db, visitor, webhook_id, secret=changed.secret)
    response.headers["Cache-Control"] = "no-store"
    return response


@router.post("/settings/webhooks/{webhook_id:uuid}/test")
async def post_settings_webhook_test(visitor: Administrator, webhook_id: UUID, request: Request, db: Db) -> Response:
    delivery = await send_test(db, cast("Sender", request.app.state.webhook_sender), visitor.caller, webhook_id)
    if delivery.error is None:
        return go_to(f"{_ALL}/{webhook_id}", f"The test has arrived: it was answered {delivery.status}.")
    return await _one(request, db, visitor, webhook_id, fault=f"The test has not arrived: {delivery.error}.")


@router.post("/settings/webhooks/{webhook_id:uuid}/remove")
async def post_settings_webhook_remove(visitor: Administrator, webhook_id: UUID, db: Db) -> Response:
    await remove_webhook(db, visitor.caller, webhook_id)
    return go_to(_ALL, "The webhook is removed: it is told nothing any more.")


async def _view(db: Database, visitor: Visitor, new: Changed | None = None, url: str = "") -> WebhooksView:
    caller = visitor.caller
    if not visitor.may_administer:
        return WebhooksView(None, [], caller.project)
    projects = [project.slug for project in (await list_projects(db, caller, Page(MOST))).projects]
    return WebhooksView(await list_webhooks(db, caller), projects, caller.project, new, url)


async def _again(request: Request, db: Database, visitor: Visitor, form: WebhookForm, fault: str) -> Response:
    view = await _view(db, visitor, url=form.url)
    return settings_page(request, visitor, "webhooks", view, fault=fault, status=400)


async def _one(
    request: Request,
    db: Database,
    visitor: Visitor,
    webhook_id: UUID,
    wanted: Page = _FIRST,
    *,
    secret: str | None = None,
    fault: str | None = None,
) -> Response:
    listed = await show_webhook(db, visitor.caller, webhook_id)
    view = WebhookView(listed, await list_deliveries(db, visitor.caller, webhook_id, wanted), wanted, secret=secret)
    # Once it shows what is shown only once, the page stays as it is.
    live = None if secret else "/live"
    template = "settings/webhook.html"
    return settings_page(request, visitor, "webhooks", view, template=template, fault=fault, live=live)
