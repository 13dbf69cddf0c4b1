"""How fast results are stored, beside PostgreSQL's own COPY into the same table.

Eight sockets send batches of a hundred results, each with a window of four messages, and wait for acknowledgements that
come after the commit; counters move with the rows. The peer is one COPY of the same rows, already encoded, into a table
of the same shape. Both run several times in turn; the medians are compared.
"""

import asyncio
import json
import multiprocessing
import os
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
from shifty.server.app import create_app
from shifty.tenants.keys import create_key, create_tenant
from shifty.tenants.model import Scope

SOCKETS = 8
BATCH = 100
BATCHES_A_SOCKET = 60
WINDOW = 4
ROUNDS = 5
BAR = 0.25


def results(sender: int, batch: int) -> list[dict[str, object]]:
    """A batch as a Playwright reporter sends it: one attempt each, one in twenty with an error."""
    return [result(f"test {sender}/{batch}/{number}", number) for number in range(BATCH)]


def result(name: str, number: int) -> dict[str, object]:
    failed = number % 20 == 0
    attempt: dict[str, object] = {"attempt": 0, "status": "failed" if failed else "passed", "durationMs": 1200 + number}
    if failed:
        stack = "\n".join(f"    at step {line} (tests/checkout.spec.ts:{line}:7)" for line in range(12))
        attempt["errors"] = [{"message": "Timeout 30000ms exceeded", "stack": stack}]
    return {
        "testFile": f"tests/area{number % 10}/checkout.spec.ts",
        "testName": name,
        "titlePath": ["checkout", "as a guest", name],
        "projectName": "chromium",
        "status": attempt["status"],
        "durationMs": attempt["durationMs"],
        "line": 10 + number,
        "tags": ["@smoke"],
        "attempts": [attempt],
    }


def send_all(url: str, headers: dict[str, str]) -> float:
    """Seconds from the first message to the last acknowledgement, of all sockets together. A process of its own."""
    return asyncio.run(_send_all(url, headers))


async def _send_all(url: str, headers: dict[str, str]) -> float:
    messages = [[encoded(sender, batch) for batch in range(BATCHES_A_SOCKET)] for sender in range(SOCKETS)]
    sockets = [await connect(url, additional_headers=headers, compression=None) for _ in range(SOCKETS)]
    await sockets[0].send(json.dumps({"type": "run:start", "seq": 0, "payload": {}}))
    await sockets[0].recv()
    began = time.perf_counter()
    await asyncio.gather(*(_send(socket, own) for socket, own in zip(sockets, messages, strict=True)))
    took = time.perf_counter() - began
    for one in sockets:
        await one.close()
    return took


def encoded(sender: int, batch: int) -> str:
    return json.dumps({"type": "test:batch", "seq": batch + 1, "payload": {"results": results(sender, batch)}})


async def _send(socket: ClientConnection, messages: Sequence[str]) -> None:
    free = asyncio.Semaphore(WINDOW)

    async def acknowledged() -> None:
        for _ in messages:
            answer = json.loads(await socket.recv())
            assert answer["type"] == "ack", answer
            free.release()

    listening = asyncio.create_task(acknowledged())
    for message in messages:
        await free.acquire()
        await socket.send(message)
    await listening


async def copy_peer(db: Database, run_id: UUID) -> float:
    """Seconds for one COPY of the rows of ``run_id``, encoded beforehand, into an empty table of the same shape."""
    async with db.connection() as connection:
        await connection.execute("drop table if exists copied")
        await connection.execute("create table copied (like tests including all)")
        async with connection.cursor() as cursor:
            async with cursor.copy("copy (select * from tests where run_id = %s) to stdout", (run_id,)) as out:
                chunks = [bytes(chunk) async for chunk in out]
            block = b"".join(chunks)
            began = time.perf_counter()
            async with cursor.copy("copy copied from stdin") as into:
                await into.write(block)
            return time.perf_counter() - began


async def measure(folder: Path) -> dict[str, object]:
    postgres = EmbeddedPostgres(folder)
    postgres.start()
    try:
        await migrate(postgres.dsn)
        db = await Database.open(postgres.dsn)
        tenant = await create_tenant(db, "bench")
        key = await create_key(db, tenant.id, frozenset(Scope), name="bench")
        headers = {"Authorization": f"Bearer {key.text}", "X-Tenant-Id": str(tenant.id)}
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(create_app(db, Settings()), log_config=None, ws="websockets-sansio")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        url = f"ws://127.0.0.1:{listener.getsockname()[1]}/ws"
        figures = await _rounds(db, url, headers)
        server.should_exit = True
        await serving
        await db.close()
    finally:
        postgres.stop()
    return figures


async def _rounds(db: Database, url: str, headers: dict[str, str]) -> dict[str, object]:
    rows = SOCKETS * BATCHES_A_SOCKET * BATCH
    ours: list[float] = []
    peer: list[float] = []
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        for _ in range(ROUNDS):
            run_id = uuid4()
            sending = pool.apply_async(send_all, (url, {**headers, "X-Run-ID": str(run_id)}))
            while not sending.ready():
                await asyncio.sleep(0.02)
            ours.append(rows / sending.get())
            await _check(db, run_id, rows)
            peer.append(rows / await copy_peer(db, run_id))
    ratio = statistics.median(ours) / statistics.median(peer)
    return {
        "what": f"results a second, stored, counted and acknowledged; {SOCKETS} sockets, batches of {BATCH}",
        "ours": round(statistics.median(ours)),
        "peer": round(statistics.median(peer)),
        "peerIs": "one COPY of the same rows into a table of the same shape and indexes",
        "ratio": round(ratio, 3),
        "bar": BAR,
        "holds": ratio >= BAR,
        "rounds": {"ours": [round(value) for value in ours], "peer": [round(value) for value in peer]},
        "rows": rows,
        "cpus": os.cpu_count(),
    }


async def _check(db: Database, run_id: UUID, rows: int) -> None:
    async with db.connection() as connection:
        cursor = await connection.execute(
            "select total_tests, passed_tests + failed_tests from runs where id = %s", (run_id,)
        )
        counted = await cursor.fetchone()
    assert counted == (rows, rows), f"stored {rows} results, the run counts {counted}"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(measure(Path(folder)))
    write("ingest", figures)
    print(
        f"ingest: {figures['ours']:,} results/s; COPY {figures['peer']:,} rows/s; ratio {figures['ratio']} (bar {BAR})"
    )


if __name__ == "__main__":
    main()
