"""``shifty advise``: how many workers a suite deserves, what to split, what retries cost, what quarantine hides."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from shifty.cli.checkout import project_slug
from shifty.cli.find_server import connected
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json, TenantName
from shifty.cli.output import console, count, duration, minute, print_json_bytes, table
from shifty.client import advice_api
from shifty.client.advice_api import Advice, CrewForecast, QuarantineAdvice, RetryAdvice, WorkerAdvice
from shifty.config import Settings

_ALWAYS_SHOWN = frozenset({1, 2, 4, 8, 12, 16, 20})
_MOST_TESTS = 5
_MOST_RULES = 10
_LONGEST = 90


def register(app: typer.Typer) -> None:
    app.command("advise")(advise)


def advise(
    project: Annotated[
        str | None, typer.Option("--project", help="Name under which history is kept; default: the git remote.")
    ] = None,
    branch: Annotated[
        str | None, typer.Option("--branch", help="Whose runs to look at; default: the project's default branch.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", "-w", min=1, max=20, help="Compare with so many workers.")
    ] = None,
    json: Json = False,
    api_url: ApiUrl = None,
    api_key: ApiKey = None,
    tenant: TenantName = None,
    data_dir: DataDir = None,
) -> None:
    """Say how many workers the suite deserves, what to split first, what retries cost and what quarantine hides.

    From the project's own history: its newest whole run is replayed over 1 to 20 workers, by the rules of production.
    """
    settings = Flags(api_url, api_key, tenant, data_dir).settings()
    asked = project or settings.project or project_slug(Path())
    body = asyncio.run(_ask(settings, asked, branch, workers))
    if json:
        print_json_bytes(body)
        return
    _print(console(json=False), advice_api.read_advice(body))


async def _ask(settings: Settings, project: str, branch: str | None, workers: int | None) -> bytes:
    async with connected(settings) as transport:
        return await advice_api.advice(transport, project, branch=branch, workers=workers)


def _print(out: Console, advice: Advice) -> None:
    branch = f" on {advice.branch}" if advice.branch else ""
    out.print(
        f"{advice.project}{branch}: {count(advice.total_tests, 'test')}, as run {advice.run_id[:8]} ran them",
        markup=False,
    )
    _say(out, "Workers", advice.workers.summary)
    _print_workers(out, advice.workers)
    if advice.split_first:
        _say(out, "Split first", advice.split_first.summary)
        out.print(f"  {advice.split_first.remedy}", style="dim", markup=False)
    _say(out, "Retries", advice.retries.summary)
    _print_retries(out, advice.retries)
    _say(out, "Quarantine", advice.quarantine.summary)
    _print_rules(out, advice.quarantine)


def _say(out: Console, what: str, sentence: str) -> None:
    out.print()
    out.print(what, style="bold")
    out.print(f"  {sentence}", markup=False)


def _print_workers(out: Console, advice: WorkerAdvice) -> None:
    shown = table("  workers", "wall", "machines", "", right=("  workers", "wall", "machines"))
    for forecast in advice.forecasts:
        note = _note(forecast, advice)
        if note or forecast.workers in _ALWAYS_SHOWN:
            shown.add_row(str(forecast.workers), duration(forecast.wall_ms), duration(forecast.machine_ms), note)
    out.print(shown)
    used = [f"{run.workers} in {duration(run.wall_ms)}" for run in advice.recent_runs if run.wall_ms is not None]
    if used:
        out.print(f"  The newest runs took {', '.join(used)}.", style="dim", markup=False)


def _note(forecast: CrewForecast, advice: WorkerAdvice) -> str:
    used = advice.recent_runs[0].workers if advice.recent_runs else None
    notes = {
        "recommended": advice.recommended,
        "used last": used,
        "compared": advice.compared_with if advice.compared_with != used else None,
    }
    return ", ".join(note for note, workers in notes.items() if workers == forecast.workers)


def _print_retries(out: Console, advice: RetryAdvice) -> None:
    shown = table("  failed for", "attempts", "runs", "test", right=("  failed for", "attempts", "runs"))
    for test in advice.tests[:_MOST_TESTS]:
        name = f"{test.test_file} › {' › '.join(test.title_path or [test.test_name])}"
        browser = f"[{test.project_name}] " if test.project_name else ""
        shown.add_row(duration(test.failed_ms), str(test.failed_attempts), str(test.runs), _short(browser + name))
    if shown.row_count:
        out.print(shown, markup=False)


def _print_rules(out: Console, advice: QuarantineAdvice) -> None:
    shown = table("  expires", "tests", "excused", "owner", "rule", right=("  expires", "tests", "excused"))
    for rule in advice.rules[:_MOST_RULES]:
        browser = f"[{rule.project_name}] " if rule.project_name else ""
        idle = "  (matches nothing any more: release it)" if not rule.matching_tests else ""
        name = _short(f"{browser}{rule.kind} {rule.value}") + idle
        shown.add_row(minute(rule.expires_at)[:10], str(rule.matching_tests), str(rule.excused), rule.owner, name)
    if shown.row_count:
        out.print(shown, markup=False)
    _say_rest(out, advice.rules)


def _say_rest(out: Console, rules: Sequence[object]) -> None:
    if len(rules) > _MOST_RULES:
        out.print(f"  … and {len(rules) - _MOST_RULES} more; --json lists them all.", markup=False)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
