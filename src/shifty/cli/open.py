"""``shifty open``: the pages, in a browser that is signed in."""

import asyncio
import sys
from typing import Annotated

import typer

from shifty.cli.find_server import configured
from shifty.cli.local_server import running_here
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, TenantName
from shifty.cli.output import console, print_json
from shifty.cli.run_id import resolve
from shifty.client.sessions_api import sign_in_path
from shifty.client.transport import Transport
from shifty.config import Settings
from shifty.errors import UsageError


def register(app: typer.Typer) -> None:
    app.command("open")(open_pages)


def open_pages(
    run: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="Id of a run, or its first letters; `last`: the newest.")
    ] = None,
    launch: Annotated[
        bool, typer.Option("--launch/--print", help="Start a browser, or print the address only.")
    ] = True,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Open the dashboard, or a run of it, signed in with this command's API key.

    The address that it prints works once, within two minutes, in whatever browser.
    """
    address = asyncio.run(_address(Flags(api_url, api_key, tenant, data_dir).settings(), run))
    if json:
        print_json({"url": address})
        return
    console(json=False).print(address, markup=False, soft_wrap=True, highlight=False)
    if launch and sys.stdout.isatty():
        typer.launch(address)


async def _address(settings: Settings, run: str | None) -> str:
    server = configured(settings) or running_here(settings.data_dir)
    if server is None:
        raise UsageError("No server is running on this machine: start one with `shifty up`, and open it then.")
    async with Transport(server) as transport:
        to = f"/runs/{await resolve(transport, run)}" if run else "/"
        return server.url.rstrip("/") + await sign_in_path(transport, to)
