"""A machine with a Playwright project whose tests need no browser."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.command_line import CommandLine, make_project
from tests.e2e.processes import eventually, marked, postgres

MakeMachine = Callable[..., CommandLine]


@contextmanager
def machines(folder: Path) -> Generator[MakeMachine]:
    """Makes machines below ``folder``. At the end nothing of them may run any more."""
    made: list[CommandLine] = []

    def make(files: Mapping[str, str], config: str = "", **environment: str) -> CommandLine:
        home = folder / f"machine-{len(made)}"
        machine = CommandLine(home / "data", make_project(home / "shop", files, config), dict(environment))
        made.append(machine)
        return machine

    yield make
    for machine in made:
        gone = eventually(lambda m=machine: not marked(m.mark) and not postgres(m.data_dir), 60)
        left = [*marked(machine.mark), *postgres(machine.data_dir)]
        for process in left:
            process.kill()
        assert gone, f"left behind: {[process.command[:200] for process in left]}"


@pytest.fixture
def make_machine(tmp_path: Path) -> Generator[MakeMachine]:
    with machines(tmp_path) as make:
        yield make
