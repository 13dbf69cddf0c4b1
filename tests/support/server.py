"""A real server on a free port of this machine, in the event loop of the test."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI
from starlette.routing import BaseRoute

from shifty.config import Settings
from shifty.database.pool import Database
from shifty.tenants.keys import create_key, create_tenant
from shifty.tenants.model import Scope, Tenant
from shifty.web.protocol import LimitedHttp


@dataclass(frozen=True)
class RunningServer:
    url: str
    key: str
    """Of ``tenant``, with every scope."""
    tenant: Tenant
    db: Database

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "X-Tenant-Id": str(self.tenant.id)}


@asynccontextmanager
async def running_server(db: Database, settings: Settings, tenant: Tenant) -> AsyncGenerator[RunningServer]:
    from shifty.server.app import create_app  # Here, so that a test of a lower room does not need the whole server.

    key = await create_key(db, tenant.id, frozenset(Scope), name="tests")
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    port = listener.getsockname()[1]
    config = uvicorn.Config(
        _with_built_routes(create_app(db, settings)),
        http=LimitedHttp,
        log_config=None,
        ws="websockets-sansio",
        ws_max_size=1024 * 1024,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=2,
        proxy_headers=False,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            if serving.done():
                serving.result()
                raise RuntimeError("the server ended before it was ready")
            await asyncio.sleep(0.005)
        yield RunningServer(f"http://127.0.0.1:{port}", key.text, tenant, db)
    finally:
        server.stop()
        await serving
        listener.close()


async def new_tenant(db: Database, slug: str) -> Tenant:
    return await create_tenant(db, slug)


class _Server(uvicorn.Server):
    """Stops when it is told to, not at its next look."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()

    def stop(self) -> None:
        self.should_exit = True
        self._told.set()

    async def main_loop(self) -> None:
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), 0.1)


_built: list[BaseRoute] = []
"""Of the first application of this process."""


def _with_built_routes(app: FastAPI) -> FastAPI:
    """With the same routes as the first: FastAPI builds them at an application's first request, for half a second."""
    if not _built:
        _built.extend(app.routes)
    for at, (built, new) in enumerate(zip(_built, app.routes, strict=True)):
        router = getattr(new, "original_router", None)
        if router is not None and getattr(built, "original_router", None) is router:
            app.router.routes[at] = built
    return app
