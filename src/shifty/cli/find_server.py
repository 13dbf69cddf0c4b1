"""Which server a command talks to: the one that is configured, else the one of this machine."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from shifty.cli.local_server import LOCAL_TENANT, LocalServer
from shifty.client.model import Address
from shifty.client.transport import Transport
from shifty.config import Settings
from shifty.errors import UsageError


def configured(settings: Settings) -> Address | None:
    """The server that flags, environment or ``shifty.toml`` name; None: that of this machine."""
    if not settings.api_url:
        return None
    if not settings.api_url.startswith(("http://", "https://")):
        raise UsageError(f"{settings.api_url!r} is no address of a server; write it as http://host:port.")
    if not settings.api_key:
        raise UsageError(f"{settings.api_url} wants an API key: set SHIFTY_API_KEY (see `shifty keys create`).")
    return Address(settings.api_url, settings.api_key, settings.tenant_id or LOCAL_TENANT)


@asynccontextmanager
async def connected(settings: Settings) -> AsyncGenerator[Transport]:
    """A connection for a command that only asks. A local server that does not run is started for the moment."""
    address = configured(settings)
    if address is not None:
        async with Transport(address) as transport:
            yield transport
        return
    async with LocalServer(settings.data_dir) as server, Transport(server.address) as transport:
        yield transport
