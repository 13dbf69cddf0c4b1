"""What can be asked of ``shifty run``."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Files: TypeAlias = Annotated[list[str] | None, typer.Argument(help="Spec files or folders, as for `playwright test`.")]
Workers: TypeAlias = Annotated[
    int | None,
    typer.Option("--workers", "-w", min=1, max=20, help="Workers on this machine; default: its cores, at most 5."),
]
Lanes: TypeAlias = Annotated[
    int, typer.Option("--lanes", "--workers-per-machine", min=1, max=64, help="Tests that one worker runs at once.")
]
Folder: TypeAlias = Annotated[Path, typer.Option("--dir", "-C", help="Folder of the Playwright project.")]
Grep: TypeAlias = Annotated[str | None, typer.Option("--grep", "-g", help="Only tests that match this pattern.")]
PwProject: TypeAlias = Annotated[
    list[str] | None, typer.Option("--pw-project", help="Only this project of Playwright's configuration.")
]
PwArg: TypeAlias = Annotated[
    list[str] | None, typer.Option("--pw-arg", help="One more argument for Playwright; also everything after --.")
]
Project: TypeAlias = Annotated[
    str | None, typer.Option("--project", help="Name under which history is kept; default: the git remote.")
]
Branch: TypeAlias = Annotated[str | None, typer.Option("--branch", help="Default: from git or the CI.")]
Commit: TypeAlias = Annotated[str | None, typer.Option("--commit", help="Default: from git or the CI.")]
CiBuildId: TypeAlias = Annotated[str | None, typer.Option("--ci-build-id", help="Runs with the same id are one run.")]


@dataclass(frozen=True)
class Choice:
    """Which tests, in Playwright's own words."""

    files: Sequence[str]
    arguments: Sequence[str]


@dataclass(frozen=True)
class Origin:
    """Where the run comes from; None where the checkout tells."""

    project: str | None
    branch: str | None
    commit: str | None
    ci_build_id: str | None


@dataclass(frozen=True)
class Asked:
    folder: Path
    config: Path | None
    choice: Choice
    workers: int
    lanes: int
    origin: Origin


def choose(
    files: Sequence[str] | None,
    pw_args: Sequence[str] | None,
    pw_projects: Sequence[str] | None,
    grep: str | None,
    command_line: Sequence[str] = sys.argv,
) -> Choice:
    """The choice of the command line. The parser gives what follows ``--`` as files; it is for Playwright."""
    words = list(command_line)
    after = words[words.index("--") + 1 :] if "--" in words else []
    named = list(files or [])
    arguments = [*(pw_args or []), *after, *(f"--project={name}" for name in pw_projects or [])]
    arguments += ["--grep", grep] if grep else []
    return Choice(named[: len(named) - len(after)], arguments)
