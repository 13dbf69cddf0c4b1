"""The WebSocket `/ws`: results as they happen."""

import json
from contextlib import AsyncExitStack, suppress
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from shifty.results.store import RunKey
from shifty.tenants.keys import create_key
from shifty.tenants.model import Scope
from tests.support.runs import ledger, start, suite
from tests.support.server import RunningServer
from tests.support.sockets import END, batch_message, passed, producing, start_message, viewing


def address(server: RunningServer, path: str = "/ws") -> str:
    return server.url.replace("http", "ws") + path


async def ask(socket: ClientConnection, message: object) -> dict[str, Any]:
    await socket.send(json.dumps(message))
    return json.loads(await socket.recv())


@pytest.mark.parametrize("path", ["/ws", "/api/v1/ws"])
async def test_messages_of_the_contract_are_acknowledged_once_stored(server: RunningServer, path: str) -> None:
    key = RunKey(uuid4(), server.tenant.id)
    headers = {**server.headers, "X-Run-ID": str(key.run_id)}
    results = [{"testFile": "a.spec.ts", "testName": "logs in", "status": "passed", "durationMs": 3}]
    async with connect(address(server, path), additional_headers=headers) as socket:
        start = {"type": "run:start", "seq": 1, "payload": {"runId": str(key.run_id), "totalTests": 1, "shardIndex": 0}}
        assert await ask(socket, start) == {"type": "ack", "payload": {"seq": 1}}
        begin = {"type": "test:start", "seq": 2, "payload": {"testFile": "a.spec.ts", "testName": "logs in"}}
        assert await ask(socket, begin) == {"type": "ack", "payload": {"seq": 2}}
        for _ in range(2):
            batch = {"type": "test:batch", "seq": 3, "payload": {"results": results}}
            assert await ask(socket, batch) == {"type": "ack", "payload": {"seq": 3}}
            assert (await ledger(server.db, key)).passed == 1
        end = {"type": "run:end", "seq": 4, "payload": {"status": "completed", "totalTests": 99}}
        assert await ask(socket, end) == {"type": "ack", "payload": {"seq": 4}}

    assert (await ledger(server.db, key)).conclusion == "passed"


async def test_bad_input_gets_an_error_and_the_socket_stays_open(server: RunningServer) -> None:
    headers = {**server.headers, "X-Run-ID": str(uuid4())}
    async with connect(address(server), additional_headers=headers) as socket:
        bad = await ask(socket, {"type": "test:batch", "payload": {"results": [{"testFile": "a"}]}})
        unknown = await ask(socket, {"type": "run:end", "seq": 1, "payload": {}})
        good = await ask(socket, {"type": "run:start", "seq": 2, "payload": {}})

    assert (bad["type"], bad["payload"]["code"]) == ("error", "INVALID_PARAMETERS")
    assert "testName" in bad["payload"]["error"]
    assert unknown["payload"]["code"] == "RUN_NOT_FOUND"
    assert good["type"] == "ack"


async def test_who_may_not_is_refused_before_the_upgrade(server: RunningServer) -> None:
    reader = await create_key(server.db, server.tenant.id, frozenset({Scope.READ}), name="reader")
    run = {"X-Run-ID": str(uuid4())}
    asked: list[tuple[dict[str, str], int]] = [
        ({}, 401),
        ({**server.headers, **run, "Authorization": "Bearer nonsense"}, 401),
        ({**server.headers, **run, "X-Tenant-Id": str(uuid4())}, 403),
        ({**server.headers, **run, "Authorization": f"Bearer {reader.text}", "X-Role": "producer"}, 403),
        ({**server.headers, **run, "X-Role": "owner"}, 400),
        ({**server.headers}, 404),
    ]

    for headers, status in asked:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(address(server), additional_headers=headers):
                pass
        assert refused.value.response.status_code == status
        assert "code" in json.loads(refused.value.response.body or b"{}")


async def test_a_run_end_never_overtakes_results_that_were_sent_before_it(server: RunningServer) -> None:
    for _ in range(5):
        key = RunKey(uuid4(), server.tenant.id)
        headers = {**server.headers, "X-Run-ID": str(key.run_id)}
        async with connect(address(server), additional_headers=headers) as socket:
            await socket.send(json.dumps({"type": "run:start", "seq": 0, "payload": {}}))
            for number in range(1, 21):
                results = [
                    {"testFile": "a.ts", "testName": f"test {number}/{index}", "status": "failed"}
                    for index in range(50)
                ]
                batch = {"type": "test:batch", "seq": number, "payload": {"results": results}}
                await socket.send(json.dumps(batch))
            await socket.send(json.dumps({"type": "run:end", "seq": 21, "payload": {}}))
            answers = [json.loads(await socket.recv()) for _ in range(22)]

        assert {answer["type"] for answer in answers} == {"ack"}
        counts = await ledger(server.db, key)
        assert (counts.conclusion, counts.failed) == ("failed", 1000)


async def test_messages_as_the_contract_prints_them_report_a_run(server: RunningServer) -> None:
    run_id = uuid4()
    printed: list[dict[str, Any]] = [
        {
            "type": "run:start",
            "payload": {"runId": str(run_id), "totalTests": 1, "shardIndex": 0, "totalShards": 1},
        },
        {
            "type": "test:start",
            "payload": {
                "runId": str(run_id),
                "testFile": "tests/login.spec.ts",
                "testName": "should login successfully",
            },
        },
        {
            "type": "test:batch",
            "payload": {
                "runId": str(run_id),
                # As GET /runs/{runId} prints a result.
                "results": [
                    {
                        "id": "result-1",
                        "testFile": "tests/login.spec.ts",
                        "testName": "should login successfully",
                        "status": "passed",
                        "durationMs": 1250,
                        "retryCount": 0,
                        "healingAttempted": False,
                        "traceUrl": "https://artifacts.shifty.ai/...",
                    }
                ],
            },
        },
        {
            "type": "run:end",
            "payload": {
                "runId": str(run_id),
                "status": "completed",
                "totalTests": 150,
                "passedTests": 148,
                "failedTests": 2,
            },
        },
    ]
    async with producing(server, run_id) as producer:
        await producer.say(*printed)
        end = (await producer.until("run:end"))[-1]

    assert (end["payload"]["runId"], end["payload"]["status"]) == (str(run_id), "completed")
    assert [end["payload"][name] for name in ("totalTests", "passedTests", "failedTests")] == [1, 1, 0]


async def test_a_producer_hears_the_end_once_all_shards_have_said_theirs(
    server: RunningServer, other_server: RunningServer
) -> None:
    run_id = uuid4()
    async with producing(server, run_id) as one, producing(other_server, run_id) as two:
        await one.ask(start_message(totalTests=2, shardIndex=0, totalShards=2))
        await two.ask(start_message(totalTests=2, shardIndex=1, totalShards=2))
        await one.ask(batch_message(1, [passed("one")]))
        await two.ask(batch_message(1, [passed("two", status="failed")]))
        assert (await one.ask({"type": "run:end", "seq": 2, "payload": {"shardIndex": 0}}))["type"] == "ack"
        assert (await two.ask({"type": "run:end", "seq": 2, "payload": {"shardIndex": 1}}))["type"] == "ack"
        ends = [await one.next(), await two.next()]

    assert [(end["type"], end["payload"]["passedTests"], end["payload"]["failedTests"]) for end in ends] == [
        ("run:end", 1, 1)
    ] * 2


async def test_a_message_over_a_mebibyte_closes_the_socket_with_1009(server: RunningServer) -> None:
    run_id = uuid4()
    async with producing(server, run_id) as producer:
        await producer.ask(start_message())
        large = json.dumps(batch_message(1, [passed("one", errorMessage="x" * (1024 * 1024))]))
        with suppress(ConnectionClosed):
            await producer.say(large)
        _, code = await producer.rest()

    assert code == 1009


async def test_a_producer_that_floods_loses_nothing_and_fills_no_memory(server: RunningServer) -> None:
    run_id = uuid4()
    names = [f"test {number}" for number in range(400)]
    async with producing(server, run_id) as producer:
        await producer.ask(start_message())
        # Nobody waits for an acknowledgement here, and every message is sent twice.
        for number, name in enumerate(names):
            message = batch_message(number + 1, [passed(name, errorMessage="x" * 5000)])
            await producer.say(message, message)
        heard = [await producer.next() for _ in range(2 * len(names))]
        await producer.ask(END)

    assert {message["type"] for message in heard} == {"ack"}
    assert {message["payload"]["seq"] for message in heard} == set(range(1, len(names) + 1))
    counts = await ledger(server.db, RunKey(run_id, server.tenant.id))
    assert (counts.passed, counts.total, counts.conclusion) == (len(names), len(names), "passed")


@pytest.mark.parametrize(
    "said",
    ["", "{", "null", "[]", '"run:start"', '{"type": "run:begin"}', '{"type": "run:start"}', b"\xff\xfe", "\x00"],
)
async def test_whatever_a_producer_says_its_socket_stays_open(server: RunningServer, said: str | bytes) -> None:
    async with producing(server, uuid4()) as producer:
        await producer.socket.send(said)
        bad = await producer.next()
        good = await producer.ask(start_message())

    assert (bad["type"], bad["payload"]["code"], good["type"]) == ("error", "INVALID_PARAMETERS", "ack")


async def test_a_tenant_has_ten_producers_over_all_servers_and_http_beside_them(
    server: RunningServer, other_server: RunningServer
) -> None:
    run_id = uuid4()
    headers = {**server.headers, "X-Run-ID": str(run_id)}
    async with AsyncExitStack() as stack:
        for number in range(10):
            await stack.enter_async_context(producing(server if number % 2 else other_server, run_id))
        for running in (server, other_server):
            with pytest.raises(InvalidStatus) as refused:
                async with connect(address(running), additional_headers=headers):
                    pass
            response = refused.value.response
            body = json.loads(response.body or b"{}")
            assert (response.status_code, body["code"]) == (429, "RATE_LIMIT_EXCEEDED")
            assert (body["details"]["max"], body["details"]["limit"]) == (10, "producers")
            assert int(response.headers["Retry-After"]) > 0
        async with viewing(server, await a_run_of(server)) as viewer:
            assert (await viewer.next())["type"] == "run:snapshot"
        async with httpx.AsyncClient(base_url=server.url, headers=server.headers, timeout=60) as client:
            sent = await client.post(f"/api/v1/runs/{run_id}/events", json=[start_message()])
            assert sent.json()["acked"] == 1
    # Who leaves makes room.
    async with AsyncExitStack() as stack:
        for _ in range(10):
            await stack.enter_async_context(producing(other_server, run_id))


async def a_run_of(server: RunningServer) -> UUID:
    return (await start(server.db, server.tenant.id, suite(1))).run_id
