"""The application: rooms, duties and health, put together."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from fastapi import APIRouter, FastAPI

import shifty
from shifty.config import Settings
from shifty.database.pool import Database
from shifty.dispatch.routes import router as dispatch_router
from shifty.live.bus import Bus
from shifty.live.hub import Hub
from shifty.orchestration.close import close_all
from shifty.orchestration.routes import router as orchestration_router
from shifty.results.commit import Committer, Listener
from shifty.results.ingest import Stored
from shifty.results.routes import router as results_router
from shifty.results.socket import router as socket_router
from shifty.runs.routes import router as runs_router
from shifty.server.duty import Duty
from shifty.server.gates import gates, meters_for
from shifty.server.health import router as health_router
from shifty.server.reaper import Reaper
from shifty.tenants.meter import drop_full_buckets
from shifty.tenants.routes import router as tenants_router
from shifty.web.errors import install
from shifty.web.openapi import operation_id

PREFIX = "/api/v1"


def create_app(database: Database, settings: Settings) -> FastAPI:
    """The application over a migrated database. Its duties start and stop with it; the database stays the caller's."""
    lease_for = timedelta(seconds=settings.lease_seconds)
    app = FastAPI(
        title="Shifty",
        version=shifty.__version__,
        summary="The open, self-hosted test orchestrator.",
        lifespan=_lifespan,
        docs_url="/docs",
        openapi_url=f"{PREFIX}/openapi.json",
        redoc_url=None,
        generate_unique_id_function=operation_id,
    )
    bus = Bus(database)
    meters = meters_for(database, settings)
    app.state.meters = meters
    app.state.forget_full_buckets = Duty("full rate limit buckets", 60, partial(drop_full_buckets, database))
    app.state.database = database
    app.state.lease_for = lease_for
    app.state.bus = bus
    app.state.hub = Hub(database, bus)
    app.state.committer = Committer(database, _told_of_commits(database, bus))
    app.state.reaper = Reaper(database, bus, lease_for)
    install(app, *gates(database, settings, meters))
    app.include_router(health_router)
    for room in _rooms():
        app.include_router(room, prefix=PREFIX)
    app.include_router(socket_router)
    app.include_router(socket_router, prefix=PREFIX)
    return app


def _rooms() -> list[APIRouter]:
    # Queue statistics stand before the routes with a run id in the same place.
    return [dispatch_router, orchestration_router, results_router, runs_router, tenants_router]


def _told_of_commits(database: Database, bus: Bus) -> Listener:
    async def told(stored: Stored) -> None:
        bus.mark(stored.changed)
        if stored.ended:
            bus.mark(await close_all(database, stored.ended))

    return told


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    bus: Bus = app.state.bus
    committer: Committer = app.state.committer
    reaper: Reaper = app.state.reaper
    forget_full_buckets: Duty = app.state.forget_full_buckets
    bus.start()
    committer.start()
    reaper.start()
    forget_full_buckets.start()
    try:
        yield
    finally:
        await forget_full_buckets.stop()
        await reaper.stop()
        await committer.stop()
        await bus.stop()
