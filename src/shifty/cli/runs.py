"""``shifty runs``: the newest runs."""

import asyncio
from typing import Annotated

import typer
from rich.text import Text

from shifty.cli.find_server import connected
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, TenantName
from shifty.cli.output import console, duration, minute, print_json_bytes, status_text, table
from shifty.client import runs_api
from shifty.client.model import Run
from shifty.config import Settings


def register(app: typer.Typer) -> None:
    app.command("runs")(runs)


def runs(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many.")] = 20,
    project: Annotated[str | None, typer.Option(help="Only runs of this project.")] = None,
    branch: Annotated[str | None, typer.Option(help="Only runs of this branch.")] = None,
    status: Annotated[
        str | None, typer.Option(help="all, pending, running, completed, passed, failed or cancelled.")
    ] = None,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """List the newest runs."""
    wanted = {"project": project, "branch": branch, "status": status}
    query = {"limit": str(limit), **{name: value for name, value in wanted.items() if value}}
    body = asyncio.run(_fetch(Flags(api_url, api_key, tenant, data_dir).settings(), query))
    if json:
        print_json_bytes(body)
        return
    found = runs_api.read_page(body).runs
    excused = ["quarantine"] if any(run.quarantined_tests for run in found) else []
    numbers = ["tests", "failed", *excused, "flaky"]
    listed = table("run", "project", "verdict", *numbers, "time", "branch", "started", right=numbers)
    for each in found:
        listed.add_row(*_row(each, with_quarantine=bool(excused)))
    console(json=False).print(listed if listed.row_count else "No runs yet; `shifty run` makes one.")


async def _fetch(settings: Settings, query: dict[str, str]) -> bytes:
    async with connected(settings) as transport:
        return await runs_api.list_runs(transport, query)


def _row(run: Run, *, with_quarantine: bool) -> tuple[str | Text, ...]:
    return (
        run.id[:8],
        run.project or "",
        status_text(run.conclusion or run.status),
        str(run.total_tests),
        str(run.failed_tests or ""),
        *([str(run.quarantined_tests or "")] if with_quarantine else []),
        str(run.flaky_tests or ""),
        duration(run.duration_ms),
        run.branch or "",
        minute(run.created_at),
    )
