"""RESOLUTIONS, "WebSocket": producers, with messages exactly as the contract prints them."""

import json
from contextlib import AsyncExitStack
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect

from tests.contract.stranger import Json, Stranger
from tests.support.server import RunningServer

FILES = ["tests/login.spec.ts", "tests/checkout.spec.ts"]


async def producer(stack: AsyncExitStack, server: RunningServer, run_id: str) -> ClientConnection:
    address = f"{server.url.replace('http', 'ws')}/ws"
    headers = {**server.headers, "X-Run-ID": run_id}
    return await stack.enter_async_context(connect(address, additional_headers=headers))


async def say(socket: ClientConnection, seq: int, kind: str, payload: Json) -> None:
    await socket.send(json.dumps({"type": kind, "seq": seq, "payload": payload}))
    answer = json.loads(await socket.recv())
    while answer["type"] == "run:end":
        answer = json.loads(await socket.recv())
    assert answer == {"type": "ack", "payload": {"seq": seq}}


def start(run_id: str, shard: int, tests: int = 1) -> Json:
    return {"runId": run_id, "totalTests": tests, "shardIndex": shard, "totalShards": 2}


def batch(run_id: str, file: str, *names: str, status: str = "passed") -> Json:
    return {"runId": run_id, "results": [{"testFile": file, "testName": name, "status": status} for name in names]}


def end(run_id: str) -> Json:
    return {"runId": run_id, "status": "completed", "totalTests": 150, "passedTests": 148, "failedTests": 2}


async def test_an_orchestrated_run_that_reporters_run_ends_when_every_shard_has(
    stranger: Stranger, server: RunningServer
) -> None:
    started = await stranger.ask("POST", "/orchestrate", {"testFiles": FILES, "workerCount": 5})
    run_id = started["runId"]
    async with AsyncExitStack() as stack:
        for shard, file in enumerate(FILES):
            socket = await producer(stack, server, run_id)
            await say(socket, 1, "run:start", start(run_id, shard))
            await say(socket, 2, "test:start", {"runId": run_id, "testFile": file, "testName": "one"})
            active = (await stranger.ask("GET", "/orchestrate/queue/stats"))["active"]
            await say(socket, 3, "test:batch", batch(run_id, file, "one", "two"))
            before = (await stranger.run(run_id))["status"]
            await say(socket, 4, "run:end", end(run_id))
            assert (before, active) == ("running", 1)
    run = await stranger.run(run_id)

    assert (run["status"], run["conclusion"]) == ("completed", "passed")
    assert (run["totalTests"], run["passedTests"], run["notRunTests"]) == (4, 4, 0)
    assert (await stranger.ask("GET", "/orchestrate/queue/stats"))["completed"] == 2


async def test_a_file_that_another_shard_ran_than_was_planned_is_no_hole(
    stranger: Stranger, server: RunningServer
) -> None:
    run_id = (await stranger.ask("POST", "/orchestrate", {"testFiles": FILES, "workerCount": 2}))["runId"]
    async with AsyncExitStack() as stack:
        idle, busy = [await producer(stack, server, run_id) for _ in range(2)]
        await say(idle, 1, "run:start", start(run_id, 0))
        await say(idle, 2, "run:end", end(run_id))
        await say(busy, 1, "run:start", start(run_id, 1))
        for number, file in enumerate(FILES):
            await say(busy, 2 + number, "test:batch", batch(run_id, file, "one"))
        await say(busy, 9, "run:end", end(run_id))
    run = await stranger.run(run_id)

    assert (run["conclusion"], run["totalTests"], run["passedTests"]) == ("passed", 2, 2)


async def test_a_file_that_nobody_ran_is_a_hole_and_the_run_is_not_passed(
    stranger: Stranger, server: RunningServer
) -> None:
    run_id = (await stranger.ask("POST", "/orchestrate", {"testFiles": FILES, "workerCount": 2}))["runId"]
    async with AsyncExitStack() as stack:
        for shard in range(2):
            socket = await producer(stack, server, run_id)
            await say(socket, 1, "run:start", start(run_id, shard))
            if shard == 0:
                await say(socket, 2, "test:batch", batch(run_id, FILES[0], "one"))
            await say(socket, 3, "run:end", end(run_id))
    run = await stranger.run(run_id)

    assert run["conclusion"] == "failed"
    assert (run["totalTests"], run["passedTests"], run["notRunTests"]) == (2, 1, 1)


async def test_a_run_end_without_a_shard_ends_the_one_that_its_producer_started(
    stranger: Stranger, server: RunningServer
) -> None:
    run_id = str(uuid4())
    async with AsyncExitStack() as stack:
        first, second = [await producer(stack, server, run_id) for _ in range(2)]
        await say(first, 1, "run:start", start(run_id, 0))
        await say(second, 1, "run:start", start(run_id, 1))
        await say(second, 2, "run:end", end(run_id))
        await say(second, 3, "run:end", end(run_id))
        between = (await stranger.run(run_id))["status"]
        await say(first, 2, "test:batch", batch(run_id, FILES[0], "one", status="failed"))
        await say(first, 3, "run:end", end(run_id))
    run = await stranger.run(run_id)

    assert between == "running"
    assert (run["status"], run["conclusion"], run["totalTests"], run["failedTests"]) == ("completed", "failed", 1, 1)


async def test_a_reporter_does_not_end_a_run_on_which_workers_work(stranger: Stranger, server: RunningServer) -> None:
    run_id = await stranger.orchestrate(tests=1)
    lease = await stranger.claim(run_id)
    async with AsyncExitStack() as stack:
        socket = await producer(stack, server, run_id)
        await say(socket, 1, "run:start", start(run_id, 0))
        await say(socket, 2, "run:end", end(run_id))
        between = (await stranger.run(run_id))["status"]
    await stranger.work(run_id, lease)

    assert between == "running"
    assert (await stranger.run(run_id))["conclusion"] == "passed"


async def test_over_http_a_run_end_ends_the_shard_of_the_run_start_before_it(stranger: Stranger) -> None:
    run_id = str(uuid4())
    await stranger.tell(run_id, {"type": "run:start", "payload": start(run_id, 0)})
    await stranger.tell(
        run_id,
        {"type": "run:start", "payload": start(run_id, 1)},
        {"type": "test:batch", "payload": batch(run_id, FILES[1], "two")},
        {"type": "run:end", "payload": end(run_id)},
    )
    await stranger.tell(run_id, {"type": "run:end", "payload": end(run_id)})
    between = (await stranger.run(run_id))["status"]
    await stranger.tell(run_id, {"type": "run:end", "payload": {**end(run_id), "shardIndex": 0}})

    # One that names no shard may be the second's once more; it must not end what the first has not told of yet.
    assert between == "running"
    assert (await stranger.run(run_id))["status"] == "completed"
