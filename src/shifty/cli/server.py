"""``shifty server``: the database, the API and its background duties, for many machines or for this one."""

import asyncio
from typing import Annotated, TypeAlias

import typer

from shifty.cli.data_dir import make_data_dir
from shifty.cli.options import DataDir
from shifty.cli.serve import listen, serve
from shifty.config import load_settings
from shifty.logs import set_up_logs

Host: TypeAlias = Annotated[str | None, typer.Option(help="Address to listen on; default 127.0.0.1.")]
Port: TypeAlias = Annotated[
    int | None, typer.Option(min=0, max=65535, help="Port to listen on; default 7357, and 0 takes any free one.")
]


def register(app: typer.Typer) -> None:
    app.command("server")(server)


def server(
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    while_used: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Serve the API. Stops cleanly on SIGTERM and SIGINT."""
    settings = load_settings(host=host, port=port, data_dir=data_dir)
    set_up_logs(settings.log_level, settings.log_format)
    make_data_dir(settings.data_dir)
    listening = listen(settings.host, settings.port)
    asyncio.run(serve(settings, listening, _say_ready, while_used=while_used))


async def _say_ready(url: str) -> None:
    typer.echo(f"Shifty is ready on {url}")
