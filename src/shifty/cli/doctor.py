"""``shifty doctor``: what this machine lacks, and the fix."""

import asyncio
from pathlib import Path

import typer
from rich.text import Text

from shifty.cli import doctor_checks as checks
from shifty.cli.exits import Exit
from shifty.cli.options import ApiKey, ApiUrl, DataDir, Flags, Json
from shifty.cli.output import console, print_json, table
from shifty.config import Settings


def register(app: typer.Typer) -> None:
    app.command(help="Look at what Shifty needs on this machine; say what is missing, and the fix.")(doctor)


def doctor(api_url: ApiUrl = None, api_key: ApiKey = None, data_dir: DataDir = None, json: Json = False) -> None:
    """Exit code 2 when something is missing."""
    settings = Flags(api_url=api_url, api_key=api_key, data_dir=data_dir).settings()
    found = examine(settings, Path.cwd())
    if json:
        print_json({"ok": all(check.ok for check in found), "checks": found})
    else:
        _show(found)
    if not all(check.ok for check in found):
        raise typer.Exit(Exit.USAGE)


def examine(settings: Settings, project_dir: Path) -> list[checks.Check]:
    return [
        checks.python(),
        checks.node(),
        checks.git(),
        *checks.playwright(project_dir),
        asyncio.run(checks.database(settings)),
        checks.data_folder(settings.data_dir),
        checks.port(settings),
        *checks.server(settings),
    ]


def _show(found: list[checks.Check]) -> None:
    rows = table("", "", "")
    rows.show_header = False
    for check in found:
        mark = Text("ok", "green") if check.ok else Text("missing", "red")
        rows.add_row(mark, check.name, check.found)
        if check.fix:
            rows.add_row("", "", Text(f"fix: {check.fix}", "bold"))
    console(json=False).print(rows)
