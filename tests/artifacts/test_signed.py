"""A signed address is good for one key, one length, one type and its time: in our own endpoint and in a real S3."""

import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import cast

import httpx
import pytest

from shifty.storage.addresses import upload_url
from shifty.storage.blobs import UploadTerms
from shifty.storage.seal import sealed_query
from tests.artifacts.conftest import LIMIT, Api


@pytest.fixture
async def stranger() -> AsyncIterator[httpx.AsyncClient]:
    """Knows no key of Shifty."""
    async with httpx.AsyncClient(timeout=60) as client:
        yield client


def _headers(signed: Mapping[str, object], **change: str) -> dict[str, str]:
    return {**cast("dict[str, str]", signed["headers"]), **change}


async def test_what_was_signed_is_taken(api: Api, stranger: httpx.AsyncClient) -> None:
    signed = await api.presign(sizeBytes=5, contentType="application/zip")

    sent = await stranger.put(str(signed["uploadUrl"]), content=b"12345", headers=_headers(signed))

    assert sent.status_code == 200, sent.text
    assert [entry["id"] for entry in (await api.complete(signed["storageKey"]))["artifacts"]] == [signed["artifactId"]]


async def test_another_length_is_refused(api: Api, stranger: httpx.AsyncClient) -> None:
    signed = await api.presign(sizeBytes=5)

    for size in (4, 6, LIMIT + 1):
        headers = _headers(signed, **{"Content-Length": str(size)})
        sent = await stranger.put(str(signed["uploadUrl"]), content=b"x" * size, headers=headers)

        assert sent.status_code == 403

    assert (await api.complete(signed["storageKey"]))["artifacts"] == []


async def test_another_type_is_refused(api: Api, stranger: httpx.AsyncClient) -> None:
    signed = await api.presign(sizeBytes=5, contentType="application/zip")

    sent = await stranger.put(
        str(signed["uploadUrl"]), content=b"12345", headers=_headers(signed, **{"Content-Type": "text/html"})
    )

    assert sent.status_code == 403
    assert await api.listed() == []


async def test_another_key_is_refused(api: Api, stranger: httpx.AsyncClient) -> None:
    signed = await api.presign(sizeBytes=5)
    other = await api.presign(sizeBytes=5)
    forged = str(signed["uploadUrl"]).replace(str(signed["storageKey"]), str(other["storageKey"]))

    sent = await stranger.put(forged, content=b"12345", headers=_headers(signed))

    assert sent.status_code == 403
    assert await api.listed() == []


async def test_a_changed_address_is_refused(api: Api, stranger: httpx.AsyncClient) -> None:
    signed = await api.presign(sizeBytes=5)
    url = str(signed["uploadUrl"])
    last = "0" if url[-1] != "0" else "1"
    forged = [
        url[:-1] + last,
        url.partition("?")[0],
        re.sub(r"xpires=\d+", lambda found: f"{found[0]}9", url),
        re.sub(r"&(size|X-Amz-SignedHeaders)=[^&]+", "", url),
    ]

    answers = [await stranger.put(changed, content=b"12345", headers=_headers(signed)) for changed in forged]

    assert {answer.status_code for answer in answers} <= {400, 403}
    assert url not in forged
    assert (await api.complete(signed["storageKey"]))["artifacts"] == []


async def test_a_late_one_is_refused(api: Api, stranger: httpx.AsyncClient) -> None:
    signed = await api.presign(sizeBytes=5)
    terms = UploadTerms(
        str(signed["storageKey"]), "application/zip", 5, LIMIT, datetime.now(UTC) - timedelta(minutes=1)
    )

    url = await _signed_an_hour_ago(api, terms)
    sent = await stranger.put(url, content=b"12345", headers=_headers(signed))

    assert sent.status_code == 403
    assert await api.listed() == []


async def _signed_an_hour_ago(api: Api, terms: UploadTerms) -> str:
    if direct := api.blobs.sign_upload(terms, terms.expires_at - timedelta(hours=1)):
        return direct.url
    ((secret,),) = await api.rows("select secret from artifact_secret")
    return upload_url(api.server.url, terms.key, sealed_query(bytes(cast("bytes", secret)), terms))


async def test_without_a_length_the_limit_is_what_is_signed(api: Api, stranger: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 50_000

    signed = await api.presign()

    announced = await stranger.put(str(signed["uploadUrl"]), content=b"x" * (LIMIT + 1))
    unannounced = await stranger.put(str(signed["uploadUrl"]), content=endless())

    assert (announced.status_code, unannounced.status_code) == (413, 413)
    assert signed["maxBytes"] == LIMIT
    assert await api.listed() == []


async def test_the_same_address_twice_is_one_artifact(api: Api, stranger: httpx.AsyncClient) -> None:
    signed = await api.presign()

    first = await stranger.put(str(signed["uploadUrl"]), content=b"first")
    again = await stranger.put(str(signed["uploadUrl"]), content=b"again, and longer")

    assert (first.status_code, again.status_code) == (200, 200)
    assert (await api.download(signed["url"])).content == b"first"


async def test_asked_again_with_the_same_upload_id_it_is_the_same_place(api: Api, stranger: httpx.AsyncClient) -> None:
    upload_id = "8a5ac0a4-6b3f-4a6e-9a53-4a3f3a9f1f00"
    first = await api.presign(uploadId=upload_id, sizeBytes=5)
    again = await api.presign(uploadId=upload_id, sizeBytes=5)

    sent = await stranger.put(str(again["uploadUrl"]), content=b"12345", headers=_headers(again))
    done = await api.complete(first["storageKey"])
    later = await api.presign(uploadId=upload_id, sizeBytes=5)
    resent = await stranger.put(str(later["uploadUrl"]), content=b"54321", headers=_headers(later))

    assert first["storageKey"] == again["storageKey"] == later["storageKey"]
    assert (sent.status_code, resent.status_code, len(done["artifacts"])) == (200, 200, 1)
    assert (await api.download(first["url"])).content == b"12345"


async def test_a_batch_gives_each_its_address_or_its_reason(api: Api, stranger: httpx.AsyncClient) -> None:
    wanted = [
        {"artifactType": "screenshot", "filename": f"{number}.png", "sizeBytes": size, "testId": "t", "attempt": number}
        for number, size in enumerate([3, LIMIT + 1, 3])
    ]

    answer = await api.http.post(
        "/api/v1/artifacts/presigned-uploads",
        headers=api.server.headers,
        json={"runId": str(api.run), "artifacts": wanted},
    )

    assert answer.status_code == 200, answer.text
    first, refused, third = answer.json()["uploads"]
    assert (refused["code"], set(refused)) == ("PAYLOAD_TOO_LARGE", {"error", "code", "details", "uploadId"})
    for upload in (first, third):
        assert (await stranger.put(upload["uploadUrl"], content=b"png", headers=upload["headers"])).status_code == 200
    await api.complete(first["storageKey"], third["storageKey"])
    assert [(entry["attempt"], entry["sizeBytes"]) for entry in await api.listed()] == [(0, 3), (2, 3)]
