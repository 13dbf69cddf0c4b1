"""``shifty history``: history from the results anew."""

import asyncio
from typing import Annotated

import typer

from shifty.cli.find_server import connected
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, TenantName
from shifty.cli.output import console, print_json
from shifty.client import history_api
from shifty.client.history_api import Refold
from shifty.config import Settings


def register(app: typer.Typer) -> None:
    history = typer.Typer(no_args_is_help=True, help="History: what tests came to in earlier runs.")
    history.callback()(_group)
    history.command("refold")(refold)
    app.add_typer(history, name="history")


def _group() -> None:
    """Without it, a group of one command is taken for the command."""


def refold(
    project: Annotated[str, typer.Argument(help="The project's name, such as owner/repo.")],
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Work out a project's history, flakiness and error groups anew. It takes a key with the scope admin."""
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    found = asyncio.run(_ask(settings, project))
    if json:
        print_json(found)
        return
    runs = "1 run is" if found.runs == 1 else f"{found.runs} runs are"
    console(json=False).print(f"{project}  {runs} taken in again, the oldest first.", markup=False)


async def _ask(settings: Settings, project: str) -> Refold:
    async with connected(settings) as transport:
        return await history_api.refold(transport, project)
