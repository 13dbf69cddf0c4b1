"""``shifty audit``: who has changed what."""

import asyncio
from typing import Annotated

import typer
from rich.text import Text

from shifty.cli.find_server import connected
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, TenantName
from shifty.cli.output import console, minute, print_json_bytes, table
from shifty.client import audit_api
from shifty.client.audit_api import AuditEntry
from shifty.config import Settings


def register(app: typer.Typer) -> None:
    app.command("audit")(audit)


def audit(
    action: Annotated[str | None, typer.Option("--action", help="Only actions that begin so: key, quarantine.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many.")] = 50,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """List who has changed what, the newest first. It takes a key with the scope admin."""
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    body = asyncio.run(_ask(settings, {"limit": str(limit), **({"action": action} if action else {})}))
    if json:
        print_json_bytes(body)
        return
    found, out = audit_api.read_changes(body), console(json=False)
    if not found.entries:
        out.print("Nothing has been changed.")
        return
    listed = table("when", "who", "what", "of what", "details")
    for entry in found.entries:
        listed.add_row(minute(entry.at), Text(_who(entry)), entry.action, Text(entry.subject), Text(_details(entry)))
    out.print(listed)
    more = found.pagination.total - len(found.entries)
    if more > 0:
        out.print(Text(f"… and {more} more", style="dim"))


def _who(entry: AuditEntry) -> str:
    return entry.key_name or entry.key_id or "administrator"


def _details(entry: AuditEntry) -> str:
    shown = [f"{name}: {value}" for name, value in entry.details.items() if value not in (None, "", [])]
    return ", ".join([*([entry.project] if entry.project and entry.project != entry.subject else []), *shown])


async def _ask(settings: Settings, query: dict[str, str]) -> bytes:
    async with connected(settings) as transport:
        return await audit_api.list_changes(transport, query)
