"""Messages reach a real server in order, once, whatever happens to the line between."""

import asyncio
import uuid
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from shifty import wire
from shifty.client import runs_api, worker_api
from shifty.client.errors import Stopped
from shifty.client.model import Address, Lease, Snapshot
from shifty.client.progress import current
from shifty.client.runs_api import Orchestrate
from shifty.client.transport import Transport
from shifty.client.worker_api import Claimant
from shifty.worker.leftovers import deliver_leftovers
from shifty.worker.outbox import Outbox, slim
from shifty.worker.spool import Spool
from tests.support.server import RunningServer
from tests.worker.cable import Cable

TESTS = 250


@dataclass
class Site:
    """A worker's end of a run, connected by a cable."""

    cable: Cable
    transport: Transport
    direct: Transport
    run_id: str
    lease: Lease
    root: Path

    def outbox(self, worker: str = "w1") -> Outbox:
        spool = Spool.open(self.root / self.run_id / worker, self.transport.address.identity)
        return Outbox(self.transport, self.run_id, spool)

    def passed(self, number: int) -> wire.AnyMessage:
        result = result_of(number)
        return wire.TestBatchMessage(payload=wire.TestBatch(results=[result], lease=self.lease.token))

    async def now(self) -> Snapshot:
        return await current(self.direct, self.run_id)


def result_of(number: int, *attempts: wire.Attempt) -> wire.TestResult:
    name = f"test {number}"
    return wire.TestResult(test_file="a.spec.ts", test_name=name, status="passed", attempts=list(attempts) or None)


@pytest.fixture
async def site(server: RunningServer, tmp_path: Path) -> AsyncGenerator[Site]:
    cable = Cable(server.url)
    await cable.mend()
    tenant = str(server.tenant.id)
    async with (
        Transport(Address(server.url, server.key, tenant)) as direct,
        Transport(Address(cable.url, server.key, tenant)) as transport,
    ):
        tests = [wire.PlannedTest(test_file="a.spec.ts", test_name=f"test {number}") for number in range(TESTS)]
        asked = Orchestrate(test_files=["a.spec.ts"], worker_count=1, project="p", tests=tests)
        run = await runs_api.orchestrate(direct, asked, idempotency_key=uuid.uuid4().hex)
        lease = await worker_api.claim(direct, run.run_id, Claimant(uuid.uuid4(), "w1"), None, patience_s=5)
        assert isinstance(lease, Lease)
        yield Site(cable, transport, direct, run.run_id, lease, tmp_path / "spool")
        await cable.cut()


async def test_messages_are_delivered_and_the_spool_goes(site: Site) -> None:
    outbox = site.outbox()
    for number in range(TESTS):
        outbox.put(site.passed(number))

    assert await outbox.drain(60)
    await outbox.close()

    assert (await site.now()).passed_tests == TESTS
    assert not list(site.root.rglob("*"))


async def test_what_is_said_while_the_line_is_cut_arrives_later(site: Site) -> None:
    outbox = site.outbox()
    outbox.put(site.passed(0))
    assert await outbox.drain(60)
    await site.cable.cut()
    for number in range(1, 50):
        outbox.put(site.passed(number))

    assert not await outbox.drain(0.5)
    assert (await site.now()).passed_tests == 1
    await site.cable.mend()

    assert await outbox.drain(60)
    await outbox.close()
    assert (await site.now()).passed_tests == 50


async def test_messages_whose_answer_was_lost_are_sent_again_and_count_once(site: Site) -> None:
    outbox = site.outbox()
    site.cable.swallows_answers = True
    for number in range(50):
        outbox.put(site.passed(number))
    for _ in range(200):
        if (await site.now()).passed_tests == 50:
            break
        await asyncio.sleep(0.05)
    assert outbox.waiting == 50

    site.cable.swallows_answers = False

    assert await outbox.drain(60)
    await outbox.close()
    assert (await site.now()).passed_tests == 50


async def test_what_a_killed_worker_left_is_delivered_by_the_next_one(site: Site) -> None:
    await site.cable.cut()
    outbox = site.outbox()
    for number in range(30):
        outbox.put(site.passed(number))
    # As a killed process does, this leaves the spool as it is and gives up the lock.
    await outbox.close()
    with (site.root / site.run_id / "w1" / "messages.ndjson").open("ab") as file:
        file.write(b'{"type":"test:batch","payl')
    await site.cable.mend()

    assert await deliver_leftovers(site.root, site.transport) == 1

    assert (await site.now()).passed_tests == 30
    assert not list(site.root.rglob("*.ndjson"))


async def test_the_spool_of_a_worker_at_work_is_left_alone(site: Site) -> None:
    await site.cable.cut()
    outbox = site.outbox()
    outbox.put(site.passed(0))

    assert await deliver_leftovers(site.root, site.transport) == 0
    await outbox.close()


async def test_the_spool_of_another_tenant_is_left_alone(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "spool" / site.run_id / "theirs"
    spool = Spool.open(folder, "somebody else")
    spool.append(b"{}")
    spool.close(remove=False)

    assert await deliver_leftovers(site.root, site.transport) == 0
    assert (folder / "messages.ndjson").read_bytes() == b"{}\n"


async def test_a_404_of_something_else_than_shifty_drops_nothing(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\nConnection: close\r\n\r\nHello")
        await writer.drain()
        writer.close()

    listener = await asyncio.start_server(answer, "127.0.0.1", 0)
    address = Address(f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}", "key", "tenant")
    folder = tmp_path / str(uuid.uuid4()) / "w1"
    spool = Spool.open(folder, address.identity)
    spool.append(b'{"type":"run:end","payload":{}}')
    spool.close(remove=False)

    async with listener, Transport(address, patience_s=0) as transport:
        delivered = await deliver_leftovers(tmp_path, transport)

    assert delivered == 0
    assert (folder / "messages.ndjson").read_bytes() == b'{"type":"run:end","payload":{}}\n'


async def test_a_message_that_is_too_large_is_slimmed_and_holds_up_no_other(site: Site) -> None:
    attempts = [wire.Attempt(attempt=n, status="failed", duration_ms=1, stdout="z" * 900_000) for n in range(40)]
    result = result_of(0, *attempts)
    outbox = site.outbox()
    outbox.put(wire.TestBatchMessage(payload=wire.TestBatch(results=[result], lease=site.lease.token)))
    outbox.put(site.passed(1))

    assert await outbox.drain(60)
    await outbox.close()

    assert (await site.now()).passed_tests == 2


async def test_a_run_that_does_not_exist_stops_the_outbox(site: Site) -> None:
    run_id = str(uuid.uuid4())
    outbox = Outbox(site.transport, run_id, Spool.open(site.root / run_id / "w", "t"))
    outbox.put(site.passed(0))

    with pytest.raises(Stopped) as stopped:
        await outbox.drain(60)
    assert stopped.value.status == 404
    await outbox.close()


def test_slimming_keeps_the_verdict_and_the_errors() -> None:
    error = wire.TestError(message="boom")
    attempt = wire.Attempt(attempt=0, status="failed", duration_ms=5, stdout="long", errors=[error])
    message = wire.TestBatchMessage(payload=wire.TestBatch(results=[result_of(0, attempt)], lease=None))

    slimmed = msgspec.json.decode(slim(msgspec.json.encode(message)), type=wire.TestBatchMessage)

    kept = (slimmed.payload.results[0].attempts or [])[0]
    assert (slimmed.payload.results[0].status, kept.errors, kept.stdout) == ("passed", [error], "")
