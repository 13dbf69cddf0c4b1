"""Who may do what, for every route and socket that the application has: generated from its route table.

A route that is added is tested without being named here. One with a new path parameter fails until `Belongings` says
which object of the owner belongs into it.
"""

import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Final, TypeAlias, cast
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from psycopg.rows import tuple_row
from starlette.routing import WebSocketRoute
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from shifty.config import Settings
from shifty.database.pool import Database
from shifty.quarantine.add import add_rule
from shifty.quarantine.model import NewRule
from shifty.server.app import create_app
from shifty.tenants.keys import create_key
from shifty.tenants.model import Caller, Scope, Tenant
from shifty.webhooks.change import add_webhook
from shifty.wire import PlannedTest
from tests.contract.conftest import API
from tests.support.runs import HandWorker, start
from tests.support.server import RunningServer, new_tenant

PUBLIC: Final[Mapping[str, str]] = {
    "/healthz": "a probe has no key, and is told nothing but that the process lives",
    "/readyz": "a probe has no key, and is told nothing but that the database answers",
    "/docs": "a page about the API as such",
    "/docs/oauth2-redirect": "part of that page",
    f"{API}/openapi.json": "the description of the API as such",
}
"""Routes that need no key, each with the reason."""

SIGNED: Final = re.compile(rf"{API}/(?:artifacts/put|healing/webhooks)/.*")
"""Signed uploads: the signature in the address is the permission, and it names its tenant's object. Webhooks: that of
the body is, with a secret of the server's; they tell of a pull request, and are told nothing."""

NO_WRITE: Final[Mapping[str, str]] = {
    f"POST {API}/runs/{{runId}}/tickets": "a ticket lets its holder read what the key that asks for it may read",
    f"POST {API}/sign-in-codes": "a session may do what the key that asks for it may",
}
"""What a read key may do although the method is not GET, each with the reason."""

_TABLES: Final = (
    *("projects", "runs", "tests", "shards", "work_items", "leases", "artifacts"),
    *("fingerprints", "drifts", "healing_prs", "healing_decisions"),
    *("quarantine_rules", "quarantine_log"),
    *("api_keys", "webhooks", "webhook_deliveries"),
)

Row: TypeAlias = tuple[object, ...]


@dataclass(frozen=True)
class Door:
    """A method and a path of the route table, with the example of its body."""

    method: str
    path: str
    body: object

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"\{(\w+)(?::\w+)?\}", self.path)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Belongings:
    """Objects of the owner; ``mark`` is in every text of theirs that nobody else should read."""

    mark: str
    run_id: UUID
    lease: UUID
    artifact: Mapping[str, str]
    rule: UUID
    test_id: str
    key_id: str
    webhook: UUID

    def named(self, name: str) -> str:
        """The owner's object for a path parameter, or for a field of a body."""
        known = {
            "runId": str(self.run_id),
            "rerun_of": str(self.run_id),
            "token": str(self.lease),
            "ruleId": str(self.rule),
            "testId": self.test_id,
            "keyId": self.key_id,
            "webhookId": str(self.webhook),
            **self.artifact,
        }
        if name not in known:
            pytest.fail(
                f"A route has the path parameter {name!r}, which this test can't fill: make such an object of the "
                "owner in the fixture `owned` and name it in Belongings.named; the route is tested with it then."
            )
        return known[name]

    def path(self, door: Door) -> str:
        return re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: self.named(match[1]), door.path)

    def body(self, door: Door) -> object:
        """The example of the door with the owner's objects in it."""
        if door.path == f"{API}/orchestrate" and isinstance(door.body, dict):
            return {**cast("dict[str, object]", door.body), "metadata": {"rerun_of": str(self.run_id)}}
        return self._put_into(door.body)

    def _put_into(self, value: object) -> object:
        if isinstance(value, list):
            return [self._put_into(item) for item in cast("list[object]", value)]
        if not isinstance(value, dict):
            return value
        fields = cast("dict[str, object]", value)
        ours = {"runId", "storageKey"} & set(fields)
        return {name: self.named(name) if name in ours else self._put_into(item) for name, item in fields.items()}

    @property
    def headers(self) -> dict[str, str]:
        return {"X-Run-ID": str(self.run_id), "X-Artifact-Type": "log", "X-Artifact-Name": "note.txt"}


def _doors(app: FastAPI) -> list[Door]:
    described = cast("dict[str, dict[str, dict[str, object]]]", app.openapi()["paths"])
    found = [
        Door(method, route.path or "", _example(described.get(_as_told(route.path), {}).get(method.lower(), {})))
        for route in iter_route_contexts(app.routes)
        for method in sorted(route.methods or ())
    ]
    assert len(found) > 20
    return found


def _as_told(path: str | None) -> str:
    """The path as it is described: without the form of its parameters."""
    return re.sub(r":\w+\}", "}", path or "")


def _example(operation: Mapping[str, object]) -> object:
    content = cast("dict[str, dict[str, dict[str, object]]]", operation.get("requestBody", {})).get("content", {})
    given = content.get("application/json", {})
    named = cast("dict[str, dict[str, object]]", given.get("examples", {}))
    return given.get("example", next((example["value"] for example in named.values()), None))


def _sockets(app: FastAPI) -> list[str]:
    return [
        route.path or ""
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, WebSocketRoute)
    ]


def _guarded(doors: list[Door]) -> Iterator[Door]:
    """Those of the API: pages go by sessions, and have tests of their own."""
    ours = (door for door in doors if door.path.startswith(API))
    return (door for door in ours if door.path not in PUBLIC and not SIGNED.fullmatch(door.path))


@pytest.fixture
def app(db: Database, settings: Settings) -> FastAPI:
    """Like the one that serves: only its route table is asked."""
    return create_app(db, settings)


@pytest.fixture
def doors(app: FastAPI) -> list[Door]:
    return _doors(app)


@pytest.fixture
async def owned(server: RunningServer, http: httpx.AsyncClient) -> Belongings:
    """A run of the server's tenant that is being worked on, with a lease and an artifact, a rule and a known test."""
    mark = uuid4().hex
    tests = [PlannedTest(test_file=f"tests/{mark}-{number}.spec.ts", test_name=f"test {mark}") for number in range(3)]
    key = await start(server.db, server.tenant.id, tests)
    lease = await HandWorker(server.db, key, name=f"worker-{mark}").lease()
    headers = {**server.headers, "X-Run-ID": str(key.run_id), "X-Artifact-Type": "log", "X-Artifact-Name": "note.txt"}
    answer = await http.post(f"{API}/artifacts/upload", headers=headers, content=f"a secret: {mark}".encode())
    assert answer.status_code == 200, answer.text
    listed = await http.get(f"{API}/runs/{key.run_id}/artifacts", headers=server.headers)
    (artifact,) = listed.json()["artifacts"]
    named = {"artifactId": artifact["id"], "name": "note.txt", "storageKey": artifact["storageKey"]}
    excuse = NewRule(kind="title", value=f"test {mark}", owner=f"@{mark}", reason=f"a secret: {mark}")
    rule = (await add_rule(server.db, server.tenant.id, "shop", excuse, "key")).rule
    test_id = str(uuid4())
    async with server.db.connection() as connection:
        await connection.execute(
            "insert into known_tests (tenant_id, project_id, test_id, file, title_path, first_seen_at, last_seen_at,"
            " last_run_id, last_outcome) select tenant_id, project_id, %s, %s, array[%s], now(), now(), id, 'passed'"
            " from runs where id = %s",
            (test_id, f"tests/{mark}.spec.ts", f"test {mark}", key.run_id),
        )
        decided = await connection.execute(
            "insert into healing_decisions (tenant_id, project_id, file, selector, healed_selector, digest, decision,"
            " decided_by) select tenant_id, project_id, %s, '#a', '#b', sha256('a'), 'refused', 'key' from runs"
            " where id = %s returning project_id || '-' || encode(digest, 'hex')",
            (f"tests/{mark}.spec.ts", key.run_id),
        )
        named["decisionId"] = str((await decided.fetchall())[0][0])
    of_key = (await create_key(server.db, server.tenant.id, frozenset({Scope.READ}), name=f"a secret: {mark}")).key.id
    owner = Caller(server.tenant.id, server.tenant.slug, of_key, frozenset(Scope), None)
    hook = (await add_webhook(server.db, owner, f"http://127.0.0.1:9/{mark}", ["run.failed"])).webhook.webhook.id
    return Belongings(mark, key.run_id, lease.token, named, rule.id, test_id, of_key, hook)


@pytest.fixture
async def stranger(db: Database) -> tuple[Tenant, dict[str, str]]:
    """Another tenant, and a key of it that may do everything there."""
    tenant = await new_tenant(db, f"stranger-{uuid4().hex}")
    key = await create_key(db, tenant.id, frozenset(Scope))
    return tenant, {"Authorization": f"Bearer {key.text}", "X-Tenant-ID": tenant.slug}


async def _call(http: httpx.AsyncClient, door: Door, owned: Belongings, headers: Mapping[str, str]) -> httpx.Response:
    sent = {**owned.headers, **headers}
    body = owned.body(door)
    if door.method in ("GET", "HEAD") or body is None:
        content = None if door.method in ("GET", "HEAD", "DELETE") else b"x"
        return await http.request(door.method, owned.path(door), headers=sent, content=content)
    return await http.request(door.method, owned.path(door), headers=sent, json=body)


async def _state_of(db: Database, tenant_id: UUID) -> list[list[Row]]:
    """Everything that the owner has, but for what time alone changes."""
    async with db.connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
        found: list[list[Row]] = []
        for table in _TABLES:
            await cursor.execute(
                f"select to_jsonb(t) - 'last_used_at' from {table} t where tenant_id = %s"  # pyright: ignore[reportArgumentType]
                " order by to_jsonb(t)::text",
                (tenant_id,),
            )
            found.append(await cursor.fetchall())
    return found


async def test_another_tenants_key_gets_403_or_404_and_learns_and_changes_nothing(
    http: httpx.AsyncClient,
    server: RunningServer,
    doors: list[Door],
    owned: Belongings,
    stranger: tuple[Tenant, dict[str, str]],
) -> None:
    before = await _state_of(server.db, server.tenant.id)

    for door in _guarded(doors):
        answer = await _call(http, door, owned, stranger[1])

        assert answer.status_code < 500, (str(door), answer.text)
        assert not door.parameters or answer.status_code in (403, 404), (str(door), answer.status_code, answer.text)
        assert owned.mark not in answer.text, str(door)
        assert owned.mark not in str(answer.headers), str(door)
    assert await _state_of(server.db, server.tenant.id) == before


async def test_what_is_not_there_looks_like_what_is_somebody_elses(
    http: httpx.AsyncClient, doors: list[Door], owned: Belongings, stranger: tuple[Tenant, dict[str, str]]
) -> None:
    artifact = {**owned.artifact, "artifactId": str(uuid4())}
    nothing = Belongings("", uuid4(), uuid4(), artifact, uuid4(), str(uuid4()), token_hex(8), uuid4())
    for door in _guarded(doors):
        if not door.parameters:
            continue
        foreign, missing = [await _call(http, door, which, stranger[1]) for which in (owned, nothing)]

        assert foreign.status_code == missing.status_code, str(door)
        assert _without_ids(foreign.text) == _without_ids(missing.text), str(door)


def _without_ids(text: str) -> str:
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{16}\b", "<id>", text)


async def test_a_read_key_changes_nothing(
    http: httpx.AsyncClient, server: RunningServer, doors: list[Door], owned: Belongings
) -> None:
    key = await create_key(server.db, server.tenant.id, frozenset({Scope.READ}))
    headers = {**server.headers, "Authorization": f"Bearer {key.text}"}
    before = await _state_of(server.db, server.tenant.id)

    for door in _guarded(doors):
        if door.method in ("GET", "HEAD") or str(door) in NO_WRITE:
            continue
        answer = await _call(http, door, owned, headers)

        assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN"), str(door)
        # What reports results is counted with the reporters, so that a dashboard can't starve it.
        if answer.json()["details"]["scope"] == "ingest":
            assert answer.headers["ratelimit-limit"] == "60000", f"{door} is missing in shifty.tenants.gate.INGEST"
    assert await _state_of(server.db, server.tenant.id) == before


async def test_without_a_key_every_door_is_shut(
    http: httpx.AsyncClient, server: RunningServer, doors: list[Door], owned: Belongings
) -> None:
    for door in _guarded(doors):
        for headers in ({}, {"Authorization": f"Bearer {'x' * 40}"}):
            answer = await _call(http, door, owned, {**headers, "X-Tenant-ID": server.tenant.slug})

            assert answer.status_code == 401, str(door)
            assert answer.headers["www-authenticate"] == "Bearer", str(door)
            assert owned.mark not in answer.text, str(door)


async def test_a_key_opens_no_other_tenant(
    http: httpx.AsyncClient,
    server: RunningServer,
    doors: list[Door],
    owned: Belongings,
    stranger: tuple[Tenant, dict[str, str]],
) -> None:
    for door in _guarded(doors):
        for tenant in (server.tenant.slug, str(server.tenant.id), "nobody"):
            answer = await _call(http, door, owned, {**stranger[1], "X-Tenant-ID": tenant})

            assert answer.status_code == 403, str(door)
            assert door.method == "HEAD" or answer.json()["code"] == "INVALID_TENANT", str(door)


def test_what_is_public_is_still_there_and_says_why(doors: list[Door]) -> None:
    paths = {door.path for door in doors}

    assert set(PUBLIC) <= paths
    assert {door for door in NO_WRITE if door not in {str(known) for known in doors}} == set()


@pytest.fixture
def urls(app: FastAPI, server: RunningServer) -> list[str]:
    found = [f"{server.url.replace('http', 'ws', 1)}{path}" for path in _sockets(app)]
    assert len(found) >= 2
    return found


@pytest.fixture
async def reader(server: RunningServer) -> str:
    """A key of the owner's that may only read."""
    return (await create_key(server.db, server.tenant.id, frozenset({Scope.READ}))).text


@pytest.fixture
async def unchanged(server: RunningServer, owned: Belongings, reader: str) -> AsyncGenerator[None]:
    """The owner has afterwards what it had before."""
    assert owned
    assert reader
    before = await _state_of(server.db, server.tenant.id)
    yield
    assert await _state_of(server.db, server.tenant.id) == before


@pytest.mark.usefixtures("unchanged")
async def test_a_socket_gives_nothing_of_another_tenants_run(
    urls: list[str], owned: Belongings, stranger: tuple[Tenant, dict[str, str]]
) -> None:
    for url in urls:
        said = await _said(url, {**stranger[1], "X-Run-ID": str(owned.run_id)}, owned)

        assert "404" in said or "RUN_NOT_FOUND" in said
        assert owned.mark not in said


@pytest.mark.usefixtures("unchanged")
async def test_a_socket_takes_nothing_from_a_read_key(
    urls: list[str], server: RunningServer, owned: Belongings, reader: str
) -> None:
    for url in urls:
        headers = {**server.headers, "Authorization": f"Bearer {reader}", "X-Run-ID": str(owned.run_id)}

        assert "FORBIDDEN" in await _said(url, headers, owned)


async def test_a_socket_is_shut_without_a_key_or_with_another_tenants(
    urls: list[str], server: RunningServer, owned: Belongings, stranger: tuple[Tenant, dict[str, str]]
) -> None:
    run = {"X-Run-ID": str(owned.run_id)}
    for url in urls:
        assert "401" in await _said(url, {**run, "X-Tenant-ID": server.tenant.slug}, owned)
        assert "INVALID_TENANT" in await _said(url, {**run, **stranger[1], "X-Tenant-ID": server.tenant.slug}, owned)


async def _said(url: str, headers: Mapping[str, str], owned: Belongings) -> str:
    """All that somebody hears who reports a made-up result of the owner's run, until an error or the end."""
    result = {"testFile": f"{owned.mark[:4]}.spec.ts", "testName": "made up", "status": "passed", "durationMs": 1}
    heard: list[str] = []
    try:
        async with connect(url, additional_headers=headers) as socket:
            await socket.send(
                msgspec.json.encode({"type": "test:batch", "seq": 1, "payload": {"results": [result]}}).decode()
            )
            async for message in socket:
                heard.append(str(message))
                if '"error"' in heard[-1] or '"ack"' in heard[-1]:
                    break
    except InvalidStatus as refused:
        heard += [str(refused.response.status_code), (refused.response.body or b"").decode()]
    except ConnectionClosed as closed:
        heard.append(str(closed))
    return "\n".join(heard)
