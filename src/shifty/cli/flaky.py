"""``shifty flaky``: which tests are flaky, what that costs, and what to do about it."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from shifty.cli.find_server import connected
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, TenantName
from shifty.cli.output import console, minute, print_json_bytes, table
from shifty.client import flakiness_api
from shifty.client.flakiness_api import FlakyTests, KnownTest, Recommendation, Recommendations
from shifty.config import Settings

_FEW = 5
_INDENT = 7
_STYLES = {"high": "red", "medium": "yellow", "low": "cyan"}
_VERDICTS = {"flaky": "yellow", "broken": "red", "regressed": "red", "suspect": "cyan", "stable": "green"}


def register(app: typer.Typer) -> None:
    app.command("flaky")(flaky)


def flaky(
    project: Annotated[str | None, typer.Option("--project", help="Only this project; default: all.")] = None,
    min_rate: Annotated[
        float, typer.Option("--min-rate", min=0, max=100, help="Only tests with at least this rate, percent.")
    ] = 10,
    owner: Annotated[str | None, typer.Option("--owner", help="Only what this owner of CODEOWNERS owns.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many.")] = 20,
    recommend: Annotated[
        bool, typer.Option("--recommend", help="All recommendations with their evidence, instead of the list.")
    ] = False,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """List flaky tests, those first whose rate is surely high, and say what to do about the most costly ones."""
    wanted = {"project": project, "owner": owner, "limit": str(limit)}
    query = {name: value for name, value in wanted.items() if value}
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    listed, advised = asyncio.run(_fetch(settings, query, min_rate))
    if json:
        print_json_bytes(advised if recommend else listed)
        return
    out = console(json=False)
    recommendations = flakiness_api.read_recommendations(advised)
    if not recommend:
        print_flaky(out, flakiness_api.read_flaky(listed), min_rate)
    print_recommendations(out, recommendations, limit if recommend else _FEW, in_full=recommend)


async def _fetch(settings: Settings, query: dict[str, str], min_rate: float) -> tuple[bytes, bytes]:
    async with connected(settings) as transport:
        return (
            await flakiness_api.flaky_tests(transport, {**query, "minRate": f"{min_rate:g}"}),
            await flakiness_api.recommendations(transport, query),
        )


def print_flaky(out: Console, page: FlakyTests, min_rate: float) -> None:
    if not page.flaky_tests:
        out.print(f"No test is flaky in {min_rate:g} % of its runs or more.")
        return
    listed = table("rate", "95 %", "flaky", "lost", "last", "state", "test", right=("rate", "flaky", "lost"))
    listed.columns[-1].overflow = "fold"
    several = len({test.project for test in page.flaky_tests}) > 1
    for test in page.flaky_tests:
        listed.add_row(
            f"{test.flakiness_rate:.1f} %",
            Text(f"{test.interval.low:.0f}–{test.interval.high:.0f}", style="dim"),
            f"{test.flaky_runs}/{test.total_runs}",
            lost(test.lost_minutes),
            minute(test.last_flaky_at)[:10],
            state(test),
            name(test, several=several),
        )
    out.print(listed)
    more = page.pagination.total - len(page.flaky_tests)
    if more > 0:
        out.print(Text(f"… and {more} more: -n {page.pagination.total}", style="dim"))


def print_recommendations(out: Console, page: Recommendations, most: int, *, in_full: bool) -> None:
    if not page.recommendations:
        if in_full:
            out.print("Nothing to recommend: no test is flaky in 20 % of its runs or more.")
        return
    if not in_full:
        out.print()
        out.print("What to do first", style="bold")
    for each in page.recommendations[:most]:
        _print_recommendation(out, each, in_full=in_full)
    more = page.pagination.total - min(most, len(page.recommendations))
    if more > 0 and not in_full:
        out.print(Text(f"… and {more} more: shifty flaky --recommend", style="dim"))


def _print_recommendation(out: Console, each: Recommendation, *, in_full: bool) -> None:
    browser = f" [{each.test.project_name}]" if each.test.project_name else ""
    severity = (f"{each.severity:<7}", _STYLES.get(each.severity, ""))
    out.print(Text.assemble(severity, (quiet(each.test.name), "bold"), (quiet(f"{browser}  {each.test.file}"), "dim")))
    cost = f", {lost(each.lost_minutes)} lost" if each.lost_minutes else ""
    owners = f", {' '.join(each.test.owners)}" if each.test.owners else ""
    _indented(out, f"{each.impact}{cost}{owners}", "dim")
    if not each.causes:
        _indented(out, f"{each.recommendation}.")
    for cause in each.causes if in_full else each.causes[:1]:
        _indented(out, cause.summary)
        _indented(out, f"→ {cause.advice}")
    if in_full and not each.quarantined:
        owner = f" --owner {each.test.owners[0]}" if each.test.owners else ""
        about = f"--test {each.test.test_id} --project {each.test.project}{owner}"
        # In one line, to be copied.
        command = Text(f"{' ' * _INDENT}shifty quarantine add {about} --reason '{each.impact}'", style="dim")
        out.print(command, soft_wrap=True)


def print_wrapped(out: Console, text: Text, *, first: str = "", indent: int = _INDENT) -> None:
    """With every line but the first, which begins with ``first``, as far in as that; no terminal: in one line."""
    lead = (first.ljust(indent), "dim")
    for line in text.wrap(out, max(20, out.width - indent)) if out.is_terminal else [text]:
        line.rstrip()
        out.print(Text.assemble(lead, line))
        lead = (" " * indent, "")


def _indented(out: Console, text: str, style: str = "") -> None:
    print_wrapped(out, Text(quiet(text), style=style))


def name(test: KnownTest, *, several: bool) -> Text:
    """Its title, and beneath where it is; ``several``: of tests of more than one project."""
    browser = f" [{test.project_name}]" if test.project_name else ""
    place = f"{test.project}: {test.test_file}" if several else test.test_file
    owners = f"  {' '.join(test.owners)}" if test.owners else ""
    return Text.assemble(quiet(test.test_name), (quiet(browser), "dim"), "\n", (quiet(f"{place}{owners}"), "dim"))


def quiet(text: str) -> str:
    """Titles, paths and errors of somebody's tests must not speak to the terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def state(test: KnownTest) -> Text:
    if test.quarantined:
        return Text("quarantined", style="yellow")
    return Text(test.verdict, style=_VERDICTS.get(test.verdict, ""))


def lost(minutes: float) -> str:
    """For people: ``0.5 min``, ``3 h 20 min``; empty for nothing worth a word."""
    if minutes < 0.1:
        return ""
    hours, rest = divmod(round(minutes), 60)
    return f"{hours} h {rest:02d} min" if hours else f"{minutes:.1f} min"
