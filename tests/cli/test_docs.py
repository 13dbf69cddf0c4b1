"""docs/cli.md describes every command and every option."""

from pathlib import Path
from typing import cast

import click
import typer
import typer.main

from shifty.cli.main import application

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "cli.md").read_text()


def test_every_command_and_option_is_described() -> None:
    group = cast("click.Group", typer.main.get_command(application([])))
    missing: list[str] = []
    for name, command in group.commands.items():
        if f"## `shifty {name}" not in PAGE:
            missing.append(name)
        missing += [f"{name} {option}" for option in options(command) if f"`{option}" not in section(name)]
    assert not missing


def options(command: click.Command) -> list[str]:
    visible = [option for option in command.params if isinstance(option, click.Option) and not option.hidden]
    if isinstance(command, click.Group):
        return [option for below in command.commands.values() for option in options(below)]
    return [max(option.opts, key=len) for option in visible if option.name != "help"]


def section(name: str) -> str:
    _, _, rest = PAGE.partition(f"## `shifty {name}")
    return rest.partition("\n## ")[0] + PAGE.partition("\n## ")[0]
