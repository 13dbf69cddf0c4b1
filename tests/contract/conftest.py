"""A real server over real HTTP."""

from collections.abc import AsyncGenerator
from uuid import UUID

import httpx
import pytest

from tests.contract.stranger import API, Stranger
from tests.runs.seed import Seed
from tests.support.server import RunningServer

__all__ = ["API"]


@pytest.fixture
async def http(server: RunningServer) -> AsyncGenerator[httpx.AsyncClient]:
    """A client that sends no key and no tenant unless it is told to."""
    async with httpx.AsyncClient(base_url=server.url) as client:
        yield client


@pytest.fixture
async def a_run(server: RunningServer) -> UUID:
    return await Seed(server.db, server.tenant.id).run(branch="main")


@pytest.fixture
async def stranger(server: RunningServer) -> AsyncGenerator[Stranger]:
    """Somebody who has read the contract, with a key for everything."""
    async with httpx.AsyncClient(base_url=server.url, headers=server.headers, timeout=60) as client:
        yield Stranger(client)
