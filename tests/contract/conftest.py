"""A real server over real HTTP."""

from collections.abc import AsyncGenerator
from uuid import UUID

import httpx
import pytest

from shifty.config import Settings
from shifty.database.pool import Database
from tests.contract.stranger import API, Stranger
from tests.runs.seed import Seed
from tests.support.server import RunningServer, running_server

__all__ = ["API"]


@pytest.fixture
async def http(server: RunningServer) -> AsyncGenerator[httpx.AsyncClient]:
    """A client that sends no key and no tenant unless it is told to."""
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
        yield client


@pytest.fixture
async def a_run(server: RunningServer) -> UUID:
    return await Seed(server.db, server.tenant.id).run(branch="main")


@pytest.fixture
async def stranger(server: RunningServer) -> AsyncGenerator[Stranger]:
    """Somebody who has read the contract, with a key for everything."""
    async with httpx.AsyncClient(base_url=server.url, headers=server.headers, timeout=60) as client:
        yield Stranger(client)


@pytest.fixture
async def other_server(shared_dsn: str, server: RunningServer, settings: Settings) -> AsyncGenerator[RunningServer]:
    """Another server for the same tenant over the same database, as behind a load balancer."""
    db = await Database.open(shared_dsn)
    async with running_server(db, settings, server.tenant) as running:
        yield running
    await db.close()
