"""Shares the configuration's web servers among all batches and workers of this machine.

Playwright starts ``webServer`` in each of its processes and refuses to when the port is taken. Here a keeper starts
them once, and the reporter marks them as reusable in every batch. A server that is ready when it prints something, or
that has no address, is left to Playwright.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from shifty.errors import UsageError
from shifty.worker.playwright import keeper
from shifty.worker.playwright.environment import SECRETS
from shifty.worker.playwright.model import Suite
from shifty.worker.playwright.rendezvous import FileLock, exclusively, meeting_place

_LOOK_S = 0.05


class SharedServers:
    """This worker's membership. As long as one process of the machine holds one, the servers run."""

    def __init__(self, suite: Suite) -> None:
        self._servers = [server for server in suite.web_servers if server.shareable]
        # The same configuration may name other servers in another environment: a port from a variable, for example.
        which = [repr(server) for server in self._servers]
        self._folder = meeting_place(suite.root, suite.config, *which) if self._servers else None
        self._member: FileLock | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(server.url for server in self._servers if server.url)

    async def ensure(self) -> None:
        """Have the servers running: started by whoever comes first, again if their keeper was killed.

        Raises:
            UsageError: a port is taken, or a server does not come up.
        """
        if self._folder is None:
            return
        async with exclusively(self._folder / "start.lock"):
            if self._member is None:
                member = FileLock(self._folder / "members.lock")
                # The keeper of an earlier run may be looking at this very moment.
                while not member.try_shared():  # noqa: ASYNC110 - another process frees it
                    await asyncio.sleep(_LOOK_S)
                self._member = member
            if not await self._kept(self._folder):
                await self._start(self._folder)

    def leave(self) -> None:
        if self._member:
            self._member.close()
            self._member = None

    async def _kept(self, folder: Path) -> bool:
        """Whether a living keeper has the servers up. One that is going away is waited for."""
        probe = FileLock(folder / "keeper.lock")
        try:
            while not probe.try_exclusive():
                state = _state(folder)
                if state is not None and "error" not in state:
                    return True
                await asyncio.sleep(_LOOK_S)
            return False
        finally:
            probe.close()

    async def _start(self, folder: Path) -> None:
        (folder / "state.json").unlink(missing_ok=True)
        keeper.write_servers(folder, self._servers)
        with (folder / "keeper.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", keeper.__name__, str(folder)),
                env={name: value for name, value in os.environ.items() if name not in SECRETS},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        # It goes on as a process of its own.
        await process.wait()
        keeping = FileLock(folder / "keeper.lock")
        try:
            while (state := _state(folder)) is None:
                if keeping.try_exclusive():
                    raise UsageError(f"The web servers could not be started: see {folder / 'keeper.log'}.")
                await asyncio.sleep(_LOOK_S)
        finally:
            keeping.close()
        if error := state.get("error"):
            self.leave()
            raise UsageError(str(error))


def _state(folder: Path) -> dict[str, object] | None:
    try:
        return json.loads((folder / "state.json").read_text())
    except (FileNotFoundError, ValueError):
        return None
