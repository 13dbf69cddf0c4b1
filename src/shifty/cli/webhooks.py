"""``shifty webhooks``: who is told when runs end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeAlias

import typer
from rich.console import Console
from rich.text import Text

from shifty.cli.exits import Exit
from shifty.cli.find_server import connected
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, TenantName
from shifty.cli.output import console, minute, print_json_bytes, table
from shifty.client import webhooks_api
from shifty.client.transport import Transport
from shifty.client.webhooks_api import Delivery
from shifty.config import Settings
from shifty.errors import UsageError

WebhookId: TypeAlias = Annotated[str, typer.Argument(metavar="WEBHOOK", help="Id of the webhook.")]
Events: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--event", help="run.failed (the default) or run.finished; repeatable.", show_default=False),
]


def register(app: typer.Typer) -> None:
    webhooks = typer.Typer(no_args_is_help=True, help="Webhooks: who is told when runs end.")
    for name, command in (
        ("list", list_),
        ("add", add),
        ("change", change),
        ("remove", remove),
        ("test", send_test),
        ("deliveries", deliveries),
    ):
        webhooks.command(name)(command)
    app.add_typer(webhooks, name="webhooks")


def list_(
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """List webhooks and what came of each one's newest delivery."""
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    body = _call(settings, webhooks_api.list_webhooks)
    if json:
        print_json_bytes(body)
        return
    found, out = webhooks_api.read_webhooks(body).webhooks, console(json=False)
    if not found:
        out.print("Nobody is told. Add one with: shifty webhooks add URL", markup=False)
        return
    listed = table("webhook", "where", "of what", "project", "state", "newest delivery", "waiting", right=("waiting",))
    for webhook in found:
        listed.add_row(
            webhook.id,
            Text(webhook.url),
            ", ".join(webhook.events),
            Text(webhook.project or "all"),
            "on" if webhook.enabled else "off",
            Text(_said(webhook.last_delivery)),
            str(webhook.waiting_deliveries or ""),
        )
    out.print(listed)


def add(
    url: Annotated[str, typer.Argument(help="Where to send: http:// or https://")],
    event: Events = None,
    project: Annotated[str | None, typer.Option("--project", help="Only of runs of this project.")] = None,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Add a webhook. The secret that its deliveries are signed with is shown once."""
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    wanted = {"url": url, "project": project, **({"events": event} if event else {})}
    body = _call(settings, lambda transport: webhooks_api.add(transport, wanted))
    _show_changed(body, "Added", json=json)


def change(
    webhook_id: WebhookId,
    url: Annotated[str | None, typer.Option("--url", help="Where to send from now on.")] = None,
    event: Events = None,
    on: Annotated[bool | None, typer.Option("--on/--off", help="Whether it is told.", show_default=False)] = None,
    rotate: Annotated[bool, typer.Option("--rotate", help="Make a new secret, which is shown once.")] = False,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Change a webhook; what is not named stays as it is."""
    given = {"url": url, "events": event or None, "enabled": on, "rotateSecret": rotate or None}
    changes = {name: value for name, value in given.items() if value is not None}
    if not changes:
        raise UsageError("Say what to change: --url, --event, --on, --off or --rotate.")
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    body = _call(settings, lambda transport: webhooks_api.change(transport, webhook_id, changes))
    _show_changed(body, "Changed", json=json)


def remove(
    webhook_id: WebhookId,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Remove a webhook. It is told nothing more, not even what waits."""
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    body = _call(settings, lambda transport: webhooks_api.remove(transport, webhook_id))
    if json:
        print_json_bytes(body)
    else:
        console(json=False).print(f"Removed {webhook_id}.", markup=False)


def send_test(
    webhook_id: WebhookId,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Send a test and wait for what comes of it. Exits with 1 when it did not arrive."""
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    body = _call(settings, lambda transport: webhooks_api.test(transport, webhook_id))
    found = webhooks_api.read_delivery(body)
    if json:
        print_json_bytes(body)
    else:
        _print(console(json=False), found)
    if found.state != "delivered":
        raise typer.Exit(Exit.FAILED)


def deliveries(
    webhook_id: WebhookId,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many.")] = 50,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """List what was sent to a webhook and what came of it, the newest first."""
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    query = {"limit": str(limit)}
    body = _call(settings, lambda transport: webhooks_api.deliveries(transport, webhook_id, query))
    if json:
        print_json_bytes(body)
        return
    found, out = webhooks_api.read_deliveries(body), console(json=False)
    if not found.deliveries:
        out.print("Nothing was sent yet.")
        return
    listed = table("when", "event", "run", "what came of it", "tries", "again", right=("tries",))
    for delivery in found.deliveries:
        listed.add_row(
            minute(delivery.created_at),
            delivery.event,
            delivery.run_id or "",
            Text(_said(delivery)),
            str(delivery.tries),
            minute(delivery.next_try_at),
        )
    out.print(listed)


def _show_changed(body: bytes, done: str, *, json: bool) -> None:
    if json:
        print_json_bytes(body)
        return
    changed, out = webhooks_api.read_changed(body), console(json=False)
    out.print(Text(f"{done} {changed.webhook.id}  {changed.webhook.url}  {', '.join(changed.webhook.events)}"))
    if changed.secret:
        out.print(Text(f"Deliveries are signed with this secret, which is shown only now:\n{changed.secret}"))


def _print(out: Console, delivery: Delivery) -> None:
    out.print(Text(f"{delivery.state}: {_said(delivery)}"))


def _said(delivery: Delivery | None) -> str:
    if delivery is None:
        return "none yet"
    return delivery.error or (f"answered {delivery.status}" if delivery.status else delivery.state)


def _call(settings: Settings, ask: Callable[[Transport], Awaitable[bytes]]) -> bytes:
    async def asked() -> bytes:
        async with connected(settings) as transport:
            return await ask(transport)

    return asyncio.run(asked())
