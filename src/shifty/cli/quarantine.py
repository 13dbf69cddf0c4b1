"""``shifty quarantine``: tests that run and are reported, and do not fail runs."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

from shifty.cli.checkout import look_at, project_slug
from shifty.cli.find_server import connected
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, TenantName
from shifty.cli.output import console, print_json_bytes
from shifty.cli.quarantine_show import print_made, print_rule, print_rules, print_settings, sentence
from shifty.client import quarantine_api
from shifty.client.quarantine_api import Kind, NewRule, State
from shifty.client.transport import Transport
from shifty.config import Settings
from shifty.errors import UsageError

RuleId: TypeAlias = Annotated[str, typer.Argument(metavar="RULE", help="Id of the rule, or its first letters.")]
OfProject: TypeAlias = Annotated[
    str | None, typer.Option("--project", help="The project; default: that of this folder.", show_default=False)
]


def register(app: typer.Typer) -> None:
    quarantine = typer.Typer(
        no_args_is_help=True, help="Quarantine: tests that run and are reported, and do not fail runs."
    )
    for name, command in (
        ("list", list_),
        ("add", add),
        ("show", show),
        ("extend", extend),
        ("release", release),
        ("settings", settings_),
    ):
        quarantine.command(name)(command)
    app.add_typer(quarantine, name="quarantine")


def list_(
    project: Annotated[str | None, typer.Option("--project", help="Only rules of this project.")] = None,
    state: Annotated[State, typer.Option("--state", help="active, released, expired or all.")] = "active",
    owner: Annotated[str | None, typer.Option("--owner", help="Only rules of this owner.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many.")] = 50,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """List what is quarantined: by whom, why, until when."""
    wanted = {"project": project, "state": state, "owner": owner, "limit": str(limit)}
    query = {name: value for name, value in wanted.items() if value}
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    body = _call(settings, lambda transport: quarantine_api.list_rules(transport, query))
    if json:
        print_json_bytes(body)
    else:
        print_rules(console(json=False), quarantine_api.read_rules(body), state)


def add(
    reason: Annotated[str, typer.Option("--reason", help="Why, such as the ticket in which it is mended.")],
    test: Annotated[str | None, typer.Option("--test", help="A test, by its id.")] = None,
    file: Annotated[str | None, typer.Option("--file", help="A spec file; * stands for anything.")] = None,
    title: Annotated[str | None, typer.Option("--title", help="A test's title; * stands for anything.")] = None,
    tag: Annotated[str | None, typer.Option("--tag", help="A tag, such as @slow.")] = None,
    error: Annotated[str | None, typer.Option("--error", help="An error, by its digest.")] = None,
    browser: Annotated[str, typer.Option("--browser", help="Only in this Playwright project.")] = "",
    owner: Annotated[str | None, typer.Option("--owner", help="Who mends it; default: you.")] = None,
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=365, help="For how long; default: as the project has it.")
    ] = None,
    project: OfProject = None,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Quarantine tests: they run and are reported, and do not fail runs. Needs a key with the scope admin.

    Say which by one of --test, --file, --title, --tag and --error.
    """
    kind, value = chosen({"test": test, "file": file, "title": title, "tag": tag, "error": error})
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    rule = NewRule(
        project=project or settings.project or project_slug(Path()),
        kind=kind,
        value=value,
        reason=reason,
        owner=owner or look_at(Path()).actor,
        project_name=browser,
        days=days,
    )
    body = _call(settings, lambda transport: quarantine_api.add(transport, rule))
    if json:
        print_json_bytes(body)
    else:
        print_made(console(json=False), quarantine_api.read_made(body))


def chosen(given: Mapping[Kind, str | None]) -> tuple[Kind, str]:
    """The one that is given.

    Raises:
        UsageError: none or several are, or it is empty.
    """
    found: list[tuple[Kind, str]] = [(kind, value) for kind, value in given.items() if value is not None]
    options = " ".join(f"--{kind}" for kind, _ in found)
    if not found:
        raise UsageError(
            "Say what to quarantine: one of --test ID, --file PATTERN, --title PATTERN, --tag TAG or --error DIGEST."
        )
    if len(found) > 1:
        raise UsageError(f"A rule is about one thing, not {options}: add a rule for each.")
    if not found[0][1].strip():
        raise UsageError(f"{options} is empty: say which.")
    return found[0]


def show(
    rule: RuleId,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Show a rule: what it has excused, how near it is to its release, and who did what to it."""
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    body = _of_rule(settings, rule, quarantine_api.rule)
    if json:
        print_json_bytes(body)
    else:
        print_rule(console(json=False), quarantine_api.read_rule(body))


def extend(
    rule: RuleId,
    days: Annotated[int | None, typer.Option("--days", min=1, max=365, help="Days from now until it ends.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Another owner.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Another reason.")] = None,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Let a rule hold for longer, or change its owner or its reason. Needs a key with the scope admin."""
    changes = _given({"days": days, "owner": owner, "reason": reason})
    if not changes:
        raise UsageError("Say what to change: --days N, --owner NAME or --reason TEXT.")
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    body = _of_rule(settings, rule, lambda transport, rule_id: quarantine_api.change(transport, rule_id, changes))
    _tell_changed(body, json=json)


def release(
    rule: RuleId,
    reason: Annotated[str | None, typer.Option("--reason", help="Why.", show_default=False)] = None,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """End a rule: from now on its tests fail runs again. Needs a key with the scope admin."""
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    body = _of_rule(settings, rule, lambda transport, rule_id: quarantine_api.release(transport, rule_id, reason))
    _tell_changed(body, json=json)


def settings_(
    project: Annotated[str | None, typer.Argument(help="The project; default: that of this folder.")] = None,
    cap: Annotated[
        int | None, typer.Option("--cap", min=0, max=10000, help="Most tests in quarantine, and excused in one run.")
    ] = None,
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=365, help="For how long a rule holds that does not say.")
    ] = None,
    auto: Annotated[
        Literal["on", "off"] | None, typer.Option("--auto", help="Whether tests are quarantined by themselves.")
    ] = None,
    auto_rate: Annotated[
        float | None, typer.Option("--auto-rate", min=1, max=100, help="From this flakiness rate on, in percent.")
    ] = None,
    auto_confidence: Annotated[
        float | None, typer.Option("--auto-confidence", min=0.5, max=0.9999, help="At this confidence.")
    ] = None,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Show what a project allows, and change it. To change it takes a key with the scope admin."""
    is_auto = None if auto is None else auto == "on"
    wanted = {"cap": cap, "days": days, "auto": is_auto, "autoRate": auto_rate, "autoConfidence": auto_confidence}
    changes = _given(wanted)
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    name = project or settings.project or project_slug(Path())
    body = _call(
        settings,
        lambda transport: (
            quarantine_api.change_settings(transport, name, changes)
            if changes
            else quarantine_api.settings(transport, name)
        ),
    )
    if json:
        print_json_bytes(body)
    else:
        print_settings(console(json=False), name, quarantine_api.read_settings(body))


def _given(wanted: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in wanted.items() if value is not None}


def _call(settings: Settings, ask: Callable[[Transport], Awaitable[bytes]]) -> bytes:
    async def call() -> bytes:
        async with connected(settings) as transport:
            return await ask(transport)

    return asyncio.run(call())


def _of_rule(settings: Settings, text: str, ask: Callable[[Transport, str], Awaitable[bytes]]) -> bytes:
    async def call(transport: Transport) -> bytes:
        return await ask(transport, await _resolve(transport, text))

    return _call(settings, call)


async def _resolve(transport: Transport, text: str) -> str:
    """The id of the rule that ``text`` names: an id or the first letters of one.

    Raises:
        UsageError: it names none of the newest 200, or several.
    """
    page = quarantine_api.read_rules(await quarantine_api.list_rules(transport, {"state": "all", "limit": "200"}))
    found = [rule.id for rule in page.rules if rule.id.startswith(text.lower())]
    if len(found) > 1:
        raise UsageError(f"{text!r} means {len(found)} rules; give more letters of the id.")
    if found:
        return found[0]
    if len(text) == 36:
        return text
    raise UsageError(f"There is no rule {text!r} among the newest; `shifty quarantine list --state all` has them.")


def _tell_changed(body: bytes, *, json: bool) -> None:
    if json:
        print_json_bytes(body)
    else:
        console(json=False).print(sentence(quarantine_api.read_rule(body).rule), markup=False)
