"""The client against a real server: it understands every answer."""

import asyncio
import socket
import uuid

import msgspec
import pytest

from shifty import wire
from shifty.client import runs_api, worker_api
from shifty.client.errors import Cancelled, LeaseGone, ServerAway, Stopped
from shifty.client.model import Address, Drained, Idle, Lease, Orchestrated, Snapshot
from shifty.client.progress import current, follow
from shifty.client.runs_api import Orchestrate
from shifty.client.transport import Transport
from shifty.client.worker_api import Claimant, Finish
from tests.support.server import RunningServer

TESTS = [wire.PlannedTest(test_file="a.spec.ts", test_name=name, title_path=[name]) for name in ("one", "two")]


def address_of(server: RunningServer) -> Address:
    return Address(server.url, server.key, str(server.tenant.id))


def claimant(name: str = "w1") -> Claimant:
    return Claimant(uuid.uuid4(), name)


async def begun(transport: Transport) -> Orchestrated:
    asked = Orchestrate(test_files=["a.spec.ts"], worker_count=1, project="shop", tests=TESTS)
    return await runs_api.orchestrate(transport, asked, idempotency_key=uuid.uuid4().hex)


async def leased(transport: Transport, run_id: str, who: Claimant) -> Lease:
    claim = await worker_api.claim(transport, run_id, who, None, patience_s=5)
    assert isinstance(claim, Lease)
    return claim


def passed(lease: Lease) -> list[bytes]:
    results = [
        wire.TestResult(test_file="a.spec.ts", test_name=test.test_name, title_path=test.title_path, status="passed")
        for test in TESTS
    ]
    return [msgspec.json.encode(wire.TestBatchMessage(payload=wire.TestBatch(results=results, lease=lease.token)))]


async def test_a_run_from_its_start_to_its_verdict(server: RunningServer) -> None:
    async with Transport(address_of(server)) as transport:
        run = await begun(transport)
        lease = await leased(transport, run.run_id, claimant())
        tests = [test.title_path for item in lease.items for test in item.tests or []]
        assert sorted(tests) == [["one"], ["two"]]
        assert (await worker_api.renew(transport, run.run_id, lease.token)).cancelled is False
        acknowledged = await worker_api.post_events(transport, run.run_id, passed(lease), patience_s=5)
        assert (acknowledged.acked, acknowledged.errors) == (1, [])
        await worker_api.finish(transport, run.run_id, lease.token, Finish(outcome="finished"), patience_s=5)

        assert isinstance(await worker_api.claim(transport, run.run_id, claimant(), 900, patience_s=5), Drained)
        snapshots = [update async for update in follow(transport, run.run_id)]
        last = snapshots[-1]
        assert isinstance(last, Snapshot)
        assert (last.status, last.conclusion, last.passed_tests) == ("completed", "passed", 2)
        assert [worker.name for worker in last.workers] == ["w1"]
        details = runs_api.read_details(await runs_api.run_details(transport, run.run_id))
        assert len(details.results) == 2
        assert not runs_api.read_failed(await runs_api.failed_tests(transport, run.run_id)).failed_tests
        page = runs_api.read_page(await runs_api.list_runs(transport, {"limit": "5"}))
        assert [listed.id for listed in page.runs] == [run.run_id]
        assert (await runs_api.queue_stats(transport)).completed == 1


async def test_the_same_worker_that_asks_twice_gets_the_same_lease(server: RunningServer) -> None:
    async with Transport(address_of(server)) as transport:
        run, who = await begun(transport), claimant()

        first = await leased(transport, run.run_id, who)
        second = await leased(transport, run.run_id, who)

        assert first.token == second.token
        assert isinstance(await worker_api.claim(transport, run.run_id, claimant("w2"), None, patience_s=5), Idle)


async def test_a_pool_worker_gets_work_of_its_projects_only(server: RunningServer) -> None:
    async with Transport(address_of(server)) as transport:
        run = await begun(transport)
        others = Claimant(uuid.uuid4(), "pool-1", projects=("other",))
        ours = Claimant(uuid.uuid4(), "pool-2", projects=("shop",))

        assert isinstance(await worker_api.claim(transport, None, others, None, patience_s=5), Idle)
        lease = await worker_api.claim(transport, None, ours, None, patience_s=5)
        assert isinstance(lease, Lease)
        assert lease.run_id == run.run_id


async def test_a_cancelled_run_gives_out_nothing_and_tells_who_works(server: RunningServer) -> None:
    async with Transport(address_of(server)) as transport:
        run = await begun(transport)
        lease = await leased(transport, run.run_id, claimant())

        await runs_api.cancel(transport, run.run_id)

        assert (await worker_api.renew(transport, run.run_id, lease.token)).cancelled
        with pytest.raises(Cancelled):
            await worker_api.claim(transport, run.run_id, claimant(), None, patience_s=5)
        await worker_api.finish(transport, run.run_id, lease.token, Finish(outcome="returned"), patience_s=5)
        assert (await current(transport, run.run_id)).not_run_tests == 2


async def test_a_lease_that_has_ended_is_gone(server: RunningServer) -> None:
    async with Transport(address_of(server)) as transport:
        run = await begun(transport)
        lease = await leased(transport, run.run_id, claimant())
        await worker_api.finish(transport, run.run_id, lease.token, Finish(outcome="returned"), patience_s=5)

        with pytest.raises(LeaseGone):
            await worker_api.renew(transport, run.run_id, lease.token)
        with pytest.raises(LeaseGone):
            await worker_api.finish(transport, run.run_id, lease.token, Finish(outcome="finished"), patience_s=5)


async def test_a_wrong_key_stops_at_once_with_the_remedy(server: RunningServer) -> None:
    async with Transport(Address(server.url, "shf_no_key", "local"), patience_s=60) as transport:
        with pytest.raises(Stopped, match="SHIFTY_API_KEY"):
            await runs_api.queue_stats(transport)


async def test_a_call_waits_for_a_server_that_comes_and_no_longer_than_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    async with Transport(Address(f"http://127.0.0.1:{port}", "k", "t"), patience_s=20) as transport:
        with pytest.raises(ServerAway):
            await transport.call("GET", "/runs", patience_s=0.3)
        waiting = asyncio.create_task(transport.call("GET", "/runs"))
        await asyncio.sleep(0.3)
        async with await asyncio.start_server(_answer_empty, "127.0.0.1", port):
            assert await waiting == b"{}"


async def _answer_empty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
    await writer.drain()
    writer.close()
