"""Finds the processes that a test has started, through whatever they were started, by a mark in their environment."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MARK = "SHIFTY_TESTS_MARK"
"""An environment variable; children inherit it."""


@dataclass(frozen=True)
class Found:
    pid: int
    command: str

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def stop(self) -> None:
        os.kill(self.pid, signal.SIGTERM)


def marked(mark: str) -> list[Found]:
    """All living processes that carry the mark, and the database that one of them has started."""
    wanted = f"{MARK}={mark}".encode()
    return [found for found, environment in _processes() if wanted in environment.split(b"\0")]


def workers(mark: str) -> list[Found]:
    return [found for found in marked(mark) if "shifty.cli worker " in found.command]


def servers(mark: str) -> list[Found]:
    return [found for found in marked(mark) if "shifty.cli server " in found.command]


def postgres(data_dir: Path) -> list[Found]:
    """The postmaster of the data folder, wherever it keeps its cluster."""
    location = data_dir / "pg.location"
    cluster = location.read_text().strip() if location.exists() else str(data_dir)
    return [found for found, _ in _processes() if "postgres -D " in found.command and cluster in found.command]


def eventually(condition: Callable[[], object], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())


def _processes() -> list[tuple[Found, bytes]]:
    processes: list[tuple[Found, bytes]] = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            environment = (folder / "environ").read_bytes()
        except OSError:
            continue
        if command:  # A zombie has none.
            processes.append((Found(int(folder.name), command), environment))
    return processes
