"""``shifty tests``: the tests of projects, each with how it has fared."""

import asyncio
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.text import Text

from shifty.cli.find_server import connected
from shifty.cli.flaky import lost, name, state
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, TenantName
from shifty.cli.output import console, duration, minute, print_json_bytes, status_text, table
from shifty.client import flakiness_api
from shifty.client.flakiness_api import Tests
from shifty.config import Settings

_SHORT = 100
"""Columns: on a narrower terminal the title needs the room of what matters least."""


def register(app: typer.Typer) -> None:
    app.command("tests")(list_)


def list_(
    search: Annotated[str, typer.Argument(help="Only tests with this in a title or in the file's path.")] = "",
    project: Annotated[str | None, typer.Option("--project", help="Only this project; default: all.")] = None,
    branch: Annotated[
        str | None, typer.Option("--branch", help="What the last five runs of this branch had, as it stands there.")
    ] = None,
    browser: Annotated[str | None, typer.Option("--browser", help="Only this Playwright project.")] = None,
    tag: Annotated[str | None, typer.Option("--tag", help="Only tests with this tag.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Only what this owner of CODEOWNERS owns.")] = None,
    verdict: Annotated[
        Literal["stable", "flaky", "broken", "regressed", "suspect", "infrastructure"] | None,
        typer.Option("--verdict", help="Only tests with this verdict."),
    ] = None,
    quarantined: Annotated[bool, typer.Option("--quarantined", help="Only tests in quarantine.")] = False,
    sort: Annotated[
        Literal["lost", "flakiness", "failures", "trend", "duration", "lastFailed", "name"],
        typer.Option(
            "--sort",
            help="Time lost to flakiness, rate, failures, more failures than before, p50, last failure, or "
            "file and title.",
        ),
    ] = "lost",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many.")] = 20,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """List tests with verdict, counts and durations; `shifty test` shows one in full."""
    narrowed = {"search": search, "project": project, "branch": branch, "projectName": browser, "tag": tag}
    wanted = {**narrowed, "owner": owner, "verdict": verdict, "sort": sort, "limit": str(limit)}
    wanted |= {"quarantined": "true" if quarantined else None}
    query = {key: value for key, value in wanted.items() if value}
    body = asyncio.run(_fetch(Flags(api_url, api_key, tenant, data_dir).settings(), query))
    if json:
        print_json_bytes(body)
        return
    print_tests(console(json=False), flakiness_api.read_tests(body))


async def _fetch(settings: Settings, query: dict[str, str]) -> bytes:
    async with connected(settings) as transport:
        return await flakiness_api.list_tests(transport, query)


def print_tests(out: Console, page: Tests) -> None:
    if not page.tests:
        out.print("No test is like that.")
        return
    wide = out.width >= _SHORT
    further = ("p95", "lost", "last failed") if wide else ()
    counts = ("runs", "failed", "flaky", "p50", "p95", "lost")
    listed = table("state", "runs", "failed", "flaky", "p50", *further, "last", "test", right=counts)
    listed.columns[-1].overflow = "fold"
    several = len({test.project for test in page.tests}) > 1
    for test in page.tests:
        values = (duration(test.p95_ms), lost(test.lost_minutes), minute(test.last_failed_at)[:10])
        listed.add_row(
            state(test),
            str(test.total_runs),
            str(test.failed_runs or ""),
            str(test.flaky_runs or ""),
            duration(test.p50_ms),
            *(values if wide else ()),
            status_text(test.last_outcome),
            name(test, several=several),
        )
    out.print(listed)
    more = page.pagination.total - len(page.tests)
    if more > 0:
        out.print(Text(f"… and {more} more; -n shows up to 200, a search fewer", style="dim"))
