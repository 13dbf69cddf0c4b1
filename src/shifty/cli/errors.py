"""``shifty errors``: what goes wrong, each cause once."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from shifty.cli.find_server import connected
from shifty.cli.flaky import print_wrapped, quiet
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, TenantName
from shifty.cli.output import console, count, minute, print_json_bytes, table
from shifty.cli.run_id import resolve
from shifty.client import errors_api
from shifty.client.errors_api import ErrorInRun, Errors, KnownError, RunErrors, TestInRun
from shifty.config import Settings

_MOST_TESTS = 20
_MOST_LINES = 6
_INDENT = 4


def register(app: typer.Typer) -> None:
    app.command("errors")(errors)


def errors(
    run: Annotated[str | None, typer.Argument(help="A run, or the beginning of its id: its causes.")] = None,
    project: Annotated[str | None, typer.Option("--project", help="Only this project; default: all.")] = None,
    branch: Annotated[str | None, typer.Option("--branch", help="Only runs of this branch.")] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=365, help="How many days back.")] = 14,
    search: Annotated[str | None, typer.Option("--search", help="Only errors with this in their message.")] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            help="assertion, timeout, locator, navigation, network, environment, crash or error.",
        ),
    ] = None,
    digest: Annotated[str | None, typer.Option("--digest", help="Only this error.")] = None,
    sort: Annotated[str, typer.Option("--sort", help="count, tests, lastSeen or firstSeen.")] = "count",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many.")] = 20,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """List the errors of the last two weeks, each cause once; or those of a run, with the tests that they hit."""
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    asked = {"project": project, "branch": branch, "search": search, "kind": kind, "digest": digest}
    if run is not None:
        if named := [f"--{name}" for name, value in asked.items() if value]:
            raise typer.BadParameter(f"{', '.join(named)} filters the list over all runs; leave it out, or the run.")
        body = asyncio.run(_of_run(settings, run))
    else:
        given = {name: value for name, value in asked.items() if value}
        body = asyncio.run(_list(settings, {"days": str(days), "sort": sort, "limit": str(limit), **given}))
    if json:
        print_json_bytes(body)
    elif run is not None:
        print_run_errors(console(json=False), errors_api.read_run_errors(body))
    else:
        print_errors(console(json=False), errors_api.read_errors(body), days)


async def _list(settings: Settings, query: dict[str, str]) -> bytes:
    async with connected(settings) as transport:
        return await errors_api.list_errors(transport, query)


async def _of_run(settings: Settings, run: str) -> bytes:
    async with connected(settings) as transport:
        return await errors_api.errors_of_run(transport, await resolve(transport, run))


def print_errors(out: Console, page: Errors, days: int) -> None:
    if not page.errors:
        out.print(f"No errors in runs that ended within {count(days, 'day')}.")
        return
    listed = table("count", "tests", "runs", "last seen", "kind", "error", right=("count", "tests", "runs"))
    listed.columns[-1].overflow = "fold"
    several = len({error.project for error in page.errors}) > 1
    for error in page.errors:
        numbers = (str(error.count), str(error.test_count or ""), str(error.run_count))
        listed.add_row(*numbers, minute(error.last_seen_at)[:10], error.kind, _named(error, several=several))
    out.print(listed)
    if (more := page.pagination.total - len(page.errors)) > 0:
        out.print(Text(f"… and {more} more: -n {page.pagination.total}", style="dim"))


def print_run_errors(out: Console, found: RunErrors) -> None:
    """A red sign for what failed the run, a yellow one for what only made tests flaky or is excused."""
    if not found.errors:
        out.print("No errors.")
        return
    for error in found.errors:
        _print_cause(out, error)
    if found.truncated:
        out.print(Text("More tests have failed than are shown here.", style="dim"))


def _print_cause(out: Console, error: ErrorInRun) -> None:
    costs = error.run_errors > 0 or any(not test.quarantined for test in error.failed)
    first, *rest = _lines(error.message)
    sign, colour = ("✘ ", "red") if costs else ("± ", "yellow")
    print_wrapped(out, Text(first, style=f"bold {colour}"), first=sign, indent=2)
    for line in rest:
        print_wrapped(out, Text(line), indent=2)
    print_wrapped(out, Text(_tally(error), style="dim"), indent=2)
    _print_tests(out, [*error.failed, *error.flaky])
    for file in error.files:
        print_wrapped(out, Text(quiet(file)), indent=_INDENT)
    out.print()


def _print_tests(out: Console, tests: Sequence[TestInRun]) -> None:
    for test in tests[:_MOST_TESTS]:
        where = f"{test.test_file}:{test.line}" if test.line else test.test_file
        browser = f"[{test.project_name}] " if test.project_name else ""
        title = " › ".join(test.title_path or [test.test_name])
        state = "quarantined" if test.quarantined else "flaky" if test.flaky else ""
        said = Text.assemble(
            (quiet(f"{browser}{where} › "), "dim"), quiet(title), (f"  {state}" if state else "", "yellow")
        )
        if test.attempts > 1:
            said.append(f"  {count(test.attempts, 'attempt')}", style="dim")
        print_wrapped(out, said, indent=_INDENT)
    if len(tests) > _MOST_TESTS:
        out.print(Text(f"{' ' * _INDENT}… and {len(tests) - _MOST_TESTS} more", style="dim"))


def _tally(error: ErrorInRun) -> str:
    parts = [
        f"{count(len(error.failed), 'test')} failed" if error.failed else "",
        f"{count(len(error.flaky), 'test')} flaky" if error.flaky else "",
        f"{count(error.run_errors, 'error')} outside of tests" if error.run_errors else "",
    ]
    return ", ".join([part for part in parts if part] + [error.kind, *_known(error), error.digest])


def _known(error: ErrorInRun) -> list[str]:
    """Whether it is new, or since when it is known."""
    if error.is_new is None:
        return []
    return ["new"] if error.is_new else [f"known since {minute(error.first_seen_at)}"]


def _named(error: KnownError, *, several: bool) -> Text:
    first, *rest = _lines(error.message)
    named = Text(first)
    if rest:
        named.append(f"\n{rest[0]}")
    project = f"{error.project}  " if several else ""
    return named.append(f"\n{quiet(project)}{error.digest}", style="dim")


def _lines(message: str) -> list[str]:
    return [quiet(line) for line in message.split("\n")[:_MOST_LINES]]
