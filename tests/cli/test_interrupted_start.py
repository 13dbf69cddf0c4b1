"""Ctrl-C between the start of a run and its first worker."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from shifty.cli.exits import Interrupted
from shifty.cli.run_suite import started
from shifty.client import runs_api
from shifty.client.model import Address, Orchestrated
from shifty.client.runs_api import Orchestrate
from shifty.client.transport import Transport
from tests.support.server import RunningServer

ASKED = Orchestrate(test_files=["a.spec.ts"], worker_count=1, project="shop")


@pytest.fixture
async def transport(server: RunningServer) -> AsyncGenerator[Transport]:
    async with Transport(Address(server.url, server.key, server.tenant.slug)) as transport:
        yield transport


async def test_a_run_that_was_being_started_is_cancelled(transport: Transport) -> None:
    asking = asyncio.Event()

    async def ask() -> Orchestrated:
        asking.set()
        return await runs_api.orchestrate(transport, ASKED)

    async def run() -> None:
        async with started(transport, ask()):
            raise AssertionError("it was interrupted before")

    running = asyncio.create_task(run())
    await asking.wait()
    running.cancel()

    with pytest.raises(Interrupted, match="is cancelled"):
        await running
    assert await statuses(transport) == ["cancelled"]


async def test_a_run_whose_workers_are_being_started_is_cancelled(transport: Transport) -> None:
    begun = asyncio.Event()

    async def run() -> None:
        async with started(transport, runs_api.orchestrate(transport, ASKED)):
            begun.set()
            await asyncio.Event().wait()

    running = asyncio.create_task(run())
    await begun.wait()
    running.cancel()

    with pytest.raises(Interrupted, match="is cancelled"):
        await running
    assert await statuses(transport) == ["cancelled"]


async def test_a_run_that_went_its_way_is_left_alone(transport: Transport) -> None:
    async with started(transport, runs_api.orchestrate(transport, ASKED)):
        pass

    assert await statuses(transport) == ["pending"]


async def statuses(transport: Transport) -> list[str]:
    return [run.status for run in runs_api.read_page(await runs_api.list_runs(transport, {})).runs]
