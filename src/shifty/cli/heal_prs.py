"""``shifty heal prs``: how healing pull requests stand."""

import asyncio
from typing import Annotated

import typer
from rich.text import Text

from shifty.cli.find_server import connected
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, TenantName
from shifty.cli.output import console, count, print_json_bytes
from shifty.cli.run_id import resolve
from shifty.client import pull_requests_api
from shifty.config import Settings


def register(group: typer.Typer) -> None:
    group.command("prs")(prs)


def prs(
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="Only that of this run.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many.")] = 50,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """List the changes that were offered, the newest first, and how their pull requests stand."""
    body = asyncio.run(_asked(Flags(api_url, api_key, tenant, data_dir).settings(), run, limit))
    if json:
        print_json_bytes(body)
        return
    out = console(json=False)
    found = pull_requests_api.read_prs(body)
    if not found:
        out.print("No change was offered: `shifty heal apply RUN --pull-request` offers one.", style="dim")
    for each in found:
        name = each.pr_url or f"{each.branch_name} in {each.repository}"
        out.print(Text.assemble((each.pr_status, "bold"), f"  {name}"))
        locators = count(each.healing_count, "locator")
        out.print(Text(f"  {locators} of run {each.run_id[:8]}, {each.project}, into {each.base_branch}", style="dim"))
        if each.error:
            out.print(Text(f"  {each.error}", style="red"))


async def _asked(settings: Settings, run: str | None, limit: int) -> bytes:
    async with connected(settings) as transport:
        run_id = await resolve(transport, run) if run else None
        return await pull_requests_api.healing_prs(transport, run_id, limit=limit)
