"""A worker that is killed leaves no Playwright, no browser and no web server behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.worker.playwright import run_batch
from tests.worker.playwright.conftest import REPOSITORY, copied_suite

CHROMIUM = Path("/usr/bin/chromium")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


@dataclass(frozen=True)
class Process:
    pid: int
    started: str
    command: str


def processes() -> dict[int, tuple[int, Process]]:
    """Living processes, each with its parent's id."""
    found: dict[int, tuple[int, Process]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if fields[0] != "Z":
            found[int(folder.name)] = (int(fields[1]), Process(int(folder.name), fields[19], command))
    return found


def below(pid: int) -> set[Process]:
    """All descendants of a process."""
    everything = processes()
    pids = {pid}
    while fresh := {child for child, (parent, _) in everything.items() if parent in pids} - pids:
        pids |= fresh
    return {everything[child][1] for child in pids - {pid}}


def survivors(of: set[Process]) -> set[Process]:
    return of & {process for _, process in processes().values()}


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium package")
def test_a_worker_killed_with_its_browser_open_leaves_no_process_behind(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    env = {**os.environ, "HANG": "1", "PORT": port, "CHROMIUM": str(CHROMIUM)}
    command = [sys.executable, "-m", run_batch.__name__, str(copied_suite("browser", tmp_path))]
    with subprocess.Popen(command, cwd=REPOSITORY, env=env, stdout=subprocess.PIPE, text=True) as worker:
        try:
            wait_until(lambda: any("--type=renderer" in each.command for each in below(worker.pid)), "no browser")
            started = below(worker.pid)
        finally:
            os.kill(worker.pid, signal.SIGKILL)

    assert any("cli.js test" in process.command for process in started)
    assert any("node server.js" in process.command for process in started)
    wait_until(lambda: not survivors(started), "the worker has left processes behind")
