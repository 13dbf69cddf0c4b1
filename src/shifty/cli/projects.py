"""``shifty projects``: what a project allows."""

import asyncio
from typing import Annotated, Literal

import typer
from rich.text import Text

from shifty.cli.find_server import connected
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, TenantName
from shifty.cli.output import console, count, minute, print_json, print_json_bytes, status_text, table
from shifty.client import healing_api, projects_api
from shifty.client.healing_api import HealingSettings, HealingVerdict, Mode
from shifty.config import Settings


def register(app: typer.Typer) -> None:
    projects = typer.Typer(no_args_is_help=True, help="Projects: what Shifty may do in them.")
    projects.command("list")(list_)
    projects.command("healing")(healing)
    app.add_typer(projects, name="projects")


def list_(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many.")] = 50,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """List projects, what they allow and how much they are used; the one with the newest run first."""
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    body = asyncio.run(_list(settings, {"limit": str(limit)}))
    if json:
        print_json_bytes(body)
        return
    found, out = projects_api.read_projects(body), console(json=False)
    if not found.projects:
        out.print("There are no projects yet: a project is made by its first run.")
        return
    listed = table("project", "runs", "last run", "verdict", "branch", "healing", "quarantine", right=("runs",))
    for project in found.projects:
        listed.add_row(
            Text(project.project),
            str(project.runs),
            minute(project.last_run_at),
            status_text(project.last_run_conclusion or project.last_run_status or ""),
            Text(project.default_branch or "worked out"),
            f"{project.healing_mode}, {project.healing_verdict}",
            f"{count(project.quarantine_cap, 'test')}, {count(project.quarantine_days, 'day')}",
        )
    out.print(listed)
    more = found.pagination.total - len(found.projects)
    if more > 0:
        out.print(Text(f"… and {more} more: -n {min(200, found.pagination.total)}", style="dim"))


async def _list(settings: Settings, query: dict[str, str]) -> bytes:
    async with connected(settings) as transport:
        return await projects_api.list_projects(transport, query)


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
