"""What stands before the rooms: trusted proxies and rate limits, as the settings say."""

from starlette.middleware import Middleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from shifty.config import Settings
from shifty.database.pool import Database
from shifty.tenants.gate import Gate
from shifty.tenants.meter import Meters
from shifty.tenants.rates import Bucket


def meters_for(database: Database, settings: Settings) -> Meters:
    limits = {
        Bucket.API: settings.requests_per_minute,
        Bucket.INGEST: settings.ingest_requests_per_minute,
        Bucket.ADDRESS: settings.address_requests_per_minute,
    }
    return Meters(database, limits)


def gates(database: Database, settings: Settings, meters: Meters) -> list[Middleware]:
    """The first one first. Whose address it is has to be known before addresses are counted."""
    gate = Middleware(Gate, database=database, meters=meters)
    if not settings.trusted_proxies:
        return [gate]
    # Uvicorn's own would trust this machine without being told; it is switched off where the server is started.
    return [Middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies), gate]
