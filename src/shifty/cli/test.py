"""``shifty test TEST``: the history of one test."""

import asyncio
import re
from collections.abc import Sequence
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from shifty.cli.find_server import connected
from shifty.cli.flaky import lost, print_wrapped, quiet, state
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, TenantName
from shifty.cli.output import console, count, duration, minute, print_json_bytes, status_text, table
from shifty.client import flakiness_api
from shifty.client.flakiness_api import Breakage, BreakagePoint, Execution, KnownTest, TestInFull
from shifty.client.transport import Transport
from shifty.config import Settings
from shifty.errors import UsageError

_ID: Final = re.compile(r"[0-9a-f]{20}")
_FEW_CHOICES: Final = 10
_FEW_ERRORS: Final = 5
_MARKS: Final = {"passed": ("▁", "green"), "failed": ("█", "red"), "skipped": ("·", "cyan"), "notRun": ("·", "magenta")}
_RETRIED: Final = ("▄", "yellow")
_SAYS_NOTHING: Final = ("░", "dim")


def register(app: typer.Typer) -> None:
    app.command("test")(show)


def show(
    test: Annotated[str, typer.Argument(metavar="TEST", help="Id of the test, or what only its title or path has.")],
    project: Annotated[str | None, typer.Option("--project", help="Its project, where several have it.")] = None,
    branch: Annotated[str | None, typer.Option("--branch", help="Only this branch; default: all together.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many executions to look at.")] = 60,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Show how a test has fared: since when it fails, likely causes, errors, its last executions."""
    wanted = {"project": project, "branch": branch}
    query = {name: value for name, value in wanted.items() if value}
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    body = asyncio.run(_fetch(settings, test, query, limit))
    if json:
        print_json_bytes(body)
        return
    print_test(console(json=False), flakiness_api.read_test(body))


async def _fetch(settings: Settings, text: str, query: dict[str, str], limit: int) -> bytes:
    async with connected(settings) as transport:
        found = text if _ID.fullmatch(text) else None
        named = dict(query)
        if found is None:
            meant = await _resolve(transport, text, query)
            found, named["project"] = meant.test_id, meant.project
        return await flakiness_api.show_test(transport, found, {**named, "limit": str(limit)})


async def _resolve(transport: Transport, text: str, query: dict[str, str]) -> KnownTest:
    """The one test that ``text`` means: it alone has it in a title or its path, or it is called exactly so.

    Raises:
        UsageError: it means none, or several.
    """
    asked = {"search": text, "sort": "name", "limit": "200", **query}
    page = flakiness_api.read_tests(await flakiness_api.list_tests(transport, asked))
    exact = [each for each in page.tests if text in (each.test_name, each.test_file)]
    found = exact if len(exact) == 1 else page.tests
    if not found:
        raise UsageError(f"There is no test with {text!r} in a title or its path; `shifty tests` lists them.")
    if len(found) > 1:
        lines = [quiet(f"  {each.test_id}  {_where(each)} › {each.test_name}") for each in found[:_FEW_CHOICES]]
        rest = page.pagination.total - len(lines)
        lines += [f"  … and {rest} more"] if rest > 0 else []
        raise UsageError("\n".join([f"{text!r} means {page.pagination.total} tests; give the id of one:", *lines]))
    return found[0]


def print_test(out: Console, found: TestInFull) -> None:
    known = found.test
    out.print(Text(quiet(" › ".join(known.title_path or [known.test_name])), style="bold"))
    out.print(Text(quiet(f"{_where(known)}  {known.project}  {known.test_id}"), style="dim"))
    _print_facts(out, found)
    if found.executions:
        out.print()
        out.print(history(found.executions, out.width))
        first, last = found.executions[-1], found.executions[0]
        days = f"{minute(first.ended_at)[:10]} – {minute(last.ended_at)[:10]}"
        out.print(Text(f"{days}   ▁ passed  ▄ on retry  █ failed  ░ not counted", style="dim"))
    _print_causes(out, found)
    _print_errors(out, found)
    _print_failures(out, found.executions)


def _where(known: KnownTest) -> str:
    line = f":{known.line}" if known.line else ""
    browser = f" [{known.project_name}]" if known.project_name else ""
    return f"{known.test_file}{line}{browser}"


def _print_facts(out: Console, found: TestInFull) -> None:
    known = found.test
    for label, value in (
        ("state", _standing(known)),
        ("broken", _bracket(found.breakage)),
        *(("on", _bracket(each)) for each in found.breakages if each != found.breakage),
        ("time", _durations(known)),
        ("last", f"passed {minute(known.last_passed_at) or 'never'}, failed {minute(known.last_failed_at) or 'never'}"),
        ("owners", " ".join(known.owners)),
        ("quarantine", _quarantine(known)),
    ):
        if value:
            shown = value if isinstance(value, Text) else Text(quiet(value))
            print_wrapped(out, shown, first=f"{label:>10}", indent=12)


def _standing(known: KnownTest) -> Text:
    counts = [f"{known.failed_runs} of {known.total_runs} runs failed"]
    if known.flaky_runs:
        between = f"{known.interval.low:.0f}–{known.interval.high:.0f}"
        counts.append(f"{known.flaky_runs} flaky: {known.flakiness_rate:.1f} % (surely {between})")
    if known.lost_minutes >= 0.1:
        counts.append(f"{lost(known.lost_minutes)} lost")
    return Text.assemble(state(known), f"  {', '.join(counts)}")


def _bracket(breakage: Breakage | None) -> str:
    if breakage is None:
        return ""
    failures = count(breakage.failures, "failure")
    since = f"{breakage.branch or 'unknown branch'}: {failures} since {_point(breakage.first_bad)}"
    return (
        f"{since}; good at {_point(breakage.last_good)}" if breakage.last_good else f"{since}; it never passed before"
    )


def _point(point: BreakagePoint) -> str:
    commit = f"{point.commit_sha[:8]} " if point.commit_sha else ""
    return f"{commit}(run {point.run_id[:8]}, {minute(point.ended_at)})"


def _durations(known: KnownTest) -> str:
    if known.p50_ms is None:
        return ""
    return f"p50 {duration(known.p50_ms)}, p95 {duration(known.p95_ms)}, p99 {duration(known.p99_ms)}"


def _quarantine(known: KnownTest) -> str:
    rule = known.quarantine
    if rule is None:
        return ""
    return f"until {minute(rule.expires_at)[:10]}, {rule.owner}: {rule.reason} (rule {rule.rule_id[:8]})"


def history(executions: Sequence[Execution], width: int) -> Text:
    """A mark for each, the oldest first; as many as fit."""
    shown = Text()
    for each in reversed(executions[: max(10, width - 2)]):
        says_nothing = each.excluded or (each.burst and each.failed_attempts)
        mark, style = (
            _SAYS_NOTHING if says_nothing else _RETRIED if each.retried else _MARKS.get(each.outcome, ("?", ""))
        )
        shown.append(mark, style)
    return shown


def _print_causes(out: Console, found: TestInFull) -> None:
    if found.causes:
        out.print()
        out.print("Likely causes", style="bold")
    for cause in found.causes:
        print_wrapped(out, Text.assemble((cause.cause, "yellow"), f"  {quiet(cause.summary)}"), indent=2)
        print_wrapped(out, Text(f"→ {cause.advice}"), indent=4)
        if cause.runs:
            print_wrapped(out, Text(f"runs {', '.join(run[:8] for run in cause.runs)}", style="dim"), indent=4)


def _print_errors(out: Console, found: TestInFull) -> None:
    if found.errors:
        out.print()
        out.print("Errors", style="bold")
    for error in found.errors[:_FEW_ERRORS]:
        first = (error.message or f"error {error.digest}").strip().partition("\n")[0]
        out.print(Text.assemble((f"  {error.runs:>3} × ", "red"), quiet(first)))


def _print_failures(out: Console, executions: Sequence[Execution]) -> None:
    failures = [each for each in executions if each.outcome == "failed" or each.retried][:_FEW_CHOICES]
    if not failures:
        return
    out.print()
    listed = table("run", "ended", "branch", "commit", "", "attempts", "time", "machine", right=("attempts", "time"))
    for each in failures:
        listed.add_row(
            each.run_id[:8],
            minute(each.ended_at),
            Text(quiet(each.branch or "")),
            (each.commit_sha or "")[:8],
            status_text("flaky" if each.retried else "quarantined" if each.quarantined else each.outcome),
            str(each.attempts),
            duration(each.duration_ms),
            Text(quiet(each.worker or "")),
        )
    out.print(listed)
