"""A worker without a machine, over HTTP: it passes what it is given, and fails what is called "fails"."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from shifty import wire
from shifty.client import worker_api
from shifty.client.account import Address
from shifty.client.model import ItemToRun, Lease
from shifty.client.transport import Transport
from shifty.client.worker_api import Claimant, Finish
from tests.support.server import RunningServer


def address_of(server: RunningServer) -> Address:
    return Address(server.url, server.key, str(server.tenant.id))


@asynccontextmanager
async def hand_worker(server: RunningServer) -> AsyncGenerator[None]:
    """It works on every run of the tenant."""
    working = asyncio.create_task(_work(server))
    try:
        yield
    finally:
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working


async def _work(server: RunningServer) -> None:
    who = Claimant(uuid.uuid4(), "by hand")
    async with Transport(address_of(server)) as transport:
        while True:
            claim = await worker_api.claim(transport, None, who, None, patience_s=30)
            if isinstance(claim, Lease):
                await _run(transport, claim)
            else:
                await asyncio.sleep(0.1)


async def _run(transport: Transport, lease: Lease) -> None:
    refs = [ref for item in lease.items for ref in _refs(item)]
    discovered = wire.RunStartMessage(payload=wire.RunStart(tests=refs, lease=lease.token))
    began = [wire.TestStartMessage(payload=wire.TestStart(**_fields(ref), lease=lease.token)) for ref in refs]
    results = [wire.TestResult(**_fields(ref), **_outcome(ref), duration_ms=5) for ref in refs]
    batch = wire.TestBatchMessage(payload=wire.TestBatch(results=results, lease=lease.token))
    messages = [msgspec.json.encode(message) for message in (discovered, *began, batch)]
    await worker_api.post_events(transport, lease.run_id, messages, patience_s=30)
    await worker_api.finish(transport, lease.run_id, lease.token, Finish(outcome="finished"), patience_s=30)


def _refs(item: ItemToRun) -> list[wire.TestRef]:
    titles = [(test.title_path, test.project_name) for test in item.tests or []] or [(["works"], "")]
    return [
        wire.TestRef(test_file=item.file, test_name=path[-1], title_path=path, project_name=project)
        for path, project in titles
    ]


def _outcome(ref: wire.TestRef) -> dict[str, Any]:
    fails = ref.test_name == "fails"
    return {"status": "failed", "error_message": "expected 1, got 2"} if fails else {"status": "passed"}


def _fields(ref: wire.TestRef) -> dict[str, Any]:
    return msgspec.structs.asdict(ref)
