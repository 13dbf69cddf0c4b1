"""``shifty heal``: rank candidates, try a redesign, measure the healer, write what was healed into the source."""

import importlib
import sys
from importlib.util import find_spec

import typer

COMMANDS = ("rank", "try", "bench", "apply")


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Healing: what a broken locator means on the page as it is now.")
    # `heal rank` is called in a loop: what the others need would slow it.
    asked = sys.argv[2] if len(sys.argv) > 2 and sys.argv[1] == "heal" else None
    for name in (asked,) if asked in COMMANDS else COMMANDS:
        if find_spec(f"shifty.cli.heal_{name}"):
            importlib.import_module(f"shifty.cli.heal_{name}").register(group)
    app.add_typer(group, name="heal")
