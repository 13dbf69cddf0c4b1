"""The server of this machine: found by ``<data>/server.json``, or started for as long as somebody uses it.

Whoever uses a data folder holds a shared lock on ``<data>/users.lock``. A server that was started with ``--while-used``
stops when it gets that lock for itself, so that the last user takes it along, however that user ended: the lock of a
process that was killed is released by the kernel.
"""

import asyncio
import contextlib
import signal
import sys
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from shifty.cli.data_dir import make_data_dir
from shifty.cli.file_lock import FileLock
from shifty.cli.server_file import KEY_FILE, read_server_file
from shifty.client.model import Address
from shifty.errors import UsageError

LOCAL_TENANT = "local"
_START_S = 60.0
_STOP_S = 15.0


class LocalServer:
    """Found or started on entering; on leaving, one that we started and nobody else uses is stopped."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._users = FileLock(data_dir / "users.lock")
        self._child: asyncio.subprocess.Process | None = None
        self._url = ""

    async def __aenter__(self) -> Self:
        make_data_dir(self._data_dir)
        await self._users.shared()
        try:
            self._url = await self._find_or_start(port=0)
        except BaseException:
            self._users.release()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._users.release()
        child = self._child
        if child is None or child.returncode is not None or not self._users.try_exclusive():
            return
        try:
            await _stop(child)
        finally:
            self._users.release()

    @property
    def address(self) -> Address:
        return _address(self._data_dir, self._url)

    async def revive(self) -> bool:
        """Make sure that a server is there; True when it had to be started again, on the same port."""
        if await _answers(self._url):
            return False
        await self._find_or_start(port=urlsplit(self._url).port or 0)
        return True

    async def _find_or_start(self, port: int) -> str:
        # One starter at a time: the others then find what it started.
        starting = FileLock(self._data_dir / "start.lock")
        await starting.exclusive()
        try:
            if url := await _find(self._data_dir):
                return url
            return await self._start(port)
        finally:
            starting.release()

    async def _start(self, port: int) -> str:
        logs = self._data_dir / "logs"
        logs.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "shifty.cli", "server", "--while-used", "--port", str(port)]
        with (logs / "server.log").open("ab") as log:
            began = log.tell()
            self._child = child = await asyncio.create_subprocess_exec(
                *command,
                "--data-dir",
                str(self._data_dir),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                # Ctrl-C in the terminal is for us: the run is to be cancelled on a server that still lives.
                start_new_session=True,
            )
        if await _said_ready(child) and (found := read_server_file(self._data_dir)):
            return found.url
        await _stop(child)
        if url := await _find(self._data_dir):
            return url
        raise UsageError(_last_words(logs / "server.log", began))


def running_here(data_dir: Path) -> Address | None:
    """The server that runs, or has run until it was killed, on this data folder."""
    found = read_server_file(data_dir)
    return _address(data_dir, found.url) if found else None


def _address(data_dir: Path, url: str) -> Address:
    key_file = data_dir / KEY_FILE
    try:
        return Address(url, key_file.read_text().strip(), LOCAL_TENANT)
    except OSError as error:
        raise UsageError(
            f"The key of the local server can't be read from {key_file} ({error.strerror}). Restart the server."
        ) from error


async def _find(data_dir: Path) -> str | None:
    found = read_server_file(data_dir)
    return found.url if found and await _answers(found.url) else None


async def _answers(url: str) -> bool:
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
            return (await http.get(f"{url}/healthz")).status_code < 500
    except httpx.HTTPError:
        return False


async def _said_ready(child: asyncio.subprocess.Process) -> bool:
    if child.stdout is None:
        return False
    try:
        return bool(await asyncio.wait_for(child.stdout.readline(), _START_S))
    except TimeoutError:
        return False


async def _stop(child: asyncio.subprocess.Process) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(number)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(child.wait(), _STOP_S)
            return


def _last_words(log: Path, began: int) -> str:
    with log.open("rb") as file:
        file.seek(began)
        lines = file.read().decode(errors="replace").strip().splitlines()
    return lines[-1].removeprefix("shifty: ") if lines else f"The server did not start; see {log}."
