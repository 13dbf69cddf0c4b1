"""``shifty up``: the server and workers of this machine, in one command."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from shifty.cli.data_dir import make_data_dir
from shifty.cli.local_server import running_here
from shifty.cli.local_workers import LocalWorkers, WorkerCommand
from shifty.cli.options import Config, DataDir
from shifty.cli.serve import Listening, listen, serve
from shifty.cli.server import Host, Port
from shifty.config import Settings, load_settings
from shifty.logs import set_up_logs


def register(app: typer.Typer) -> None:
    app.command("up")(up)


def up(
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", "-w", min=0, max=64, help="Workers to start; default: one where there is a project."),
    ] = None,
    project: Annotated[Path, typer.Option("--project", "-C", help="Folder of the Playwright project.")] = Path(),
    config: Config = None,
) -> None:
    """Serve the API and work: the database, the server, and workers for the project in this folder."""
    settings = load_settings(host=host, port=port, data_dir=data_dir)
    set_up_logs(settings.log_level, settings.log_format)
    make_data_dir(settings.data_dir)
    listening = listen(settings.host, settings.port)
    count = workers if workers is not None else int(_is_playwright_project(project, config))
    asyncio.run(_up(settings, listening, count, _arguments(settings, project, config)))


async def _up(settings: Settings, listening: Listening, count: int, arguments: Sequence[str]) -> None:
    crews: list[LocalWorkers] = []

    async def ready(url: str) -> None:
        if count and (address := running_here(settings.data_dir)):
            environment = {
                "SHIFTY_API_URL": address.url,
                "SHIFTY_API_KEY": address.key,
                "SHIFTY_TENANT_ID": address.tenant,
            }
            command = WorkerCommand(arguments, environment, settings.data_dir / "logs" / f"up-{os.getpid()}")
            crews.append(LocalWorkers(command, count))
            await crews[0].start()
        working = f", {count} at work" if count else ""
        typer.echo(f"Shifty is ready on {url}{working}\nThe dashboard: shifty open")

    async def leaving() -> None:
        # While the server still answers: they hand unfinished tests back.
        for crew in crews:
            await crew.stop(0)

    await serve(settings, listening, ready, leaving=leaving)


def _arguments(settings: Settings, project: Path, config: Path | None) -> list[str]:
    chosen = ["--config", str(config)] if config else []
    return ["--project", str(project), *chosen, "--data-dir", str(settings.data_dir)]


def _is_playwright_project(folder: Path, config: Path | None) -> bool:
    return config is not None or any(folder.glob("playwright.config.*"))
