"""RESOLUTIONS, "Rate limits", over real HTTP: one server, two replicas, a proxy."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from shifty.config import Settings, load_settings
from shifty.database.pool import Database
from tests.contract.conftest import API
from tests.runs.seed import Seed
from tests.support.server import RunningServer, new_tenant, running_server

HEADERS = {"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "ratelimit-policy"}

Serving = Callable[..., AbstractAsyncContextManager[RunningServer]]


@pytest.fixture
def serving(db: Database, tmp_path: Path) -> Serving:
    """A server with limits; replicas of one tenant when it is given the first one."""

    @asynccontextmanager
    async def serve(first: RunningServer | None = None, **limits: object) -> AsyncGenerator[RunningServer]:
        settings: Settings = load_settings(data_dir=tmp_path / "data", **limits)
        tenant = first.tenant if first else await new_tenant(db, f"t-{uuid4().hex}")
        # A replica has a pool of its own, as it would in a process of its own.
        database = await Database.open(db.dsn)
        try:
            async with running_server(database, settings, tenant) as running:
                yield running
        finally:
            await database.close()

    return serve


def limits_of(answer: httpx.Response) -> tuple[int, int, int]:
    headers = answer.headers
    return int(headers["ratelimit-limit"]), int(headers["ratelimit-remaining"]), int(headers["ratelimit-reset"])


async def test_every_answer_says_where_the_caller_stands(http: httpx.AsyncClient, server: RunningServer) -> None:
    calls = [
        ("GET", "/runs"),
        ("GET", f"/runs/{uuid4()}"),
        ("GET", "/nowhere"),
        ("PATCH", "/runs"),
        ("GET", "/runs?limit=x"),
    ]
    answers = [await http.request(method, f"{API}{path}", headers=server.headers) for method, path in calls]

    assert [answer.status_code for answer in answers] == [200, 404, 404, 405, 400]
    assert all(set(answer.headers) >= HEADERS for answer in answers)
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {"500;w=60;burst=1000"}
    limit, remaining, reset = limits_of(answers[0])
    assert (limit, remaining) == (1000, 999)
    assert 0 <= reset <= 2


async def test_a_sequential_caller_sees_each_request_counted(serving: Serving) -> None:
    async with serving(requests_per_minute=1) as server, httpx.AsyncClient(base_url=server.url) as http:
        answers = [await http.get(f"{API}/usage", headers=server.headers) for _ in range(4)]

    # One a minute flows in, and twice that is held: what came meanwhile is less than a token.
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert [limits_of(answer)[:2] for answer in answers] == [(2, 1), (2, 0), (2, 0), (2, 0)]
    assert 60 < limits_of(answers[1])[2] <= 120


async def test_too_many_requests_are_refused_with_the_time_to_wait(serving: Serving) -> None:
    async with serving(requests_per_minute=2) as server, httpx.AsyncClient(base_url=server.url) as http:
        statuses = [(await http.get(f"{API}/usage", headers=server.headers)).status_code for _ in range(4)]
        refused = await http.get(f"{API}/usage", headers=server.headers)

    assert statuses == [200] * 4
    assert (refused.status_code, refused.json()["code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert refused.json()["details"] == {"bucket": "api", "perMinute": 2, "burst": 4}
    assert 0 < int(refused.headers["retry-after"]) <= 30
    assert f"{refused.headers['retry-after']} s" in refused.json()["error"]
    assert refused.headers["x-request-id"]


async def test_who_waits_as_long_as_it_was_told_is_let_in(serving: Serving) -> None:
    async with serving(requests_per_minute=60) as server, httpx.AsyncClient(base_url=server.url) as http:
        while (refused := await http.get(f"{API}/usage", headers=server.headers)).status_code != 429:
            async with server.db.connection() as connection:
                await connection.execute(
                    "update rate_buckets set tokens = 0, filled_at = now() where name = %s",
                    (f"api/{server.tenant.id}",),
                )
        await asyncio.sleep(int(refused.headers["retry-after"]))
        later = await http.get(f"{API}/usage", headers=server.headers)

    assert later.status_code == 200


async def test_an_answer_that_is_our_fault_says_it_too(fresh_database: str, settings: Settings) -> None:
    database = await Database.open(fresh_database)
    tenant = await new_tenant(database, "acme")
    async with running_server(database, settings, tenant) as server, httpx.AsyncClient(base_url=server.url) as http:
        async with database.connection() as connection:
            await connection.execute("drop table tenant_minutes")
        answer = await http.get(f"{API}/usage", headers=server.headers)
    await database.close()

    assert answer.status_code == 500
    assert limits_of(answer)[:2] == (1000, 999)


async def test_what_workers_send_is_counted_apart(serving: Serving) -> None:
    async with (
        serving(requests_per_minute=1, ingest_requests_per_minute=3) as server,
        httpx.AsyncClient(base_url=f"{server.url}{API}", headers=server.headers) as http,
    ):
        while (await http.get("/usage")).status_code != 429:
            pass
        run, lease = uuid4(), uuid4()
        calls: list[tuple[str, object]] = [
            (f"/runs/{run}/events", []),
            (f"/runs/{run}/claims", {}),
            ("/claims", {}),
            (f"/runs/{run}/leases/{lease}/renew", {}),
            (f"/runs/{run}/leases/{lease}/finish", {}),
            ("/artifacts/presigned-upload", {}),
        ]
        answers = [await http.post(path, json=body) for path, body in calls]
        refused = await http.post("/claims", json={})

    assert 429 not in {answer.status_code for answer in answers}
    assert [limits_of(answer)[:2] for answer in answers] == [(6, left) for left in (5, 4, 3, 2, 1, 0)]
    assert (refused.status_code, refused.json()["details"]["bucket"]) == (429, "ingest")


async def test_two_replicas_share_the_buckets(serving: Serving) -> None:
    async with (
        serving(requests_per_minute=20) as one,
        serving(one, requests_per_minute=20) as two,
        httpx.AsyncClient() as http,
    ):
        urls = [f"{replica.url}{API}/usage" for replica in (one, two)]
        first = [await http.get(urls[number % 2], headers=one.headers) for number in range(10)]
        rest = [
            answer
            for _ in range(12)
            for answer in await asyncio.gather(*(http.get(url, headers=one.headers) for url in urls * 3))
        ]

    left = [limits_of(answer)[1] for answer in first]
    # Each replica sees what the other has given out; a slow machine may have let a token in meanwhile.
    assert all(0 <= got - want <= 4 for got, want in zip(left, range(39, 29, -1), strict=True))
    assert Counter(answer.status_code for answer in rest)[200] in range(30, 60)


async def test_replicas_hold_ingest_to_its_limit_although_they_take_ahead(serving: Serving) -> None:
    async with (
        serving(ingest_requests_per_minute=60) as one,
        serving(one, ingest_requests_per_minute=60) as two,
        httpx.AsyncClient(timeout=60) as http,
    ):
        began = time.monotonic()
        urls = [f"{replica.url}{API}/claims" for replica in (one, two)]
        statuses = [
            answer.status_code
            for _ in range(20)
            for answer in await asyncio.gather(*(http.post(url, headers=one.headers, json={}) for url in urls * 5))
        ]
        took = time.monotonic() - began

    # The capacity, one a second that flowed in meanwhile, and one that each of the two may have taken ahead; some of
    # what was taken ahead has lapsed.
    assert 90 <= len(statuses) - statuses.count(429) <= 120 + took + 2


async def test_requests_without_a_valid_key_are_counted_by_address(serving: Serving) -> None:
    async with serving(address_requests_per_minute=2) as server, httpx.AsyncClient(base_url=server.url) as http:
        answers = [
            await http.get(f"{API}/usage", headers=headers) for headers in [{}, {"Authorization": "Bearer x"}] * 4
        ]
        known = await http.get(f"{API}/usage", headers=server.headers)
        ready = await http.get("/readyz")

    # Other servers of this test's process have counted this machine, too: how many are left is not known.
    assert {answer.status_code for answer in answers[:4]} <= {401, 429}
    assert [answer.status_code for answer in answers[4:]] == [429] * 4
    assert all(set(answer.headers) >= HEADERS for answer in answers)
    assert answers[-1].json()["details"] == {"bucket": "address", "perMinute": 2, "burst": 4}
    assert (known.status_code, ready.status_code) == (200, 200)


async def test_nobody_chooses_an_address_unless_its_proxy_is_trusted(serving: Serving) -> None:
    made_up = f"2001:db8:{uuid4().hex[:4]}::1"
    forwarded = {"X-Forwarded-For": made_up}
    async with serving(address_requests_per_minute=1) as server, httpx.AsyncClient(base_url=server.url) as http:
        while (await http.get(f"{API}/usage")).status_code != 429:
            pass
        untrusted = await http.get(f"{API}/usage", headers=forwarded)
    async with (
        serving(address_requests_per_minute=1, trusted_proxies="127.0.0.1") as server,
        httpx.AsyncClient(base_url=server.url) as http,
    ):
        answers = [await http.get(f"{API}/usage", headers=forwarded) for _ in range(3)]
        neighbour = await http.get(f"{API}/usage", headers={"X-Forwarded-For": f"{made_up[:-1]}aaaa:2"})
        elsewhere = await http.get(f"{API}/usage", headers={"X-Forwarded-For": f"198.51.100.{uuid4().int % 250}"})

    assert untrusted.status_code == 429
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert neighbour.status_code == 429
    assert elsewhere.status_code == 401


async def test_probes_and_signed_uploads_are_free(serving: Serving) -> None:
    async with serving(address_requests_per_minute=1) as server, httpx.AsyncClient(base_url=server.url) as http:
        answers = [await http.get(path) for path in ("/healthz", "/readyz") * 4]
        uploads = [await http.put(f"{API}/artifacts/put/made-up", content=b"x") for _ in range(6)]

    assert {answer.status_code for answer in answers} == {200}
    assert 429 not in {answer.status_code for answer in uploads}
    assert not HEADERS & {name for answer in answers for name in answer.headers}


async def test_a_socket_is_refused_before_its_upgrade(serving: Serving) -> None:
    async with serving(ingest_requests_per_minute=1) as server:
        url = f"{server.url.replace('http', 'ws')}/ws"
        headers = {**server.headers, "X-Run-ID": str(uuid4())}
        async with connect(url, additional_headers=headers) as socket:
            opened = {name.lower() for name in socket.response.headers} if socket.response else set[str]()
            async with connect(url, additional_headers=headers):
                with pytest.raises(InvalidStatus) as refused:
                    await connect(url, additional_headers=headers)
            # What is open stays open, whatever it sends.
            for _ in range(5):
                await socket.send("nonsense")
                assert "error" in str(await socket.recv())

    assert opened >= HEADERS
    assert refused.value.response.status_code == 429
    assert int(refused.value.response.headers["Retry-After"]) > 0


async def test_a_ticket_is_free_and_a_made_up_one_is_counted_by_address(serving: Serving, db: Database) -> None:
    async with serving(address_requests_per_minute=1) as server, httpx.AsyncClient(base_url=server.url) as http:
        run = await Seed(db, server.tenant.id).run(status="completed", conclusion="passed")
        progress = f"{API}/orchestrate/{run}/progress"
        bought = [await http.post(f"{API}/runs/{run}/tickets", headers=server.headers) for _ in range(3)]
        while (refused := await http.get(progress, params={"ticket": "made-up"})).status_code == 401:
            pass
        opened = [await http.get(progress, params={"ticket": answer.json()["ticket"]}) for answer in bought]
        with pytest.raises(InvalidStatus) as shut:
            await connect(f"{server.url.replace('http', 'ws')}/ws?ticket=made-up")

    assert (refused.status_code, refused.json()["details"]["bucket"]) == (429, "address")
    assert set(refused.headers) >= HEADERS
    assert [answer.status_code for answer in opened] == [200] * 3
    assert shut.value.response.status_code == 429


async def test_a_body_without_a_valid_key_is_not_read(server: RunningServer) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
    writer.write(
        b"POST /api/v1/orchestrate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 30000000\r\n\r\n{"
    )

    # All but one byte is still to come.
    status = await asyncio.wait_for(reader.readline(), 30)
    writer.close()

    assert b" 401 " in status


async def test_without_its_database_a_server_answers_what_it_would_without_limits(serving: Serving) -> None:
    async with serving(address_requests_per_minute=1) as server, httpx.AsyncClient(base_url=server.url) as http:
        before = await http.get(f"{API}/usage", headers=server.headers)
        await server.db.close()
        known = await http.get(f"{API}/usage", headers=server.headers, timeout=60)
        unknown = [await http.get(f"{API}/usage", headers={"X-Tenant-ID": "x"}, timeout=60) for _ in range(3)]

    assert before.status_code == 200
    assert (known.status_code, known.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert {answer.status_code for answer in unknown} == {401}


async def test_a_limit_of_nothing_is_none(serving: Serving) -> None:
    async with serving(requests_per_minute=0) as server, httpx.AsyncClient(base_url=server.url) as http:
        answer = await http.get(f"{API}/usage", headers=server.headers)

    assert answer.status_code == 200
    assert not HEADERS & set(answer.headers)
