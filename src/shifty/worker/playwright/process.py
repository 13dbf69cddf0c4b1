"""One Playwright process under a guard, and the events that it writes, as they come."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shifty.worker.playwright import events as ev
from shifty.worker.playwright import guard

_LOOK_S = 0.04
"""How often the file of events is read. A pipe would tell at once, and make tests wait whenever we are slow."""


@dataclass(frozen=True)
class Launch:
    command: Sequence[str]
    cwd: Path
    env: Mapping[str, str]
    events: Path
    log: Path
    """Takes what Playwright and the user's reporters print."""


class PlaywrightProcess:
    """Started by ``run``; ``stop`` and ``kill`` may be called at any time, also before and after."""

    def __init__(self, launch: Launch) -> None:
        self._launch = launch
        self._process: asyncio.subprocess.Process | None = None
        self.stopped = False

    async def run(self, on_event: Callable[[ev.AnyEvent], None]) -> int:
        """Run it to its end; the exit code, above 128 for a signal. Cancelling kills everything of it first."""
        launch = self._launch
        with launch.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", guard.__file__, *launch.command),
                cwd=launch.cwd,
                env=launch.env,
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        self._process = process
        try:
            await self._follow(process, on_event)
        finally:
            if process.returncode is None:
                self.kill()
                await asyncio.shield(process.wait())
            _close(process)
        return process.returncode if process.returncode is not None else guard.KILLED

    def stop(self) -> None:
        """Ask Playwright to end now: running tests are interrupted, hooks and teardown still run."""
        self.stopped = True
        if self._process and self._process.stdin and self._process.returncode is None:
            with contextlib.suppress(OSError):
                self._process.stdin.write(bytes([signal.SIGINT]))

    def kill(self) -> None:
        """End it and all it has started, browsers and servers included, at once."""
        self.stopped = True
        if self._process:
            _close(self._process)

    async def _follow(self, process: asyncio.subprocess.Process, on_event: Callable[[ev.AnyEvent], None]) -> None:
        if self.stopped:
            self.kill()
        tail = Tail(self._launch.events)
        ended = asyncio.create_task(process.wait())
        try:
            while True:
                done, _ = await asyncio.wait({ended}, timeout=_LOOK_S)
                for event in tail.read():
                    on_event(event)
                if done:
                    return
        finally:
            ended.cancel()


class Tail:
    """Reads what has been added to a file of events; the last line only once it is whole."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._position = 0

    def read(self) -> list[ev.AnyEvent]:
        try:
            with self._file.open("rb") as opened:
                opened.seek(self._position)
                data = opened.read()
        except FileNotFoundError:
            return []
        whole = data.rfind(b"\n") + 1
        self._position += whole
        return [event for line in data[:whole].splitlines() if (event := ev.parse(line)) is not None]


def _close(process: asyncio.subprocess.Process) -> None:
    if process.stdin and not process.stdin.is_closing():
        process.stdin.close()
