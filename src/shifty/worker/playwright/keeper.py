"""Keeps the web servers of a configuration running for as long as any worker of this machine needs them.

``python -m shifty.worker.playwright.keeper FOLDER`` goes on in the background when it has the lock there, reads
``servers.json``, starts what does not run yet, writes ``state.json`` and stays until nobody holds ``members.lock`` any
more, however the holders went. Each server has a guard, so that killing the keeper takes the servers with it;
``keeper.lock`` is held while it lives, so that the next worker sees whether there is one.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

from shifty.worker.playwright import guard
from shifty.worker.playwright.model import WebServer
from shifty.worker.playwright.probe import answers
from shifty.worker.playwright.rendezvous import FileLock

_LOOK_S = 0.25
# As Playwright starts them.
_EXTRA_ENV = {"BROWSER": "none", "FORCE_COLOR": "1", "DEBUG_COLORS": "1"}


class ServerFailed(Exception):
    """A server cannot be started; the message is for the user."""


def keep(folder: Path) -> None:
    lock = FileLock(folder / "keeper.lock")
    if not lock.try_exclusive() or os.fork():
        # The child has the lock, too. Nobody waits for it, so that it is nobody's zombie.
        return
    members = FileLock(folder / "members.lock")
    servers = [WebServer(**server) for server in json.loads((folder / "servers.json").read_text())]
    running: list[tuple[WebServer, subprocess.Popen[bytes]]] = []
    try:
        for position, server in enumerate(servers):
            process = _start(server, folder / f"server-{position}.log")
            if process:
                running.append((server, process))
                _wait(server, process, folder / f"server-{position}.log")
        _tell(folder, {"pid": os.getpid()})
        while not members.try_exclusive():
            time.sleep(_LOOK_S)
    except ServerFailed as failed:
        _tell(folder, {"pid": os.getpid(), "error": str(failed)})
    finally:
        for server, process in reversed(running):
            _stop(server, process)


def _tell(folder: Path, state: dict[str, object]) -> None:
    fresh = folder / "state.json.new"
    fresh.write_text(json.dumps(state))
    fresh.replace(folder / "state.json")


def _start(server: WebServer, log: Path) -> subprocess.Popen[bytes] | None:
    """The guarded server, or None if one runs already that may be used."""
    if answers(server):
        if server.reuse:
            return None
        raise ServerFailed(
            f"{server.url} is already used: make sure that nothing is running there, "
            "or set reuseExistingServer: true in config.webServer."
        )
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", guard.__file__, "/bin/sh", "-c", server.command],
            cwd=server.cwd,
            env={**_EXTRA_ENV, **os.environ, **server.env},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def _wait(server: WebServer, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + server.timeout_s
    pause = 0.05
    while not answers(server):
        if process.poll() is not None:
            raise ServerFailed(f"config.webServer `{server.command}` exited early: {_last_words(log)}")
        if time.monotonic() > deadline:
            raise ServerFailed(
                f"config.webServer `{server.command}` did not answer at {server.url} "
                f"within {server.timeout_s:g} s: {_last_words(log)}"
            )
        time.sleep(pause)
        pause = min(1.0, pause * 2)


def _last_words(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return " / ".join(lines[-3:]) or "it printed nothing"


def _stop(server: WebServer, process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    if server.stop_signal and process.poll() is None:
        process.stdin.write(bytes([signal.Signals[server.stop_signal]]))
        process.stdin.flush()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(server.stop_timeout_s or None)
    process.stdin.close()
    process.wait()


def write_servers(folder: Path, servers: list[WebServer]) -> None:
    """What the keeper is to start."""
    (folder / "servers.json").write_text(
        json.dumps([{**asdict(server), "env": dict(server.env)} for server in servers])
    )


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
