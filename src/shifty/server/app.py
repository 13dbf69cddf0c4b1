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
from shifty.dashboard.page import error_page
from shifty.dashboard.routes import routers as dashboard_routers
from shifty.database.pool import Database
from shifty.dispatch.routes import router as dispatch_router
from shifty.flakiness.advice.routes import router as advice_router
from shifty.flakiness.fold_runs import FOLD_EVERY_S, fold_due
from shifty.flakiness.lists.error_routes import router as errors_router
from shifty.flakiness.lists.routes import router as flakiness_router
from shifty.flakiness.nightly import LOOK_EVERY_S, look_again_once_a_day
from shifty.healing.arbiter import Arbiter
from shifty.healing.expire import forget_unseen
from shifty.healing.heal import Healer
from shifty.healing.routes import STRUCTS as HEALING_STRUCTS
from shifty.healing.routes import router as healing_router
from shifty.history.retain import RETAIN_EVERY_S, retain
from shifty.history.routes import router as history_router
from shifty.live.bus import Bus
from shifty.live.hub import Hub
from shifty.live.pulse import Pulse
from shifty.orchestration.close import close_all
from shifty.orchestration.routes import router as orchestration_router
from shifty.pull_requests.follow import FOLLOW_EVERY_S, follow
from shifty.pull_requests.forges import Forges, forges_of
from shifty.pull_requests.open import RESUME_EVERY_S, resume
from shifty.pull_requests.routes import router as pull_requests_router
from shifty.quarantine.expire import EXPIRE_EVERY_S, expire_due
from shifty.quarantine.routes import router as quarantine_router
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
from shifty.tenants.session_routes import router as sessions_router
from shifty.tenants.sessions import drop_old_sessions
from shifty.web.errors import install
from shifty.web.openapi import operation_id
from shifty.webhooks.deliver import DELIVER_EVERY_S, FORGET_EVERY_S, deliver_due, forget
from shifty.webhooks.routes import router as webhooks_router
from shifty.webhooks.send import Sender

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
    app.state.public_url = settings.public_url
    app.state.error_page = error_page
    app.state.described_structs = HEALING_STRUCTS
    app.state.healer = Healer(database, _arbiter(settings))
    app.state.forges = forges = forges_of(settings)
    app.state.body_idle_s = settings.body_idle_seconds
    app.state.blobs = blobs = open_blobs(settings)
    app.state.upload_signer = Signer(database, blobs, settings.artifact_max_bytes)
    app.state.settings = settings
    app.state.webhook_sender = sender = Sender(
        settings.public_url, private_addresses=settings.webhook_private_addresses
    )
    app.state.duties = [*_duties(database, settings, blobs, forges), *_webhook_duties(database, sender)]
    app.state.database = database
    app.state.lease_for = lease_for
    app.state.bus = bus
    app.state.hub = Hub(database, bus)
    app.state.pulse = Pulse(database, bus)
    app.state.committer = Committer(database, _told_of_commits(database, bus))
    app.state.seats = seats = Seats(database, settings.max_producers)
    app.state.renew_seats = Duty("seats of producers", RENEW_EVERY_S, seats.renew)
    app.state.reaper = Reaper(database, bus, lease_for)
    install(app, *gates(database, settings, meters))
    app.include_router(health_router)
    for room in _rooms():
        app.include_router(room, prefix=PREFIX)
    for pages in dashboard_routers():
        app.include_router(pages)
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
    begin = [dispatch_router, orchestration_router, results_router]
    history = [flakiness_router, errors_router, advice_router, quarantine_router, history_router]
    healing = [healing_router, pull_requests_router]
    account = [tenants_router, sessions_router, webhooks_router]
    return [*begin, *history, *healing, artifacts_router, runs_router, *account]


def _duties(database: Database, settings: Settings, blobs: BlobStore, forges: Forges) -> list[Duty]:
    url = settings.public_url
    return [
        Duty("sessions that are over", 3600, partial(drop_old_sessions, database)),
        Duty("full rate limit buckets", 60, partial(drop_full_buckets, database)),
        Duty("artifacts whose time is over", 10, partial(sweep, database, blobs)),
        Duty("what uploads have left behind", 3600, blobs.tidy),
        Duty("fingerprints that no test uses", 3600, partial(forget_unseen, database)),
        Duty("healing changes that were cut short", RESUME_EVERY_S, partial(resume, database, forges, url)),
        Duty("pull requests", FOLLOW_EVERY_S, partial(follow, database, forges)),
        Duty("runs that history has yet to take in", FOLD_EVERY_S, partial(fold_due, database)),
        Duty("the nightly look at all tests", LOOK_EVERY_S, partial(look_again_once_a_day, database)),
        Duty("quarantine rules whose time is over", EXPIRE_EVERY_S, partial(expire_due, database)),
        Duty("months of history", RETAIN_EVERY_S, partial(retain, database, settings.history_months)),
    ]


def _webhook_duties(database: Database, sender: Sender) -> list[Duty]:
    return [
        Duty("webhooks that are due", DELIVER_EVERY_S, partial(deliver_due, database, sender)),
        Duty("old deliveries of webhooks", FORGET_EVERY_S, partial(forget, database)),
    ]


def _arbiter(settings: Settings) -> Arbiter | None:
    if settings.llm_model is None:
        return None
    return Arbiter(
        url=settings.llm_url,
        model=settings.llm_model,
        key=settings.llm_api_key,
        timeout_s=settings.llm_timeout_seconds,
    )


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
    duties: list[Duty] = app.state.duties
    healer: Healer = app.state.healer
    hub: Hub = app.state.hub
    pulse: Pulse = app.state.pulse
    seats: Seats = app.state.seats
    renew_seats: Duty = app.state.renew_seats
    bus.start()
    committer.start()
    renew_seats.start()
    reaper.start()
    for duty in duties:
        duty.start()
    try:
        yield
    finally:
        for duty in duties:
            await duty.stop()
        await healer.close()
        hub.close()
        pulse.close()
        await renew_seats.stop()
        await seats.give_all_back()
        await reaper.stop()
        await committer.stop()
        await bus.stop()
