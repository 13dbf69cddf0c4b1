"""RESOLUTIONS, "Everywhere": authentication, tenants and errors of every operation that the server describes."""

import re
from typing import cast
from uuid import uuid4

import httpx
import pytest

from shifty.tenants.keys import create_key, create_tenant
from shifty.tenants.model import Scope
from tests.contract.conftest import API
from tests.support.server import RunningServer

Operation = tuple[str, str, dict[str, object]]

_OPEN = ("/healthz", "/readyz", "/metrics")


async def _operations(http: httpx.AsyncClient) -> list[Operation]:
    """Method, path with made-up ids, and description of each operation that needs a key."""
    paths = (await http.get(f"{API}/openapi.json")).json()["paths"]
    found = [
        (method.upper(), re.sub(r"\{\w+\}", str(uuid4()), path), cast("dict[str, object]", operation))
        for path, operations in paths.items()
        if not path.endswith(_OPEN)
        for method, operation in operations.items()
    ]
    assert len(found) >= 3
    return found


async def _call(http: httpx.AsyncClient, operation: Operation, headers: dict[str, str]) -> httpx.Response:
    method, path, _ = operation
    return await http.request(method, path, headers=headers, json={} if method in ("POST", "PUT") else None)


def _in_shape(answer: httpx.Response) -> bool:
    body = answer.json()
    return set(body) == {"error", "code", "details"} and isinstance(body["details"], dict) and bool(body["error"])


async def test_no_key_is_401_everywhere(http: httpx.AsyncClient, server: RunningServer) -> None:
    for operation in await _operations(http):
        for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": f"Basic {server.key}"}):
            answer = await _call(http, operation, {**headers, "X-Tenant-ID": server.tenant.slug})

            assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED"), operation[:2]
            assert answer.headers["www-authenticate"] == "Bearer"
            assert _in_shape(answer)


async def test_no_tenant_is_400_everywhere(http: httpx.AsyncClient, server: RunningServer) -> None:
    for operation in await _operations(http):
        for headers in ({}, {"X-Tenant-ID": ""}):
            answer = await _call(http, operation, {**headers, "Authorization": f"Bearer {server.key}"})

            assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_TENANT"), operation[:2]


async def test_a_foreign_and_an_unknown_tenant_are_403_everywhere(
    http: httpx.AsyncClient, server: RunningServer
) -> None:
    other = await create_tenant(server.db, f"other-{uuid4().hex}")
    for operation in await _operations(http):
        answers = [
            await _call(http, operation, {"Authorization": f"Bearer {server.key}", "X-Tenant-ID": tenant})
            for tenant in (str(other.id), other.slug, str(uuid4()))
        ]

        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(403, "INVALID_TENANT")}, (
            operation[:2]
        )
        assert len({answer.text for answer in answers}) == 1


async def test_a_key_without_scopes_is_403_everywhere(http: httpx.AsyncClient, server: RunningServer) -> None:
    new = await create_key(server.db, server.tenant.id, frozenset())
    for operation in await _operations(http):
        answer = await _call(http, operation, {**server.headers, "Authorization": f"Bearer {new.text}"})

        assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN"), operation[:2]
        assert answer.json()["details"]["scope"] in list(Scope)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nowhere", 404, "NOT_FOUND"),
        ("GET", "/nowhere", 404, "NOT_FOUND"),
        ("PATCH", "/api/v1/runs", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/api/v1/runs/not-an-id", 404, "RUN_NOT_FOUND"),
        ("GET", "/api/v1/runs?limit=none", 400, "INVALID_PARAMETERS"),
    ],
)
async def test_errors_are_of_one_shape(
    http: httpx.AsyncClient, server: RunningServer, method: str, path: str, status: int, code: str
) -> None:
    answer = await http.request(method, path, headers={**server.headers, "X-Request-ID": "my-request"})

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert _in_shape(answer)
    assert answer.headers["x-request-id"] == "my-request"


async def test_a_body_that_is_nested_too_deeply_is_named(http: httpx.AsyncClient, server: RunningServer) -> None:
    deep = b'{"metadata":' + b"[" * 100_000 + b"]" * 100_000 + b"}"

    answer = await http.post(
        f"{API}/orchestrate", headers={**server.headers, "Content-Type": "application/json"}, content=deep
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETERS")
    assert answer.json()["details"]["fields"][0]["path"] == "body"


async def test_a_body_over_the_limit_is_413(http: httpx.AsyncClient, server: RunningServer) -> None:
    answer = await http.post(f"{API}/runs/{uuid4()}/claims", headers=server.headers, content=b"x" * (2 * 1024 * 1024))

    assert (answer.status_code, answer.json()["code"]) == (413, "PAYLOAD_TOO_LARGE")
    assert _in_shape(answer)


async def test_every_operation_is_described_with_its_errors(http: httpx.AsyncClient, server: RunningServer) -> None:
    for method, path, described in await _operations(http):
        assert described.get("summary"), (method, path)
        assert described.get("description"), (method, path)
        responses = cast("dict[str, object]", described["responses"])
        assert {"400", "401", "403", "500"} <= set(responses), (method, path)
        assert "422" not in responses
        assert described.get("security"), (method, path)
