"""``shifty projects``: what a project allows."""

import asyncio
from typing import Annotated, Literal

import typer

from shifty.cli.find_server import connected
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, TenantName
from shifty.cli.output import console, print_json
from shifty.client import healing_api
from shifty.client.healing_api import HealingSettings, HealingVerdict, Mode
from shifty.config import Settings


def register(app: typer.Typer) -> None:
    projects = typer.Typer(no_args_is_help=True, help="Projects: what Shifty may do in them.")
    projects.callback()(_group)
    projects.command("healing")(healing)
    app.add_typer(projects, name="projects")


def _group() -> None:
    """Without it, a group of one command is taken for the command."""


def healing(
    project: Annotated[str, typer.Argument(help="The project's name, such as owner/repo.")],
    mode: Annotated[
        Literal["off", "propose", "heal"] | None,
        typer.Option(help="off: never; propose: tests fail, with a suggestion; heal: they go on.", show_default=False),
    ] = None,
    verdict: Annotated[
        Literal["report", "warn", "fail"] | None,
        typer.Option(help="What healed tests do to a run that says nothing else.", show_default=False),
    ] = None,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Show what a project allows its healer, and change it. To change it takes a key with the scope admin."""
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    found = asyncio.run(_ask(settings, project, mode, verdict))
    if json:
        print_json(found)
        return
    console(json=False).print(f"{project}  healing: {found.mode}  verdict: {found.verdict}", markup=False)


async def _ask(settings: Settings, project: str, mode: Mode | None, verdict: HealingVerdict | None) -> HealingSettings:
    async with connected(settings) as transport:
        if mode or verdict:
            return await healing_api.change_settings(transport, project, mode, verdict)
        return await healing_api.settings(transport, project)
