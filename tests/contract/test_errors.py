"""The contract's "Error Responses": every code of the page and of RESOLUTIONS, made to happen, in the one shape."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from shifty.config import Settings, load_settings
from shifty.tenants.keys import create_key
from shifty.tenants.model import Scope
from tests.contract.stranger import API, Stranger
from tests.support.server import RunningServer

Provoke = Callable[[Stranger, RunningServer], Awaitable[httpx.Response]]
MOST_BYTES = 1000
_INTERNALS = re.compile(r'Traceback|File "|psycopg|select |insert |\.py\b', re.IGNORECASE)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(data_dir=tmp_path / "data", artifact_max_bytes=MOST_BYTES)


async def no_key(stranger: Stranger, _: RunningServer) -> httpx.Response:
    return await stranger.http.get(f"{API}/runs", headers={"Authorization": ""})


async def blank_tenant(stranger: Stranger, _: RunningServer) -> httpx.Response:
    return await stranger.http.get(f"{API}/runs", headers={"X-Tenant-ID": ""})


async def foreign_tenant(stranger: Stranger, _: RunningServer) -> httpx.Response:
    return await stranger.http.get(f"{API}/runs", headers={"X-Tenant-ID": str(uuid4())})


async def unknown_run(stranger: Stranger, _: RunningServer) -> httpx.Response:
    return await stranger.http.get(f"{API}/runs/{uuid4()}")


async def full_queue(stranger: Stranger, server: RunningServer) -> httpx.Response:
    async with server.db.connection() as connection:
        await connection.execute("update tenants set max_waiting = 1 where id = %s", (server.tenant.id,))
    return await stranger.http.post(f"{API}/orchestrate", json={"testFiles": ["a.ts", "b.ts"], "workerCount": 2})


async def bad_parameter(stranger: Stranger, _: RunningServer) -> httpx.Response:
    return await stranger.http.post(f"{API}/orchestrate", json={"testFiles": []})


async def unknown_address(stranger: Stranger, _: RunningServer) -> httpx.Response:
    return await stranger.http.get(f"{API}/nowhere")


async def missing_scope(stranger: Stranger, server: RunningServer) -> httpx.Response:
    key = await create_key(server.db, server.tenant.id, frozenset({Scope.READ}))
    headers = {"Authorization": f"Bearer {key.text}"}
    return await stranger.http.post(f"{API}/orchestrate", json={"testFiles": ["a.ts"]}, headers=headers)


async def cancelled_run(stranger: Stranger, _: RunningServer) -> httpx.Response:
    run_id = await stranger.orchestrate()
    await stranger.ask("DELETE", f"/orchestrate/{run_id}")
    return await stranger.http.post(f"{API}/runs/{run_id}/claims", json={"workerId": str(uuid4()), "worker": "w"})


async def finished_run(stranger: Stranger, _: RunningServer) -> httpx.Response:
    run_id = await stranger.report({"testFile": "a.ts", "testName": "x", "status": "passed"})
    return await stranger.http.delete(f"{API}/orchestrate/{run_id}")


async def upload(stranger: Stranger, content: bytes) -> httpx.Response:
    run_id = await stranger.orchestrate()
    labels = {"X-Run-ID": run_id, "X-Artifact-Type": "trace", "X-Artifact-Name": "trace.zip"}
    headers = {**labels, "Content-Type": "application/octet-stream"}
    return await stranger.http.post(f"{API}/artifacts/upload", content=content, headers=headers)


async def large_artifact(stranger: Stranger, _: RunningServer) -> httpx.Response:
    return await upload(stranger, b"x" * (MOST_BYTES + 1))


async def unknown_artifact(stranger: Stranger, _: RunningServer) -> httpx.Response:
    return await stranger.http.get(f"{API}/artifacts/{uuid4()}/trace.zip")


async def expired_artifact(stranger: Stranger, server: RunningServer) -> httpx.Response:
    url = (await upload(stranger, b"PK")).json()["url"]
    async with server.db.connection() as connection:
        await connection.execute("update artifacts set expires_at = now() - interval '1 second'")
    return await stranger.http.get(url)


async def incomplete_upload(stranger: Stranger, _: RunningServer) -> httpx.Response:
    run_id = await stranger.orchestrate()
    asked = {"runId": run_id, "artifactType": "log", "filename": "a.log", "contentType": "text/plain"}
    key = (await stranger.ask("POST", "/artifacts/presigned-upload", asked))["storageKey"]
    return await stranger.http.post(f"{API}/artifacts/complete", json={"storageKey": key})


async def wrong_method(stranger: Stranger, _: RunningServer) -> httpx.Response:
    return await stranger.http.put(f"{API}/runs")


async def wrong_type(stranger: Stranger, _: RunningServer) -> httpx.Response:
    headers = {"Content-Type": "text/plain"}
    return await stranger.http.post(f"{API}/orchestrate", content=b"testFiles=a.ts", headers=headers)


CASES: list[tuple[Provoke, int, str]] = [
    (no_key, 401, "UNAUTHORIZED"),
    (blank_tenant, 400, "INVALID_TENANT"),
    (foreign_tenant, 403, "INVALID_TENANT"),
    (unknown_run, 404, "RUN_NOT_FOUND"),
    (full_queue, 503, "QUEUE_FULL"),
    (bad_parameter, 400, "INVALID_PARAMETERS"),
    (unknown_address, 404, "NOT_FOUND"),
    (missing_scope, 403, "FORBIDDEN"),
    (cancelled_run, 409, "RUN_CANCELLED"),
    (finished_run, 409, "RUN_ALREADY_FINISHED"),
    (large_artifact, 413, "PAYLOAD_TOO_LARGE"),
    (unknown_artifact, 404, "ARTIFACT_NOT_FOUND"),
    (expired_artifact, 410, "ARTIFACT_EXPIRED"),
    (incomplete_upload, 409, "CONFLICT"),
    (wrong_method, 405, "METHOD_NOT_ALLOWED"),
    (wrong_type, 415, "UNSUPPORTED_MEDIA_TYPE"),
]
"""RATE_LIMIT_EXCEEDED and SERVICE_UNAVAILABLE happen in test_limits.py, INTERNAL_ERROR in tests/web/test_errors.py."""


@pytest.mark.parametrize(("provoke", "status", "code"), CASES, ids=[case[0].__name__ for case in CASES])
async def test_an_error_has_its_status_its_code_and_the_one_shape(
    stranger: Stranger, server: RunningServer, provoke: Provoke, status: int, code: str
) -> None:
    answer = await provoke(stranger, server)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert set(answer.json()) == {"error", "code", "details"}
    assert isinstance(answer.json()["details"], dict)
    assert answer.json()["error"]
    assert answer.headers["X-Request-ID"]
    assert answer.headers["Content-Type"].startswith("application/json")
    assert not _INTERNALS.search(answer.text)


async def test_who_has_no_key_is_told_how_to_send_one(stranger: Stranger, server: RunningServer) -> None:
    answer = await no_key(stranger, server)

    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_a_full_queue_says_how_full_and_when_to_come_again(stranger: Stranger, server: RunningServer) -> None:
    answer = await full_queue(stranger, server)

    assert answer.json()["details"] == {"waiting": 0, "capacity": 1, "requested": 2}
    assert int(answer.headers["Retry-After"]) >= 1
    assert (await stranger.ask("GET", "/runs"))["runs"] == []


async def test_all_faults_are_reported_at_once_each_with_its_place(stranger: Stranger) -> None:
    body = {"testFiles": ["/etc/passwd", "a.ts", "../b.ts"]}

    answer = await stranger.http.post(f"{API}/orchestrate", json=body)

    fields = answer.json()["details"]["fields"]
    assert [field["path"] for field in fields] == ["testFiles[0]", "testFiles[2]"]
    assert all(field["message"] for field in fields)


async def test_a_method_that_is_not_taken_is_answered_with_those_that_are(
    stranger: Stranger, server: RunningServer
) -> None:
    assert "GET" in (await wrong_method(stranger, server)).headers["Allow"]


_BODIES = ["empty", "cut off", "null", "list", "text", "no UTF-8", "nested deeply"]


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"[]", b'"x"', b"\xff\xfe", b"[" * 100_000], ids=_BODIES)
async def test_a_body_that_can_not_be_read_is_a_400(stranger: Stranger, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}

    answer = await stranger.http.post(f"{API}/orchestrate", content=content, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETERS")
    assert answer.json()["details"]["fields"]
