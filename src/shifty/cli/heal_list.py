"""``shifty heal list``: what took the place of broken locators, in all runs."""

import asyncio
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.text import Text

from shifty.cli.find_server import connected
from shifty.cli.heals import percent, replacement
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, TenantName
from shifty.cli.output import console, count, print_json_bytes
from shifty.client import decisions_api
from shifty.client.decisions_api import Replacement, Replacements
from shifty.client.healing_api import HealingEvent
from shifty.config import Settings

_SIGNS = {"healed": ("✚", "green"), "step failed": ("✘", "red"), "proposed": ("?", "yellow"), "declined": ("-", "dim")}


def register(group: typer.Typer) -> None:
    group.command("list")(list_)


def list_(
    project: Annotated[str | None, typer.Option("--project", help="Only of this project.")] = None,
    test: Annotated[str | None, typer.Option("--test", help="Only of this test, by its id.")] = None,
    decision: Annotated[
        Literal["heal", "propose", "refuse"] | None, typer.Option("--decision", help="What the healer has decided.")
    ] = None,
    decided: Annotated[
        Literal["undecided", "accepted", "refused"] | None, typer.Option("--decided", help="What people say of it.")
    ] = None,
    search: Annotated[str | None, typer.Option("--search", help="In locators, files and titles.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many.")] = 50,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """List what took the place of broken locators, each once, as it was last seen; the newest first."""
    wanted = {"project": project, "testId": test, "decision": decision, "decided": decided, "search": search}
    query = {name: value for name, value in {**wanted, "limit": str(limit)}.items() if value}
    body = asyncio.run(_asked(Flags(api_url, api_key, tenant, data_dir).settings(), query))
    if json:
        print_json_bytes(body)
    else:
        print_replacements(console(json=False), decisions_api.read_replacements(body))


async def _asked(settings: Settings, query: dict[str, str]) -> bytes:
    async with connected(settings) as transport:
        return await decisions_api.replacements(transport, query)


def print_replacements(out: Console, page: Replacements) -> None:
    if not page.replacements:
        out.print("No broken locator fits.", style="dim")
    for each in page.replacements:
        for line in _lines(each):
            out.print(line)
    if page.pagination.has_more:
        out.print(Text(f"{page.pagination.total} in all; --limit shows more.", style="dim"))


def _lines(told: Replacement) -> list[Text]:
    event = told.event
    state = state_of(event)
    sign, style = _SIGNS[state]
    locators = replacement(event) if event.healed_selector else event.original_locator or event.original_selector
    sure = f", {percent(event.confidence)} sure" if event.healed_selector else ""
    site = f"{event.call_site.file}:{event.call_site.line}" if event.call_site else event.test_file
    often = "once" if told.times == 1 else f"{told.times} times in {count(told.tests, 'test')}"
    where = f"{site}  {told.project}, run {told.run.id[:8]}" + (f" on {told.run.branch}" if told.run.branch else "")
    lines = [
        Text.assemble((f"{sign} ", style), (seen(locators), "bold"), (f"  {state}{sure}", style)),
        Text(f"  {seen(where)}, {often}  {event.id[:8]}", style="dim"),
    ]
    if event.decided:
        lines.append(Text(f"  {seen(word_of(event))}"))
    return lines


def state_of(event: HealingEvent) -> str:
    if event.decision == "heal":
        return "healed" if event.success else "step failed"
    return "proposed" if event.decision == "propose" else "declined"


def word_of(event: HealingEvent) -> str:
    said = event.decided
    return f"{said.decision} by {said.decided_by}" + (f": {said.reason}" if said.reason else "") if said else ""


def seen(text: str) -> str:
    """Words of a page must not speak to the terminal."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:400]
