"""``shifty queue``: what waits and who works."""

import asyncio

import typer

from shifty.cli.find_server import connected
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, TenantName
from shifty.cli.output import console, duration, print_json, table
from shifty.client import runs_api
from shifty.client.model import QueueStats
from shifty.config import Settings


def register(app: typer.Typer) -> None:
    app.command("queue")(queue)


def queue(
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Show the queue: shards that wait, are active, were completed, or lost."""
    stats = asyncio.run(_fetch(Flags(api_url, api_key, tenant, data_dir).settings()))
    if json:
        print_json(stats)
        return
    shown = table("waiting", "active", "completed", "lost", "workers", "oldest waits")
    numbers = (stats.waiting, stats.active, stats.completed, stats.failed, stats.workers or 0)
    shown.add_row(*map(str, numbers), duration(stats.oldest_waiting_ms))
    console(json=False).print(shown)


async def _fetch(settings: Settings) -> QueueStats:
    async with connected(settings) as transport:
        return await runs_api.queue_stats(transport)
