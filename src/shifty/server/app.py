"""The application: rooms, duties and health, put together."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from fastapi import APIRouter, FastAPI

import shifty
from shifty.artifacts.expire import sweep
from shifty.artifacts.routes import router as artifacts_router
from shifty.artifacts.sign import Signer
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
from shifty.results.seats import RENEW_EVERY_S, Seats
from shifty.results.socket import router as socket_router
from shifty.runs.routes import router as runs_router
from shifty.server.duty import Duty
from shifty.server.gates import gates, meters_for
from shifty.server.health import router as health_router
from shifty.server.reaper import Reaper
from shifty.storage.blobs import BlobStore
from shifty.storage.errors import StoreAway
from shifty.storage.open import open_blobs
from shifty.tenants.meter import drop_full_buckets
from shifty.tenants.routes import router as tenants_router
from shifty.web.errors import install
from shifty.web.openapi import operation_id

log = logging.getLogger(__name__)

PREFIX = "/api/v1"


def create_app(database: Database, settings: Settings) -> FastAPI:
    """The application over a migrated database. Its duties start and stop with it; the database stays the caller's.

    Raises:
        UsageError: the settings name no place for artifacts.
    """
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
    app.state.described_maxima = {"PresignRequest.sizeBytes": settings.artifact_max_bytes}
    app.state.forget_full_buckets = Duty("full rate limit buckets", 60, partial(drop_full_buckets, database))
    app.state.public_url = settings.public_url
    app.state.body_idle_s = settings.body_idle_seconds
    app.state.blobs = blobs = open_blobs(settings)
    app.state.upload_signer = Signer(database, blobs, settings.artifact_max_bytes)
    app.state.artifact_duties = [
        Duty("artifacts whose time is over", 10, partial(sweep, database, blobs)),
        Duty("what uploads have left behind", 3600, blobs.tidy),
    ]
    app.state.database = database
    app.state.lease_for = lease_for
    app.state.bus = bus
    app.state.hub = Hub(database, bus)
    app.state.committer = Committer(database, _told_of_commits(database, bus))
    app.state.seats = seats = Seats(database, settings.max_producers)
    app.state.renew_seats = Duty("seats of producers", RENEW_EVERY_S, seats.renew)
    app.state.reaper = Reaper(database, bus, lease_for)
    install(app, *gates(database, settings, meters))
    app.include_router(health_router)
    for room in _rooms():
        app.include_router(room, prefix=PREFIX)
    app.include_router(socket_router)
    app.include_router(socket_router, prefix=PREFIX)
    return app


async def check_artifacts(app: FastAPI) -> None:
    """Say at the start what would otherwise be said to the first upload.

    A store that does not answer is no reason not to start: it may be back before anything is uploaded.

    Raises:
        UsageError: the store is set up wrongly.
    """
    blobs: BlobStore = app.state.blobs
    try:
        await blobs.check()
    except StoreAway:
        log.warning("artifacts can't be taken until their store answers")


def _rooms() -> list[APIRouter]:
    # Queue statistics stand before the routes with a run id in the same place.
    return [dispatch_router, orchestration_router, results_router, artifacts_router, runs_router, tenants_router]


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
    artifact_duties: list[Duty] = app.state.artifact_duties
    hub: Hub = app.state.hub
    seats: Seats = app.state.seats
    renew_seats: Duty = app.state.renew_seats
    bus.start()
    committer.start()
    renew_seats.start()
    reaper.start()
    forget_full_buckets.start()
    for duty in artifact_duties:
        duty.start()
    try:
        yield
    finally:
        for duty in artifact_duties:
            await duty.stop()
        await forget_full_buckets.stop()
        hub.close()
        await renew_seats.stop()
        await seats.give_all_back()
        await reaper.stop()
        await committer.stop()
        await bus.stop()
