"""``shifty``: puts the commands together and turns failures into a sentence and an exit code."""

import importlib
import sys
from importlib.util import find_spec
from typing import Annotated

import typer

from shifty.cli.exits import KNOWN_FAILURES, Exit, exit_of
from shifty.cli.output import complain

COMMANDS = (
    "up",
    "run",
    "rerun",
    "ci",
    "server",
    "worker",
    "plan",
    "simulate",
    "runs",
    "show",
    "watch",
    "cancel",
    "failed",
    "artifacts",
    "queue",
    "open",
    "tenants",
    "keys",
    "projects",
    "webhooks",
    "audit",
    "heal",
    "advise",
    "flaky",
    "tests",
    "test",
    "errors",
    "quarantine",
    "history",
    "doctor",
)


def main() -> None:
    """Run the command of the command line; never returns."""
    try:
        application(sys.argv[1:])(standalone_mode=True)
    except KNOWN_FAILURES as error:
        complain(str(error))
        sys.exit(exit_of(error))
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone (`shifty runs | head`): nothing is left to say, and Python must not try to.
        sys.stderr.close()
        sys.exit(Exit.PASSED)


def application(arguments: list[str]) -> typer.Typer:
    """The application with the commands that ``arguments`` may need: loading all would slow each worker's start."""
    app = typer.Typer(
        name="shifty",
        help="A Playwright suite on N machines, as fast as N machines can.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_options)
    asked = arguments[0] if arguments and arguments[0] in COMMANDS else None
    for name in (asked,) if asked else COMMANDS:
        if find_spec(f"shifty.cli.{name}"):
            importlib.import_module(f"shifty.cli.{name}").register(app)
    return app


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version  # Here: it costs every worker 40 ms, and only this needs it.

        typer.echo(f"shifty {version('shifty')}")
        raise typer.Exit


def _options(
    version_: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    pass


if __name__ == "__main__":
    main()
