"""``shifty watch RUN``: follow a run that works somewhere."""

import asyncio

import typer
from rich.console import Console

from shifty.cli.display import view_for
from shifty.cli.exits import Incomplete, exit_of_run
from shifty.cli.find_server import connected
from shifty.cli.findings import Findings, findings_of
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, RunId, TenantName
from shifty.cli.output import console, print_json
from shifty.cli.run_id import resolve
from shifty.cli.summary import print_summary, summary_of
from shifty.client.model import Snapshot
from shifty.client.progress import follow
from shifty.config import Settings


def register(app: typer.Typer) -> None:
    app.command("watch")(watch)


def watch(
    run: RunId,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Follow a run to its end; the exit code is that of its verdict. Ctrl-C stops watching, not the run."""
    out = console(json=json)
    last, found = asyncio.run(_follow(Flags(api_url, api_key, tenant, data_dir).settings(), run, out))
    wall_s = (last.duration_ms or 0) / 1000
    print_summary(out, last, found, wall_s)
    if json:
        print_json(summary_of(last, wall_s))
    raise typer.Exit(exit_of_run(last))


async def _follow(settings: Settings, run: str, out: Console) -> tuple[Snapshot, Findings]:
    last: Snapshot | None = None
    async with connected(settings) as transport:
        run_id = await resolve(transport, run)
        with view_for(out) as view:
            async for update in follow(transport, run_id):
                if isinstance(update, Snapshot):
                    last = update
                    view.show(update)
                else:
                    view.say(str(update))
        if last is None:
            raise Incomplete(f"Nothing was heard of run {run_id}.")
        return last, await findings_of(transport, last)
