"""``shifty cancel RUN``."""

import asyncio

import typer

from shifty.cli.find_server import connected
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, RunId, TenantName
from shifty.cli.output import console, print_json
from shifty.cli.run_id import resolve
from shifty.client import runs_api
from shifty.config import Settings


def register(app: typer.Typer) -> None:
    app.command("cancel")(cancel)


def cancel(
    run: RunId,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Cancel a run: what waits is dropped, tests that run now may finish."""
    run_id = asyncio.run(_cancel(Flags(api_url, api_key, tenant, data_dir).settings(), run))
    console(json=json).print(f"Run {run_id} is cancelled.")
    if json:
        print_json({"runId": run_id, "status": "cancelled"})


async def _cancel(settings: Settings, run: str) -> str:
    async with connected(settings) as transport:
        run_id = await resolve(transport, run)
        await runs_api.cancel(transport, run_id)
        return run_id
