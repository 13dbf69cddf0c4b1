"""How soon a viewer sees a result that was reported to another server process, and what 1,000 viewers cost.

Two server processes share one database. A producer reports to the first, result by result; a viewer watches on the
second. Measured is the time from the acknowledgement, which follows the commit, to the arrival at the viewer. Then
1,000 viewers watch one run in one process, and how often it is read is counted, beside how often it changed.
"""

import asyncio
import json
import multiprocessing
import socket
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import uvicorn
from websockets.asyncio.client import ClientConnection, connect

from bench.report import write
from shifty.config import Settings
from shifty.database.embedded import EmbeddedPostgres
from shifty.database.migrate import migrate
from shifty.database.pool import Database
from shifty.live.bus import Bus
from shifty.live.hub import LOOK_EVERY_S, Hub
from shifty.live.look import Look
from shifty.results.ingest import Report, ingest
from shifty.results.store import RunKey
from shifty.server.app import create_app
from shifty.tenants.keys import create_key, create_tenant
from shifty.tenants.model import Scope
from shifty.wire import RunStart, RunStartMessage, TestBatch, TestBatchMessage, TestResult

RESULTS = 300
EVERY_S = 0.033
"""Not a divisor of the pauses in which changes are gathered, so that results come at every phase of them."""
BAR_MS = 300.0
VIEWERS = 1000
CHANGES = 20


def serve(dsn: str, listener: socket.socket) -> None:
    """One server process."""

    async def run() -> None:
        db = await Database.open(dsn)
        config = uvicorn.Config(create_app(db, Settings()), log_config=None, ws="websockets-sansio", access_log=False)
        await uvicorn.Server(config).serve(sockets=[listener])

    asyncio.run(run())


async def connected(port: int, headers: dict[str, str]) -> ClientConnection:
    for _ in range(200):
        try:
            return await connect(
                f"ws://127.0.0.1:{port}/ws", additional_headers=headers, compression=None, max_queue=None
            )
        except OSError:
            await asyncio.sleep(0.05)
    raise RuntimeError("the server does not answer")


def batch(number: int) -> str:
    result = {"testFile": "a.spec.ts", "testName": f"test {number}", "status": "passed", "durationMs": 5}
    return json.dumps({"type": "test:batch", "seq": number, "payload": {"results": [result]}})


async def latencies(ports: Sequence[int], headers: dict[str, str]) -> list[float]:
    """Milliseconds from acknowledgement to arrival, one a result."""
    own = {**headers, "X-Run-ID": str(uuid4())}
    producer = await connected(ports[0], own)
    await producer.send(json.dumps({"type": "run:start", "seq": 0, "payload": {}}))
    await producer.recv()
    viewer = await connected(ports[1], {**own, "X-Role": "viewer"})
    await viewer.recv()
    stored: dict[str, float] = {}
    arrived: dict[str, float] = {}

    async def watch() -> None:
        while len(arrived) < RESULTS:
            message = json.loads(await viewer.recv())
            for result in message["payload"].get("results", []):
                arrived.setdefault(result["testName"], time.perf_counter())

    watching = asyncio.create_task(watch())
    for number in range(1, RESULTS + 1):
        await producer.send(batch(number))
        await producer.recv()
        stored[f"test {number}"] = time.perf_counter()
        await asyncio.sleep(EVERY_S)
    await asyncio.wait_for(watching, 60)
    await producer.close()
    await viewer.close()
    return [(arrived[name] - at) * 1000 for name, at in stored.items()]


async def reads_of_many(db: Database, tenant_id: UUID) -> dict[str, object]:
    """How often a run is read that 1,000 watch, while it changes."""
    key = RunKey(uuid4(), tenant_id)
    await ingest(db, [Report(key, [RunStartMessage(payload=RunStart())])])
    bus = Bus(db)
    hub = Hub(db, bus)
    bus.start()
    seen = [0] * VIEWERS

    async def view(number: int, first: Look) -> None:
        with hub.watching(tenant_id, key.run_id, first, results=True) as watch:
            place = 0
            while seen[number] < CHANGES:
                await watch.news(place)
                looks = watch.after(place) or []
                place += len(looks)
                seen[number] += sum(look.changes for look, _ in looks)

    firsts = await asyncio.gather(*(hub.glance(tenant_id, key.run_id) for _ in range(VIEWERS)))
    viewers = [asyncio.create_task(view(number, first)) for number, first in enumerate(firsts) if first]
    began, before = time.monotonic(), hub.looks
    for number in range(CHANGES):
        result = TestResult(test_file="a.spec.ts", test_name=f"test {number}", status="passed")
        await ingest(db, [Report(key, [TestBatchMessage(payload=TestBatch(results=[result]))])])
        bus.mark([key.run_id])
        await asyncio.sleep(0.3)
    await asyncio.gather(*viewers)
    idle = int((time.monotonic() - began) / LOOK_EVERY_S) + 1
    await bus.stop()
    looks = hub.looks - before
    return {"viewers": VIEWERS, "changes": CHANGES, "reads": looks, "idleReadsAtMost": idle, "firstReads": before}


async def measure(dsn: str) -> dict[str, object]:
    await migrate(dsn)
    db = await Database.open(dsn)
    tenant = await create_tenant(db, "bench")
    key = await create_key(db, tenant.id, frozenset(Scope), name="bench")
    headers = {"Authorization": f"Bearer {key.text}", "X-Tenant-Id": str(tenant.id)}
    context = multiprocessing.get_context("fork")
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    servers = [context.Process(target=serve, args=(dsn, listener), daemon=True) for listener in listeners]
    for server in servers:
        server.start()
    try:
        taken = await latencies([listener.getsockname()[1] for listener in listeners], headers)
        reads = await reads_of_many(db, tenant.id)
    finally:
        for server in servers:
            server.terminate()
            server.join(10)
        await db.close()
    return figures(taken, reads)


def figures(taken: Sequence[float], reads: dict[str, object]) -> dict[str, object]:
    p95 = statistics.quantiles(taken, n=100)[94]
    per_change = int(str(reads["reads"])) / CHANGES
    return {
        "bars": [
            {
                "name": "commit to viewer of another process, p95",
                "unit": "ms",
                "ours": round(p95, 1),
                "bar": BAR_MS,
                "holds": p95 < BAR_MS,
            },
            {
                "name": "reads of the run a change, for 1,000 viewers",
                "ours": round(per_change, 2),
                "bar": 1 + 0.15,
                "holds": per_change <= 1 + 0.15,
            },
        ],
        "p50": round(statistics.median(taken), 1),
        "most": round(max(taken), 1),
        "results": len(taken),
        "reads": reads,
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        postgres = EmbeddedPostgres(Path(folder))
        postgres.start()
        try:
            found = asyncio.run(measure(postgres.dsn))
        finally:
            postgres.stop()
    write("streaming", found)
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
