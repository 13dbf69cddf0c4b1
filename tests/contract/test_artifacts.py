"""The contract's "Artifact Endpoints", over real HTTP, with the bytes in a folder and in a real S3 server."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from shifty.config import Settings, load_settings
from shifty.tenants.keys import create_key
from shifty.tenants.model import Scope
from tests.contract.conftest import API
from tests.support.server import RunningServer

ZIP = b"PK\x03\x04" + b"trace" * 1000


@pytest.fixture(params=["folder", "s3"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    storage = request.getfixturevalue("s3_url") if request.param == "s3" else None
    return load_settings(data_dir=tmp_path / "data", storage_url=storage, artifact_max_bytes=1_000_000)


def _labels(server: RunningServer, run: object, **more: str) -> dict[str, str]:
    return {
        **server.headers,
        "Content-Type": "application/octet-stream",
        "X-Run-ID": str(run),
        "X-Artifact-Type": "trace",
        "X-Artifact-Name": "trace.zip",
        **more,
    }


async def test_upload_artifact(http: httpx.AsyncClient, server: RunningServer, a_run: UUID) -> None:
    answer = await http.post(f"{API}/artifacts/upload", headers=_labels(server, a_run), content=ZIP)

    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["success"] is True
    assert body["sizeBytes"] == len(ZIP)
    assert re.fullmatch(rf"{server.tenant.id}/{a_run}/trace/\d{{10}}-[0-9a-f]+-trace\.zip", body["storageKey"])
    assert body["url"].endswith("/trace.zip")
    assert "?" not in body["url"]
    kept = datetime.fromisoformat(body["expiresAt"]) - datetime.now(UTC)
    assert timedelta(days=29) < kept <= timedelta(days=30)
    assert body["expiresAt"].endswith("Z")


async def test_upload_artifact_as_a_form(http: httpx.AsyncClient, server: RunningServer, a_run: UUID) -> None:
    headers = _labels(server, a_run)
    del headers["Content-Type"]

    answer = await http.post(
        f"{API}/artifacts/upload",
        headers=headers,
        data={"note": "x"},
        files={"file": ("a.zip", ZIP, "application/zip")},
    )

    assert answer.status_code == 200, answer.text
    assert answer.json()["sizeBytes"] == len(ZIP)
    assert (await http.get(answer.json()["url"], headers=server.headers)).content == ZIP


async def test_an_upload_that_says_too_little_is_refused(
    http: httpx.AsyncClient, server: RunningServer, a_run: UUID
) -> None:
    for change, status, code in (
        ({"X-Run-ID": None}, 400, "INVALID_PARAMETERS"),
        ({"X-Run-ID": str(uuid4())}, 404, "RUN_NOT_FOUND"),
        ({"X-Run-ID": "no-id"}, 404, "RUN_NOT_FOUND"),
        ({"X-Artifact-Type": "page"}, 400, "INVALID_PARAMETERS"),
        ({"X-Artifact-Type": None}, 400, "INVALID_PARAMETERS"),
    ):
        headers = {name: value for name, value in {**_labels(server, a_run), **change}.items() if value is not None}

        answer = await http.post(f"{API}/artifacts/upload", headers=headers, content=ZIP)

        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert set(answer.json()) == {"error", "code", "details"}


async def test_an_upload_without_a_name_has_the_usual_one(
    http: httpx.AsyncClient, server: RunningServer, a_run: UUID
) -> None:
    headers = _labels(server, a_run)
    del headers["X-Artifact-Name"]

    answer = await http.post(f"{API}/artifacts/upload", headers=headers, content=ZIP)

    assert answer.status_code == 200, answer.text
    assert answer.json()["url"].endswith("/trace.zip")


async def test_an_empty_and_a_large_body_are_refused(
    http: httpx.AsyncClient, server: RunningServer, a_run: UUID
) -> None:
    async def unannounced(size: int) -> AsyncIterator[bytes]:
        for _ in range(size // 10_000):
            yield b"x" * 10_000

    empty = await http.post(f"{API}/artifacts/upload", headers=_labels(server, a_run), content=b"")
    large = await http.post(f"{API}/artifacts/upload", headers=_labels(server, a_run), content=b"x" * 1_000_001)
    grown = await http.post(f"{API}/artifacts/upload", headers=_labels(server, a_run), content=unannounced(1_100_000))

    assert (empty.status_code, empty.json()["code"]) == (400, "INVALID_PARAMETERS")
    for answer in (large, grown):
        assert (answer.status_code, answer.json()["code"]) == (413, "PAYLOAD_TOO_LARGE")
        assert answer.json()["details"] == {"limitBytes": 1_000_000}
    assert await _listed(http, server, a_run) == []


async def test_get_presigned_upload_url(http: httpx.AsyncClient, server: RunningServer, a_run: UUID) -> None:
    asked = {"runId": str(a_run), "artifactType": "trace", "filename": "trace.zip", "contentType": "application/zip"}

    answer = await http.post(f"{API}/artifacts/presigned-upload", headers=server.headers, json=asked)

    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["expiresIn"] == 3600
    assert body["storageKey"].startswith(f"{server.tenant.id}/{a_run}/trace/")
    assert await _listed(http, server, a_run) == []
    # As a stranger would: nothing but the bytes.
    sent = await http.put(body["uploadUrl"], content=ZIP)
    assert sent.status_code == 200, sent.text
    (artifact,) = await _listed(http, server, a_run)
    assert (artifact["storageKey"], artifact["sizeBytes"]) == (body["storageKey"], len(ZIP))
    assert (await http.get(body["url"], headers=server.headers)).content == ZIP


async def test_get_presigned_upload_url_of_known_size(
    http: httpx.AsyncClient, server: RunningServer, a_run: UUID
) -> None:
    asked = {
        "runId": str(a_run),
        "artifactType": "log",
        "filename": "a.txt",
        "sizeBytes": 5,
        "testId": "t1",
        "attempt": 1,
    }

    body = (await http.post(f"{API}/artifacts/presigned-upload", headers=server.headers, json=asked)).json()

    assert body["method"] == "PUT"
    early = await http.post(
        f"{API}/artifacts/complete", headers=server.headers, json={"storageKey": body["storageKey"]}
    )
    assert (early.status_code, early.json()["code"]) == (409, "CONFLICT")
    sent = await http.put(body["uploadUrl"], content=b"hello", headers=body["headers"])
    assert sent.status_code == 200, sent.text
    done = await http.post(
        f"{API}/artifacts/complete", headers=server.headers, json={"storageKeys": [body["storageKey"], "nothing"]}
    )
    assert done.status_code == 200, done.text
    (entry,) = done.json()["artifacts"]
    assert (entry["id"], entry["testId"], entry["attempt"]) == (body["artifactId"], "t1", 1)
    assert [error["code"] for error in done.json()["errors"]] == ["ARTIFACT_NOT_FOUND"]
    assert await _listed(http, server, a_run) == [entry]


async def test_a_list_shows_what_came_past_the_server(
    http: httpx.AsyncClient, server: RunningServer, a_run: UUID
) -> None:
    asked = {"runId": str(a_run), "artifactType": "video", "filename": "video.webm", "sizeBytes": len(ZIP)}
    body = (await http.post(f"{API}/artifacts/presigned-upload", headers=server.headers, json=asked)).json()

    await http.put(body["uploadUrl"], content=ZIP, headers=body["headers"])

    (artifact,) = await _listed(http, server, a_run)
    assert artifact["id"] == body["artifactId"]


async def test_get_run_artifacts(http: httpx.AsyncClient, server: RunningServer, a_run: UUID) -> None:
    for kind, name in (("trace", "trace.zip"), ("screenshot", "a.png")):
        headers = _labels(server, a_run, **{"X-Artifact-Type": kind, "X-Artifact-Name": name, "X-Test-ID": kind})
        await http.post(f"{API}/artifacts/upload", headers=headers, content=ZIP)

    answer = await http.get(f"{API}/runs/{a_run}/artifacts", headers=server.headers)

    assert answer.status_code == 200
    trace, shot = answer.json()["artifacts"]
    assert {"id", "artifactType", "storageKey", "url", "sizeBytes", "createdAt", "expiresAt"} <= set(trace)
    assert (trace["artifactType"], shot["artifactType"]) == ("trace", "screenshot")
    assert trace["createdAt"].endswith("Z")
    assert answer.json()["pagination"]["total"] == 2
    only = await http.get(f"{API}/runs/{a_run}/artifacts?artifactType=screenshot&limit=1", headers=server.headers)
    assert only.json()["artifacts"] == [shot]
    unknown = await http.get(f"{API}/runs/{uuid4()}/artifacts", headers=server.headers)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "RUN_NOT_FOUND")


async def test_download_honours_ranges(http: httpx.AsyncClient, server: RunningServer, a_run: UUID) -> None:
    url = (await http.post(f"{API}/artifacts/upload", headers=_labels(server, a_run), content=b"0123456789")).json()[
        "url"
    ]

    async def get(**headers: str) -> httpx.Response:
        return await http.get(url, headers={**server.headers, **headers})

    whole = await get()
    assert (whole.status_code, whole.content, whole.headers["accept-ranges"]) == (200, b"0123456789", "bytes")
    for asked, part, shown in (
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-2", b"89", "bytes 8-9/10"),
        ("bytes=5-500", b"56789", "bytes 5-9/10"),
    ):
        answer = await get(Range=asked)
        assert (answer.status_code, answer.content, answer.headers["content-range"]) == (206, part, shown)
        assert answer.headers["content-length"] == str(len(part))
    beyond = await get(Range="bytes=10-")
    assert (beyond.status_code, beyond.json()["code"]) == (416, "RANGE_NOT_SATISFIABLE")
    assert beyond.headers["content-range"] == "bytes */10"
    assert (await get(Range="bytes=2-4", **{"If-Range": whole.headers["etag"]})).status_code == 206
    assert (await get(Range="bytes=2-4", **{"If-Range": '"other"'})).content == b"0123456789"
    assert (await get(**{"If-None-Match": whole.headers["etag"]})).status_code == 304
    head = await http.head(url, headers=server.headers)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "10", b"")
    assert head.headers["etag"] == whole.headers["etag"]


async def test_a_download_needs_a_key_that_reads(http: httpx.AsyncClient, server: RunningServer, a_run: UUID) -> None:
    url = (await http.post(f"{API}/artifacts/upload", headers=_labels(server, a_run), content=ZIP)).json()["url"]
    writer = await create_key(server.db, server.tenant.id, frozenset({Scope.INGEST}))

    no_key = await http.get(url)
    no_scope = await http.get(url, headers={**server.headers, "Authorization": f"Bearer {writer.text}"})
    unknown = await http.get(f"{API}/artifacts/{uuid4()}/trace.zip", headers=server.headers)
    malformed = await http.get(f"{API}/artifacts/x/trace.zip", headers=server.headers)

    assert (no_key.status_code, no_scope.status_code) == (401, 403)
    assert {(answer.status_code, answer.json()["code"]) for answer in (unknown, malformed)} == {
        (404, "ARTIFACT_NOT_FOUND")
    }


async def _listed(http: httpx.AsyncClient, server: RunningServer, run: UUID) -> list[dict[str, object]]:
    answer = await http.get(f"{API}/runs/{run}/artifacts", headers=server.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["artifacts"]
