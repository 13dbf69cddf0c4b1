"""``shifty heal``: rank, try, measure; what was healed, what to say about it, and how to write it into the source."""

import importlib
import sys
from importlib.util import find_spec

import typer

COMMANDS = {
    **{name: name for name in ("rank", "try", "bench", "apply", "list", "prs")},
    **dict.fromkeys(("accept", "refuse", "withdraw", "decisions"), "decide"),
}
"""Each with the end of the name of its module."""


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Healing: what a broken locator means on the page as it is now.")
    # `heal rank` is called in a loop: what the others need would slow it.
    asked = sys.argv[2] if len(sys.argv) > 2 and sys.argv[1] == "heal" else None
    for name in (COMMANDS[asked],) if asked in COMMANDS else dict.fromkeys(COMMANDS.values()):
        if find_spec(f"shifty.cli.heal_{name}"):
            importlib.import_module(f"shifty.cli.heal_{name}").register(group)
    app.add_typer(group, name="heal")
