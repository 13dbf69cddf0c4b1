"""Run the server in this process: database, migrations, HTTP, and the key for commands on this machine."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from shifty.cli.file_lock import FileLock
from shifty.cli.local_server import LOCAL_TENANT
from shifty.cli.server_file import KEY_FILE, ServerFile, remove_server_file, write_private, write_server_file
from shifty.config import Settings
from shifty.database.attach import opened
from shifty.database.embedded import EmbeddedPostgres
from shifty.database.pool import Database
from shifty.errors import Refusal, UsageError
from shifty.results.frames import MOST_BYTES
from shifty.server.app import check_artifacts, create_app
from shifty.tenants.authenticate import authenticate
from shifty.tenants.keys import create_key, create_tenant
from shifty.tenants.model import Scope
from shifty.web.protocol import LimitedHttp

# Streams of progress stay open as long as a run; a server that stops does not wait for them.
_GRACE_S = 2
_LOOK_S = 0.3


@dataclass(frozen=True)
class Listening:
    """``url`` is how commands on this machine reach it."""

    socket: socket.socket
    url: str


def listen(host: str, port: int) -> Listening:
    """Take the port before anything else is started.

    Raises:
        UsageError: it is taken, or the host is none of this machine's.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        taken = socket.socket(family, socket.SOCK_STREAM)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted connections inherit it. Without it an answer's body waits 40 ms until its head is acknowledged.
        taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        taken.bind((host, port))
        taken.listen(512)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(
            f"Can't listen on {host}:{port} ({reason}). Choose another --port (0: any free one) or stop what uses it."
        ) from error
    taken.setblocking(False)
    reached = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(host, host)  # noqa: S104 (compared, not bound)
    return Listening(taken, f"http://{reached}:{taken.getsockname()[1]}")


async def serve(
    settings: Settings,
    listening: Listening,
    ready: Callable[[str], Awaitable[None]],
    *,
    leaving: Callable[[], Awaitable[None]] | None = None,
    while_used: bool = False,
) -> None:
    """Serve until SIGTERM or SIGINT; ``while_used``: until nobody uses the data folder any more.

    ``ready`` is called once requests are answered, ``leaving`` before they no longer are.
    """
    users = FileLock(settings.data_dir / "users.lock")

    async def announce() -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        write_server_file(settings.data_dir, ServerFile(listening.url, os.getpid(), now, KEY_FILE))
        await ready(listening.url)

    async with _database(settings) as database:
        await _ensure_local_key(database, settings.data_dir)
        app = create_app(database, settings)
        await check_artifacts(app)

        async def leave() -> None:
            try:
                if leaving:
                    await leaving()
            finally:
                # Viewers go at once and come back to another server; else their streams would be cut after the grace.
                app.state.hub.close()
                app.state.pulse.close()

        server = _Server(_uvicorn_config(app), announce, leave)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, server.stop)
        watching = asyncio.create_task(_stop_when_unused(server, users)) if while_used else None
        try:
            await server.serve(sockets=[listening.socket])
        finally:
            remove_server_file(settings.data_dir)
            if watching:
                watching.cancel()
    # The lock is kept until here, so that the next user does not start while PostgreSQL is stopping.
    users.release()
    if not server.started:
        raise UsageError("The server did not start; the lines above say why.")


class _Server(uvicorn.Server):
    """Calls ``ready`` and ``leaving`` at its two ends."""

    def __init__(
        self,
        config: uvicorn.Config,
        ready: Callable[[], Awaitable[None]],
        leaving: Callable[[], Awaitable[None]] | None,
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._leaving = leaving
        self._last_acts: asyncio.Task[None] | None = None

    def stop(self) -> None:
        if self._last_acts is None:
            self._last_acts = asyncio.create_task(self._leave())

    async def _leave(self) -> None:
        try:
            if self._leaving:
                await self._leaving()
        finally:
            self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            await self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        # Ours do the same without raising the signal again at the end: a clean stop is exit code 0.
        yield


def _uvicorn_config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=LimitedHttp,
        ws="websockets-sansio",
        ws_max_size=MOST_BYTES,
        # A few kilobytes that unpack to hundreds of megabytes would all be unpacked before the first is looked at.
        ws_per_message_deflate=False,
        lifespan="on",
        access_log=False,
        # It would trust X-Forwarded-For of this machine unasked; the application has its own, by `trusted_proxies`.
        proxy_headers=False,
        log_level="warning",
        timeout_graceful_shutdown=_GRACE_S,
    )


@asynccontextmanager
async def _database(settings: Settings) -> AsyncGenerator[Database]:
    if settings.database_url:
        async with opened(settings.database_url, settings) as database:
            yield database
        return
    embedded = EmbeddedPostgres(settings.data_dir)
    await asyncio.to_thread(embedded.start)
    try:
        async with opened(embedded.dsn, settings) as database:
            yield database
    finally:
        await asyncio.to_thread(embedded.stop)


async def _ensure_local_key(database: Database, data_dir: Path) -> None:
    path = data_dir / KEY_FILE
    with contextlib.suppress(OSError, Refusal):
        # The folder may have been given another database since.
        await authenticate(database, f"Bearer {path.read_text().strip()}", LOCAL_TENANT, Scope.ADMIN)
        return
    tenant = await create_tenant(database, LOCAL_TENANT)
    made = await create_key(database, tenant.id, frozenset(Scope), name="commands on this machine")
    write_private(path, made.text.encode())


async def _stop_when_unused(server: _Server, users: FileLock) -> None:
    while not users.try_exclusive():  # noqa: ASYNC110 (nobody tells us when a process is killed)
        await asyncio.sleep(_LOOK_S)
    server.stop()
