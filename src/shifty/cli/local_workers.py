"""The worker processes that a command starts on this machine, and replaces when they die."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shifty.cli.exits import Exit

_GRACE_S = 3.0
"""After the last worker has left, the end of the run must be known by then; else there is work left."""


@dataclass(frozen=True)
class WorkerCommand:
    """How workers are started; ``arguments`` come after ``shifty worker``."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    logs: Path
    name: str = "worker"
    """What they are called, before their number."""


@dataclass
class _Member:
    process: asyncio.subprocess.Process
    log: Path


@dataclass
class LocalWorkers:
    """``count`` workers; one that dies is replaced, at most ``2 * count`` times in all."""

    command: WorkerCommand
    count: int
    gave_up: asyncio.Event = field(default_factory=asyncio.Event)
    """No worker is left and none will be started, though there may be work."""
    last_words: str | None = None
    _members: list[_Member] = field(default_factory=list[_Member])
    _started: int = 0
    _stopping: bool = False
    _watches: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def start(self) -> None:
        self.command.logs.mkdir(parents=True, exist_ok=True)
        for _ in range(self.count):
            await self._start_one()

    @property
    def alive(self) -> int:
        return sum(member.process.returncode is None for member in self._members)

    @property
    def replaced(self) -> int:
        return max(0, self._started - self.count)

    async def stop(self, patience_s: float, told_s: float = 10.0) -> None:
        """Let them leave by themselves for ``patience_s``, tell them to and wait ``told_s``, then kill them."""
        self._stopping = True
        for number, wait_s in ((None, patience_s), (signal.SIGTERM, told_s), (signal.SIGKILL, 5.0)):
            if number is not None:
                self._signal(number)
            if await self._all_gone(wait_s):
                break
        for watch in self._watches:
            watch.cancel()

    async def _all_gone(self, wait_s: float) -> bool:
        waits = [asyncio.create_task(member.process.wait()) for member in self._members]
        if not waits:
            return True
        _, late = await asyncio.wait(waits, timeout=wait_s)
        for wait in late:
            wait.cancel()
        return not late

    def _signal(self, number: signal.Signals) -> None:
        for member in self._members:
            with contextlib.suppress(ProcessLookupError):
                member.process.send_signal(number)

    async def _start_one(self) -> None:
        self._started += 1
        log = self.command.logs / f"worker-{self._started}.log"
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "shifty.cli", "worker", *self.command.arguments),
                *("--name", f"{self.command.name}-{self._started}", "--with-parent", str(os.getpid())),
                env={**os.environ, **self.command.environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # A Ctrl-C in the terminal is for us; we tell them.
                start_new_session=True,
            )
        member = _Member(process, log)
        self._members.append(member)
        watch = asyncio.create_task(self._watch(member))
        self._watches.add(watch)
        watch.add_done_callback(self._watches.discard)

    async def _watch(self, member: _Member) -> None:
        code = await member.process.wait()
        if self._stopping:
            return
        if code not in (Exit.PASSED, Exit.CANCELLED):
            self.last_words = last_words(member.log) or f"a worker ended with exit code {code} (see {member.log})"
            # What this machine lacks, the next worker would lack too.
            if code != Exit.USAGE and await self._replace():
                return
        if self.alive:
            return
        await asyncio.sleep(_GRACE_S)
        if self.alive or self._stopping:
            return
        if code in (Exit.PASSED, Exit.CANCELLED) and await self._replace():
            return
        self.gave_up.set()

    async def _replace(self) -> bool:
        if self._stopping or self.replaced >= 2 * self.count:
            return False
        await self._start_one()
        return True


def last_words(log: Path) -> str | None:
    """The sentence with which a command of ours has ended."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return None
    return next((line.removeprefix("shifty: ") for line in reversed(lines) if line.startswith("shifty: ")), None)
