"""The WebSocket `/ws`: results as they happen."""

import json
from typing import Any
from uuid import uuid4

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from shifty.results.store import RunKey
from shifty.tenants.keys import create_key
from shifty.tenants.model import Scope
from tests.support.runs import ledger
from tests.support.server import RunningServer


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
