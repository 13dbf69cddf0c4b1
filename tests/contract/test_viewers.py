"""Viewers of `/ws`: a snapshot, then what changes, until the run is over."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from shifty.config import Settings
from shifty.database.pool import Database
from shifty.orchestration.cancel import cancel_run
from shifty.tenants.keys import create_key
from shifty.tenants.model import Scope
from tests.contract.conftest import API
from tests.support.runs import HandWorker, leased_tests, start, suite
from tests.support.server import RunningServer, new_tenant, running_server
from tests.support.sockets import (
    END,
    Line,
    batch_message,
    passed,
    producing,
    socket_address,
    start_message,
    viewing,
)


async def reader_of(server: RunningServer) -> dict[str, str]:
    key = await create_key(server.db, server.tenant.id, frozenset({Scope.READ}), name="reader")
    return {"Authorization": f"Bearer {key.text}", "X-Tenant-ID": server.tenant.slug}


async def ticket_for(server: RunningServer, http: httpx.AsyncClient, run_id: UUID) -> str:
    answer = await http.post(f"{API}/runs/{run_id}/tickets", headers=server.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["ticket"]


async def refused(address: str, headers: Mapping[str, str]) -> tuple[int, str]:
    """Status and code with which the upgrade is refused."""
    with pytest.raises(InvalidStatus) as refusal:
        async with connect(address, additional_headers=headers):
            pass
    response = refusal.value.response
    return response.status_code, json.loads(response.body or b"{}")["code"]


def results_in(heard: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [result for message in heard if message["type"] == "test:batch" for result in message["payload"]["results"]]


async def test_a_viewer_gets_a_snapshot_and_then_the_messages_of_the_contract(
    server: RunningServer, http: httpx.AsyncClient
) -> None:
    run_id = uuid4()
    async with producing(server, run_id) as producer:
        assert (await producer.ask(start_message(totalTests=2)))["type"] == "ack"
        async with viewing(server, run_id, headers=await reader_of(server)) as viewer:
            snapshot = await viewer.next()
            begins = {"type": "test:start", "seq": 1, "payload": passed("logs in")}
            await producer.say(begins)
            began = (await viewer.until("test:start"))[-1]
            await producer.say(batch_message(2, [passed("logs in"), passed("logs out", status="failed")]))
            heard = [began]
            while len(results_in(heard)) < 2:
                heard.append(await viewer.next())
            await producer.say({**END, "payload": {"totalTests": 99, "passedTests": 99}})
            rest, code = await viewer.rest()
    shown = (await http.get(f"{API}/runs/{run_id}", headers=server.headers)).json()

    assert snapshot["type"] == "run:snapshot"
    assert (snapshot["payload"]["id"], snapshot["payload"]["totalTests"]) == (str(run_id), 2)
    assert (began["payload"]["runId"], began["payload"]["testName"]) == (str(run_id), "logs in")
    assert began["payload"]["testFile"] == "tests/login.spec.ts"
    by_name = {result["testName"]: result for result in results_in(heard)}
    assert by_name == {result["testName"]: result for result in shown["results"]}
    assert heard[-1]["payload"]["totals"]["failedTests"] == 1
    end = rest[-1]["payload"]
    assert (rest[-1]["type"], end["runId"], end["status"], end["conclusion"]) == (
        "run:end",
        str(run_id),
        "completed",
        "failed",
    )
    assert (end["totalTests"], end["passedTests"], end["failedTests"]) == (2, 1, 1)
    assert code == 1000
    versions = [message["version"] for message in [snapshot, *heard, *rest]]
    assert versions == sorted(versions)


async def test_a_viewer_of_another_server_sees_the_same(server: RunningServer, other_server: RunningServer) -> None:
    run_id = uuid4()
    async with producing(server, run_id) as producer:
        await producer.ask(start_message(totalTests=30))
        async with viewing(other_server, run_id) as viewer, viewing(server, run_id) as neighbour:
            for number in range(30):
                await producer.say(batch_message(number + 1, [passed(f"test {number}")]))
            await producer.say(END)
            seen, code = await viewer.rest()
            same, _ = await neighbour.rest()

    names = [f"test {number}" for number in range(30)]
    for heard in (seen, same):
        assert sorted(result["testName"] for result in results_in(heard)) == sorted(names)
        assert heard[-1]["payload"]["passedTests"] == 30
    assert code == 1000


async def test_who_comes_back_with_a_cursor_gets_what_has_changed_since(
    server: RunningServer, other_server: RunningServer
) -> None:
    run_id = uuid4()
    async with producing(server, run_id) as producer:
        await producer.ask(start_message(totalTests=3))
        async with viewing(server, run_id) as viewer:
            await viewer.next()
            await producer.ask(batch_message(1, [passed("one")]))
            cursor = (await viewer.until("test:batch"))[-1]["cursor"]
        await producer.ask(batch_message(2, [passed("two")]))
        await producer.ask(batch_message(3, [passed("three")]))
        async with viewing(other_server, run_id, f"?since={cursor}") as back:
            snapshot = await back.next()
            missed = (await back.until("test:batch"))[-1]
        async with viewing(server, run_id) as fresh:
            await producer.say(END)
            heard, _ = await fresh.rest()

    assert snapshot["type"] == "run:snapshot"
    assert [result["testName"] for result in missed["payload"]["results"]] == ["two", "three"]
    assert results_in(heard) == []


async def test_a_run_that_is_over_is_a_snapshot_and_its_end(server: RunningServer) -> None:
    run_id = uuid4()
    async with producing(server, run_id) as producer:
        await producer.ask(start_message())
        await producer.ask(batch_message(1, [passed("one")]))
        await producer.ask(END)
    async with viewing(server, run_id) as viewer:
        heard, code = await viewer.rest()

    assert [message["type"] for message in heard] == ["run:snapshot", "run:end"]
    assert code == 1000


async def test_a_cancelled_run_ends_for_viewers_when_its_ledger_is_whole(server: RunningServer) -> None:
    key = await start(server.db, server.tenant.id, suite(2), workers=1)
    worker = HandWorker(server.db, key)
    lease = await worker.lease()
    async with viewing(server, key.run_id) as viewer:
        await viewer.next()
        await cancel_run(server.db, key.tenant_id, key.run_id)
        await worker.pass_all(lease)
        await worker.finish(lease)
        heard, code = await viewer.rest()

    end = heard[-1]["payload"]
    assert (end["status"], code) == ("cancelled", 1000)
    assert end["passedTests"] == len(leased_tests(lease))
    assert end["passedTests"] + end["notRunTests"] == end["totalTests"] == 2


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (batch_message(1, [passed("one")]), "FORBIDDEN"),
        (start_message(), "FORBIDDEN"),
        ({"type": "hello"}, "INVALID_PARAMETERS"),
        ("{", "INVALID_PARAMETERS"),
        ("[]", "INVALID_PARAMETERS"),
        ('"\\ud800"', "INVALID_PARAMETERS"),
        ("", "INVALID_PARAMETERS"),
    ],
)
async def test_what_a_viewer_says_is_an_error_and_its_socket_stays_open(
    server: RunningServer, http: httpx.AsyncClient, said: object, code: str
) -> None:
    key = await start(server.db, server.tenant.id, suite(1))
    async with viewing(server, key.run_id, headers=await reader_of(server)) as viewer:
        await viewer.next()
        answers = [await viewer.ask(said) for _ in range(2)]
        await http.delete(f"{API}/orchestrate/{key.run_id}", headers=server.headers)
        heard, _ = await viewer.rest()

    assert [(answer["type"], answer["payload"]["code"]) for answer in answers] == [("error", code)] * 2
    assert heard[-1]["type"] == "run:end"
    assert heard[-1]["payload"]["passedTests"] == 0


async def test_who_may_not_view_is_refused_before_the_upgrade(server: RunningServer) -> None:
    key = await start(server.db, server.tenant.id, suite(1))
    tenant = await new_tenant(server.db, f"stranger-{uuid4().hex}")
    foreign = await create_key(server.db, tenant.id, frozenset(Scope))
    elsewhere = await create_key(server.db, server.tenant.id, frozenset({Scope.READ}), project="another")
    ingest = await create_key(server.db, server.tenant.id, frozenset({Scope.INGEST}))
    view = {**server.headers, "X-Role": "viewer", "X-Run-ID": str(key.run_id)}
    address = socket_address(server)

    stranger = {**view, "Authorization": f"Bearer {foreign.text}", "X-Tenant-Id": tenant.slug}
    assert await refused(address, stranger) == (404, "RUN_NOT_FOUND")
    assert await refused(address, {**view, "Authorization": f"Bearer {elsewhere.text}"}) == (404, "RUN_NOT_FOUND")
    assert await refused(address, {**view, "Authorization": f"Bearer {ingest.text}"}) == (403, "FORBIDDEN")
    assert await refused(address, {**view, "X-Run-ID": str(uuid4())}) == (404, "RUN_NOT_FOUND")
    assert await refused(address, {**view, "X-Run-ID": "nonsense"}) == (404, "RUN_NOT_FOUND")
    assert await refused(f"{address}?since=yesterday", view) == (400, "INVALID_PARAMETERS")
    assert await refused(f"{address}?ticket=nonsense", {}) == (401, "UNAUTHORIZED")
    assert await refused(f"{address}?ticket={'x' * 43}", {}) == (401, "UNAUTHORIZED")


async def test_a_cursor_that_no_server_gave_does_no_harm(server: RunningServer) -> None:
    key = await start(server.db, server.tenant.id, suite(1))
    for cursor in ("9:3:", "1:1:", "9999999999999999999:9999999999999999999:", "1:9999999999999:"):
        async with viewing(server, key.run_id, f"?since={cursor}") as viewer:
            assert (await viewer.next())["type"] == "run:snapshot"


async def test_a_ticket_opens_one_stream_of_its_run_once(server: RunningServer, http: httpx.AsyncClient) -> None:
    key = await start(server.db, server.tenant.id, suite(1))
    another = await start(server.db, server.tenant.id, suite(1))
    address = socket_address(server)

    ticket = await ticket_for(server, http, key.run_id)
    async with connect(f"{address}?ticket={ticket}") as socket:
        snapshot = await Line(socket).next()
    assert snapshot["payload"]["id"] == str(key.run_id)
    assert await refused(f"{address}?ticket={ticket}", {}) == (401, "UNAUTHORIZED")

    misused = await ticket_for(server, http, key.run_id)
    assert (await http.get(f"{API}/orchestrate/{another.run_id}/progress?ticket={misused}")).status_code == 401
    assert await refused(f"{address}?ticket={misused}&runId={another.run_id}", {}) == (401, "UNAUTHORIZED")


async def test_many_who_show_the_same_ticket_get_one_stream(server: RunningServer, http: httpx.AsyncClient) -> None:
    key = await start(server.db, server.tenant.id, suite(1))
    await cancel_run(server.db, key.tenant_id, key.run_id)
    ticket = await ticket_for(server, http, key.run_id)

    path = f"{API}/orchestrate/{key.run_id}/progress?ticket={ticket}"
    answers = await asyncio.gather(*(http.get(path) for _ in range(10)))

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 9


async def test_an_old_ticket_opens_nothing(server: RunningServer, http: httpx.AsyncClient) -> None:
    key = await start(server.db, server.tenant.id, suite(1))
    ticket = await ticket_for(server, http, key.run_id)
    async with server.db.connection() as connection:
        await connection.execute(
            "update tickets set expires_at = now() - interval '1 second' where run_id = %s", (key.run_id,)
        )

    assert (await http.get(f"{API}/orchestrate/{key.run_id}/progress?ticket={ticket}")).status_code == 401


async def test_a_ticket_is_for_who_may_read_the_run(server: RunningServer, http: httpx.AsyncClient) -> None:
    key = await start(server.db, server.tenant.id, suite(1))
    elsewhere = await create_key(server.db, server.tenant.id, frozenset({Scope.READ}), project="another")
    path = f"{API}/runs/{key.run_id}/tickets"

    given = await http.post(path, headers=await reader_of(server))
    foreign = await http.post(path, headers={**server.headers, "Authorization": f"Bearer {elsewhere.text}"})
    unknown = await http.post(f"{API}/runs/{uuid4()}/tickets", headers=server.headers)

    assert (given.status_code, given.json()["expiresIn"]) == (200, 30)
    assert [(answer.status_code, answer.json()["code"]) for answer in (foreign, unknown)] == [
        (404, "RUN_NOT_FOUND")
    ] * 2


async def test_a_viewer_that_reads_too_slowly_gets_a_fresh_snapshot_in_place_of_what_it_missed(
    server: RunningServer,
) -> None:
    run_id = uuid4()
    attempt = {"attempt": 0, "status": "passed", "durationMs": 1, "stdout": "x" * 200_000}
    async with producing(server, run_id) as producer:
        await producer.ask(start_message())
        async with viewing(server, run_id, max_queue=1) as slow, viewing(server, run_id) as quick:
            await slow.next()
            await quick.next()
            for wave in range(6):
                # More than is kept for who lags behind, and than lies in the buffers on the way.
                for number in range(12):
                    results = [passed(f"test {wave}/{number}/{index}", attempts=[attempt]) for index in range(4)]
                    assert (await producer.ask(batch_message(wave * 100 + number, results)))["type"] == "ack"
                names: set[str] = set()
                while len(names) < 48:
                    names |= {result["testName"] for result in results_in([await quick.next()])}
            await producer.ask(END)
            (heard, code), (all_heard, _) = await slow.rest(), await quick.rest()

    assert [message for message in heard if message.get("missed")]
    assert not [message for message in all_heard if message.get("missed")]
    assert (heard[-1]["type"], heard[-1]["payload"]["passedTests"], code) == ("run:end", 6 * 48, 1000)


async def test_no_message_to_a_viewer_is_larger_than_a_producer_may_send(server: RunningServer) -> None:
    run_id = uuid4()
    attempt = {"attempt": 0, "status": "failed", "durationMs": 1, "stdout": "é" * 400_000}
    async with producing(server, run_id) as producer:
        await producer.ask(start_message())
        async with viewing(server, run_id) as viewer:
            await viewer.next()
            for number in range(3):
                results = [passed(f"test {number}", status="failed", attempts=[attempt], errorMessage="boom")]
                body = json.dumps(batch_message(number, results), ensure_ascii=False)
                assert (await producer.ask(body))["type"] == "ack"
            await producer.ask(END)
            heard, code = await viewer.rest()

    assert code == 1000
    assert all(len(json.dumps(message)) < 1024 * 1024 for message in heard)
    told = results_in(heard)
    assert {(result["errorMessage"], result["truncated"]) for result in told} == {("boom", True)}
    assert {result["testName"] for result in told} == {"test 0", "test 1", "test 2"}


async def test_a_server_with_open_viewers_stops_and_sends_them_elsewhere(db: Database, settings: Settings) -> None:
    tenant = await new_tenant(db, f"t-{uuid4().hex}")
    key = await start(db, tenant.id, suite(1))

    async def follow(client: httpx.AsyncClient) -> None:
        async with client.stream("GET", f"{API}/orchestrate/{key.run_id}/progress") as answer:
            async for line in answer.aiter_lines():
                if line.startswith("data:"):
                    opened.release()

    async def view(running: RunningServer) -> int | None:
        async with viewing(running, key.run_id) as viewer:
            await viewer.next()
            opened.release()
            return (await viewer.rest())[1]

    opened = asyncio.Semaphore(0)
    async with running_server(db, settings, tenant) as running:
        limits = httpx.Limits(max_connections=None)
        client = httpx.AsyncClient(base_url=running.url, headers=running.headers, limits=limits, timeout=120)
        streams = [asyncio.create_task(follow(client)) for _ in range(50)]
        viewers = [asyncio.create_task(view(running)) for _ in range(50)]
        for _ in range(100):
            await asyncio.wait_for(opened.acquire(), 120)
        began = asyncio.get_running_loop().time()
    took = asyncio.get_running_loop().time() - began
    codes = await asyncio.gather(*viewers)
    await asyncio.gather(*streams, return_exceptions=True)
    await client.aclose()

    assert set(codes) == {1012}
    # Without an end to its streams it would wait for ever.
    assert took < 120
