"""``shifty runs``: the newest runs, how they come along, and what they can be filtered by."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Literal, NamedTuple, TypeAlias

import typer
from rich.console import Console
from rich.text import Text

from shifty.cli.find_server import connected
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, TenantName
from shifty.cli.output import console, duration, minute, print_json_bytes, status_text, table
from shifty.client import run_lists_api, runs_api
from shifty.client.model import Run
from shifty.client.transport import Transport
from shifty.config import Settings

What: TypeAlias = Literal["runs", "trend", "names"]


def register(app: typer.Typer) -> None:
    app.command("runs")(runs)


def runs(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many.")] = 20,
    project: Annotated[str | None, typer.Option(help="Only runs of this project.")] = None,
    branch: Annotated[str | None, typer.Option(help="Only runs of this branch.")] = None,
    status: Annotated[
        str | None, typer.Option(help="all, pending, running, completed, passed, failed, flaky or cancelled.")
    ] = None,
    actor: Annotated[str | None, typer.Option(help="Only runs that this person started.")] = None,
    search: Annotated[
        str | None,
        typer.Option(
            help="Only runs with this in branch, commit, its title, CI build or actor, or whose id begins so."
        ),
    ] = None,
    show: Annotated[
        What,
        typer.Option(
            help="runs; trend: duration and pass rate of those that came to a verdict, oldest first; or names: the "
            "projects, branches and actors that there are."
        ),
    ] = "runs",
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """List the newest runs."""
    wanted = {"project": project, "branch": branch, "status": status, "actor": actor, "search": search}
    query = {"limit": str(limit), **{name: value for name, value in wanted.items() if value}}
    form = _FORMS[show]
    body = asyncio.run(_fetch(Flags(api_url, api_key, tenant, data_dir).settings(), form, query))
    if json:
        print_json_bytes(body)
    else:
        form.show(console(json=False), body)


class _Form(NamedTuple):
    fetch: Callable[[Transport, Mapping[str, str]], Awaitable[bytes]]
    show: Callable[[Console, bytes], None]


async def _fetch(settings: Settings, form: _Form, query: Mapping[str, str]) -> bytes:
    async with connected(settings) as transport:
        return await form.fetch(transport, query)


async def _fetch_names(transport: Transport, _: Mapping[str, str]) -> bytes:
    return await run_lists_api.facets(transport)


def _show_runs(out: Console, body: bytes) -> None:
    found = runs_api.read_page(body).runs
    excused = ["quarantine"] if any(run.quarantined_tests for run in found) else []
    numbers = ["tests", "failed", *excused, "flaky"]
    listed = table("run", "project", "verdict", *numbers, "time", "branch", "started", right=numbers)
    for each in found:
        listed.add_row(*_row(each, with_quarantine=bool(excused)))
    out.print(listed if listed.row_count else "No runs yet; `shifty run` makes one.")


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


def _show_trend(out: Console, body: bytes) -> None:
    listed = table("run", "project", "verdict", "passed", "time", "branch", "started", right=["passed", "time"])
    for point in run_lists_api.read_trend(body).trend:
        listed.add_row(
            point.run_id[:8],
            Text(point.project),
            status_text(point.conclusion),
            "–" if point.pass_rate is None else f"{point.pass_rate:.1f} %",
            duration(point.duration_ms),
            Text(point.branch or ""),
            minute(point.created_at),
        )
    out.print(listed if listed.row_count else "No run came to a verdict yet.")


def _show_names(out: Console, body: bytes) -> None:
    found = run_lists_api.read_facets(body)
    for title, names in (("projects", found.projects), ("branches", found.branches), ("actors", found.actors)):
        out.print(Text(f"{title}:", style="bold"))
        for name in names:
            out.print(Text(f"  {name}"), soft_wrap=True)


_FORMS: Mapping[What, _Form] = {
    "runs": _Form(runs_api.list_runs, _show_runs),
    "trend": _Form(run_lists_api.run_trend, _show_trend),
    "names": _Form(_fetch_names, _show_names),
}
