"""A worker stays known as alive while its teardown runs, and takes no work then."""

import asyncio
import uuid
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from shifty import wire
from shifty.client import runs_api
from shifty.client.model import Address
from shifty.client.progress import current
from shifty.client.runs_api import Orchestrate
from shifty.client.transport import Transport
from shifty.client.worker_api import Claimant
from shifty.worker.agent import Agent, Terms
from shifty.worker.assignment import Workplace
from shifty.worker.playwright.listing import list_suite
from shifty.worker.playwright.model import ListedTest
from shifty.worker.presence import stay_known
from tests.e2e.command_line import make_project
from tests.support.server import RunningServer

SLOW_TEARDOWN = {
    "shop": "test('is open', async () => {});\n",
    "login": "test('logs in', async () => {});\n",
    "clean": "test('cleans up', async () => { await sleep(3000); });\n",
}
STAGES = """projects: [
  { name: 'shop', testMatch: 'shop.spec.js', dependencies: ['login'] },
  { name: 'login', testMatch: 'login.spec.js', teardown: 'clean' },
  { name: 'clean', testMatch: 'clean.spec.js' },
]"""


def planned(test: ListedTest) -> wire.PlannedTest:
    fields = msgspec.structs.asdict(test.ref)
    return wire.PlannedTest(**fields, stage="main" if test.stage == "test" else test.stage)


async def started(transport: Transport, tests: Sequence[wire.PlannedTest]) -> str:
    files = list(dict.fromkeys(test.test_file for test in tests))
    asked = Orchestrate(test_files=files, worker_count=1, project="p", tests=tests)
    return (await runs_api.orchestrate(transport, asked, idempotency_key=uuid.uuid4().hex)).run_id


def address_of(server: RunningServer) -> Address:
    return Address(server.url, server.key, str(server.tenant.id))


async def ask(server: RunningServer, query: str, run_id: str) -> object:
    async with server.db.connection() as connection:
        row = await (await connection.execute(query, {"run_id": run_id})).fetchone()  # pyright: ignore[reportArgumentType]  # a constant below
    assert row is not None
    return row[0]


async def test_the_server_hears_from_a_worker_during_a_long_teardown(server: RunningServer, tmp_path: Path) -> None:
    suite = await list_suite(make_project(tmp_path / "shop", SLOW_TEARDOWN, STAGES))
    async with Transport(address_of(server)) as transport:
        run_id = await started(transport, [planned(test) for test in suite.tests])
        place = Workplace(suite, 1, tmp_path / "spool", patience_s=10)

        farewell = await Agent(transport, Claimant(uuid.uuid4(), "w1"), place, Terms(run_id, 0.25)).work()

        while not (snapshot := await current(transport, run_id)).is_over:
            await asyncio.sleep(0.05)
    heard_for = await ask(server, HEARD_DURING_TEARDOWN, run_id)
    assert isinstance(heard_for, float)
    assert heard_for > 1.5
    assert (farewell, snapshot.conclusion, snapshot.passed_tests) == ("drained", "passed", 3)


async def test_work_that_comes_during_a_teardown_is_handed_back_at_once(server: RunningServer) -> None:
    async with Transport(address_of(server)) as transport:
        run_id = await started(transport, [wire.PlannedTest(test_file="a.spec.ts", test_name="waits")])
        closed = asyncio.Event()
        asking = asyncio.create_task(stay_known(transport, run_id, Claimant(uuid.uuid4(), "w1"), 0.05, closed))

        while not await ask(server, LEASES_HANDED_BACK, run_id):
            assert not asking.done()
        closed.set()
        await asking

    assert await ask(server, LEASES_HELD, run_id) == 0
    assert await ask(server, LOSSES, run_id) == 0


async def test_a_server_that_is_away_ends_nothing() -> None:
    closed = asyncio.Event()
    async with Transport(Address("http://127.0.0.1:9", "shf_a_b", "t")) as transport:
        asking = asyncio.create_task(
            stay_known(transport, str(uuid.uuid4()), Claimant(uuid.uuid4(), "w1"), 0.01, closed)
        )

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(asking), 0.3)
        closed.set()
        await asking


HEARD_DURING_TEARDOWN = """
select extract(epoch from w.last_seen_at - t.started_at)::float8
  from workers w join tests t on t.run_id = w.run_id and t.stage = 'teardown'
 where w.run_id = %(run_id)s"""
LEASES_HANDED_BACK = "select count(*) from leases where run_id = %(run_id)s and state = 'returned'"
LEASES_HELD = "select count(*) from leases where run_id = %(run_id)s and state = 'active'"
LOSSES = "select sum(losses) from work_items where run_id = %(run_id)s"
