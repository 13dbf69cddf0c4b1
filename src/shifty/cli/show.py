"""``shifty show RUN``: one run in full."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from shifty.cli.display import print_error, workers_table
from shifty.cli.find_server import connected
from shifty.cli.findings import Healing, healing_of
from shifty.cli.heals import print_heals
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, RunId, TenantName
from shifty.cli.output import console, duration, minute, print_json_bytes, status_text, table
from shifty.cli.quarantined import why
from shifty.cli.run_id import resolve
from shifty.cli.timeline import print_timeline
from shifty.cli.verdict import details as behind
from shifty.client import runs_api, timeline_api
from shifty.client.model import Result, RunDetails, RunInFull
from shifty.config import Settings

_MOST_LINES = 12


def register(app: typer.Typer) -> None:
    app.command("show")(show)


def show(
    run: RunId,
    every: Annotated[bool, typer.Option("--all", help="Every test, not only what did not simply pass.")] = False,
    timeline: Annotated[bool, typer.Option("--timeline", help="Who did what when, and what decided the end.")] = False,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Show a run: its verdict, its workers, its failures."""
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    if timeline:
        body = asyncio.run(_fetch_timeline(settings, run))
        if json:
            print_json_bytes(body)
        else:
            print_timeline(console(json=False), timeline_api.read_timeline(body))
        return
    body, healing = asyncio.run(_fetch(settings, run))
    if json:
        print_json_bytes(body)
        return
    _print(console(json=False), runs_api.read_details(body), healing, every=every)


async def _fetch(settings: Settings, run: str) -> tuple[bytes, Healing]:
    async with connected(settings) as transport:
        run_id = await resolve(transport, run)
        return await runs_api.run_details(transport, run_id), await healing_of(transport, run_id)


async def _fetch_timeline(settings: Settings, run: str) -> bytes:
    async with connected(settings) as transport:
        return await timeline_api.timeline(transport, await resolve(transport, run))


def _print(out: Console, details: RunDetails, healing: Healing, *, every: bool) -> None:
    _print_head(out, details.run)
    if details.run.workers:
        out.print(workers_table(details.run.workers))
        out.print()
    for error in details.run.errors:
        print_error(out, error)
    tests = table("", "test", "time", right=("time",))
    for result in details.results:
        if every or _is_notable(result):
            tests.add_row(status_text(_word(result)), _name(result), duration(result.duration_ms))
            tests.add_row("", _text_below(result), "")
    if tests.row_count:
        out.print(tests)
    print_heals(out, healing)


def _print_head(out: Console, run: RunInFull) -> None:
    out.print(Text.assemble(f"Run {run.id}  ", status_text(run.conclusion or run.status), behind(run)))
    commit = (run.commit_sha or "")[:12]
    about = [run.project, run.branch, commit, minute(run.created_at), duration(run.duration_ms)]
    out.print(Text("  ".join(part for part in about if part), style="dim"))
    if run.rerun_of:
        out.print(Text(f"a rerun of {run.rerun_of}", style="dim"))
    if run.failure_reason:
        out.print(Text(f"could not be completed: {run.failure_reason}", style="red"))
    counts = [(run.passed_tests, "passed"), (run.failed_tests, "failed"), (run.flaky_tests, "flaky")]
    counts += [(run.healed_tests, "healed")]
    counts += [(run.skipped_tests, "skipped"), (run.not_run_tests, "not run")]
    out.print(f"{run.total_tests} tests: " + ", ".join(f"{number} {name}" for number, name in counts if number))
    out.print()


def _is_notable(result: Result) -> bool:
    return result.flaky or result.healing_attempted or result.status in ("failed", "notRun")


def _word(result: Result) -> str:
    if result.quarantined:
        return "quarantined"
    if result.healed and result.status == "passed":
        return "healed"
    return "flaky" if result.flaky else result.status


def _name(result: Result) -> str:
    where = f"{result.test_file}:{result.line}" if result.line else result.test_file
    project = f"[{result.project_name}] " if result.project_name else ""
    return f"{project}{where} › {' › '.join(result.title_path or [result.test_name])}"


def _text_below(result: Result) -> Text:
    lines = (result.error_message or result.reason or "").strip().splitlines()[:_MOST_LINES]
    excuse = [f"{'not run' if result.status == 'notRun' else 'failed'}: {why(result)}"] if result.quarantined else []
    return Text("\n".join([*excuse, *lines]), style="dim")
