"""``shifty heal accept`` and ``refuse``: say what is to become of replacements; ``decisions``, ``withdraw``."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, TypeAlias

import typer
from rich.text import Text

from shifty.cli.find_server import connected
from shifty.cli.heal_list import seen
from shifty.cli.heals import replacement
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, RunId, TenantName
from shifty.cli.output import console, print_json, print_json_bytes
from shifty.cli.run_id import resolve
from shifty.client import decisions_api, healing_api
from shifty.client.decisions_api import Decision, Word
from shifty.client.healing_api import HealingEvent
from shifty.client.transport import Transport
from shifty.config import Settings
from shifty.errors import UsageError

What: TypeAlias = Annotated[
    list[str],
    typer.Argument(
        metavar="WHAT…", help="The first letters of its id, file:line of its locator, or the id of its test."
    ),
]
Reason: TypeAlias = Annotated[str, typer.Option("--reason", help="Why, for whoever reads it later.")]


def register(group: typer.Typer) -> None:
    for name, command in (("accept", accept), ("refuse", refuse), ("decisions", decisions), ("withdraw", withdraw)):
        group.command(name)(command)


def accept(
    run: RunId,
    what: What,
    reason: Reason = "",
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Accept what takes the place of locators: `heal apply` and pull requests write it, however sure it was.

    Only once the tests have passed with it. Needs a key with the scope orchestrate.
    """
    _say("accepted", run, what, reason, Flags(api_url, api_key, tenant, data_dir).settings(), json=json)


def refuse(
    run: RunId,
    what: What,
    reason: Reason = "",
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Refuse what takes the place of locators: it is not healed to again in this project, and never written.

    Needs a key with the scope orchestrate.
    """
    _say("refused", run, what, reason, Flags(api_url, api_key, tenant, data_dir).settings(), json=json)


def decisions(
    project: Annotated[str | None, typer.Option("--project", help="Only of this project.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many.")] = 50,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """List what was accepted and refused, by whom and why; the newest first."""
    query = {"limit": str(limit), **({"project": project} if project else {})}
    body = asyncio.run(_decisions(Flags(api_url, api_key, tenant, data_dir).settings(), query))
    if json:
        print_json_bytes(body)
        return
    out = console(json=False)
    found = decisions_api.read_decisions(body).decisions
    if not found:
        out.print("Nothing was accepted or refused.", style="dim")
    for each in found:
        out.print(Text(f"{each.decision}  {seen(each.selector)} → {seen(each.healed_selector)}", style="bold"))
        why = f": {seen(each.reason)}" if each.reason else ""
        out.print(Text(f"  {each.project}, {each.file}  by {seen(each.decided_by)}{why}", style="dim"))
        out.print(Text(f"  {each.id}", style="dim"), soft_wrap=True)


def withdraw(
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="Its id, or the first letters of it.")],
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Take a decision back: from then on nothing is said about the replacement. Needs the scope orchestrate."""
    told = asyncio.run(_withdrawn(Flags(api_url, api_key, tenant, data_dir).settings(), decision))
    if json:
        print_json(_as_json([told]))
    else:
        console(json=False).print(Text(f"Taken back: {seen(told.selector)} → {seen(told.healed_selector)}"))


def find(events: Sequence[HealingEvent], what: str) -> list[HealingEvent]:
    """Those of the events with a replacement that ``what`` names, each replacement once.

    Raises:
        UsageError: it names none.
    """
    named = [event for event in events if event.healed_selector and _is_named(event, what)]
    if not named:
        raise UsageError(f"{what!r} names no locator of the run that was replaced: `shifty heal list` has their ids.")
    return list({(_site(event)[0], event.original_selector, event.healed_selector): event for event in named}.values())


def _is_named(event: HealingEvent, what: str) -> bool:
    file, line = _site(event)
    return (len(what) >= 4 and event.id.startswith(what.lower())) or what in (event.test_id, f"{file}:{line}")


def _site(event: HealingEvent) -> tuple[str, int]:
    return (event.call_site.file, event.call_site.line) if event.call_site else (event.test_file, 0)


def _say(word: Word, run: str, what: Sequence[str], reason: str, settings: Settings, *, json: bool) -> None:
    told = asyncio.run(_told(word, run, what, reason, settings))
    if json:
        print_json(_as_json([decision for _, decision in told]))
        return
    for event, _ in told:
        console(json=False).print(Text(f"{word.capitalize()}: {seen(replacement(event))}"))


async def _told(
    word: Word, run: str, what: Sequence[str], reason: str, settings: Settings
) -> list[tuple[HealingEvent, Decision]]:
    async with connected(settings) as transport:
        run_id = await resolve(transport, run)
        events = healing_api.read_events(await healing_api.healing_events(transport, run_id)).events
        # All are looked for before anything is said.
        named = {event.id: event for each in what for event in find(events, each)}
        return [(event, await decisions_api.decide(transport, event, word, reason)) for event in named.values()]


async def _decisions(settings: Settings, query: dict[str, str]) -> bytes:
    async with connected(settings) as transport:
        return await decisions_api.decisions(transport, query)


async def _withdrawn(settings: Settings, decision: str) -> Decision:
    async with connected(settings) as transport:
        return await decisions_api.withdraw(transport, await _whole_id(transport, decision))


async def _whole_id(transport: Transport, text: str) -> str:
    known = decisions_api.read_decisions(await decisions_api.decisions(transport, {"limit": "200"})).decisions
    found = [each.id for each in known if each.id.startswith(text)]
    if len(found) > 1:
        raise UsageError(f"{text!r} means {len(found)} decisions; give more letters of the id.")
    return found[0] if found else text


def _as_json(decisions: Sequence[Decision]) -> list[dict[str, object]]:
    return [
        {
            "id": each.id,
            "project": each.project,
            "file": each.file,
            "selector": each.selector,
            "healedSelector": each.healed_selector,
            "decision": each.decision,
            "reason": each.reason,
        }
        for each in decisions
    ]
