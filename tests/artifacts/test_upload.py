"""An upload is there as a whole, once, or not at all."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from shifty.artifacts.arrive import arrive
from shifty.artifacts.expire import bury
from shifty.artifacts.reserve import reserve
from shifty.artifacts.sign import PENDING_FOR
from shifty.artifacts.store import ArtifactStore
from shifty.artifacts.upload import upload
from shifty.database.pool import Transaction
from shifty.storage.errors import StoreAway
from tests.artifacts.conftest import LIMIT, Api, an_upload, new_upload_id
from tests.support.object_store import ObjectStore


async def _in_pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def test_it_comes_back_as_it_was_sent(api: Api) -> None:
    content = bytes(range(256)) * 3000

    sent = await api.upload(_in_pieces(*(content[start : start + 9999] for start in range(0, len(content), 9999))))

    assert sent.status_code == 200, sent.text
    assert (await api.download(sent.json()["url"])).content == content
    assert await api.stored_bytes() == len(content)


async def test_two_of_one_name_at_one_moment_are_two(api: Api) -> None:
    first, second = await asyncio.gather(api.upload(b"first"), api.upload(b"second"))

    assert first.json()["storageKey"] != second.json()["storageKey"]
    assert (await api.download(first.json()["url"])).content == b"first"
    assert (await api.download(second.json()["url"])).content == b"second"


async def test_the_same_upload_id_again_is_the_same_artifact(api: Api) -> None:
    upload_id = new_upload_id()

    first = await api.upload(b"first", **{"X-Upload-ID": upload_id})
    again = await api.upload(b"first", **{"X-Upload-ID": upload_id})

    assert first.json() == again.json()
    assert len(await api.listed()) == 1
    assert await api.stored_bytes() == 5


async def test_the_same_upload_id_at_one_moment_is_one_artifact(api: Api) -> None:
    upload_id = new_upload_id()

    answers = await asyncio.gather(*(api.upload(b"same", **{"X-Upload-ID": upload_id}) for _ in range(6)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["url"] for answer in answers}) == 1
    (entry,) = await api.listed()
    assert (await api.download(entry["url"])).content == b"same"
    await bury(api.server.db, api.blobs)
    assert (await api.download(entry["url"])).content == b"same"


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_that_ends_early_leaves_nothing(api: Api, announced: bool) -> None:
    address = urlsplit(api.server.url)
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    headers = {**api.labels(), "Host": address.netloc}
    headers |= {"Content-Length": "5000"} if announced else {"Transfer-Encoding": "chunked"}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    writer.write(f"POST /api/v1/artifacts/upload HTTP/1.1\r\n{head}\r\n".encode())
    writer.write(b"x" * 3000 if announced else b"bb8\r\n" + b"x" * 3000 + b"\r\n")
    await writer.drain()
    while not await api.rows("select 1 from artifacts where run_id = %s", api.run):
        await asyncio.sleep(0.01)
    writer.close()

    await api.eventually_no_rows()
    assert await api.stored_bytes() == 0
    ((key,),) = await api.rows("delete from artifact_tombstones where storage_key like %s returning 1", f"%{api.run}%")
    assert key == 1


async def test_a_body_that_stalls_is_ended(api: Api) -> None:
    never = asyncio.Event()

    async def stalled() -> AsyncIterator[bytes]:
        yield b"x" * 1000
        await never.wait()

    answer = await _raw_answer(api, stalled())

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"REQUEST_TIMEOUT"' in answer
    await api.eventually_no_rows()


async def _raw_answer(api: Api, body: AsyncIterator[bytes]) -> bytes:
    """What the server says before the body has ended; HTTP clients wait for its end."""
    address = urlsplit(api.server.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    head = "".join(
        f"{name}: {value}\r\n" for name, value in {**api.labels(), "Host": "x", "Content-Length": "5000"}.items()
    )
    writer.write(f"POST /api/v1/artifacts/upload HTTP/1.1\r\n{head}\r\n".encode() + await anext(body))
    try:
        async with asyncio.timeout(60):
            return await reader.readuntil(b"}") + await reader.read(1000)
    finally:
        writer.close()


async def test_one_that_breaks_while_it_is_large_leaves_nothing(api: Api) -> None:
    async def broken() -> AsyncIterator[bytes]:
        for _ in range(12):
            yield b"x" * 1024 * 1024
        raise ConnectionResetError("the client went away")

    with pytest.raises(ConnectionResetError):
        await upload(api.server.db, api.blobs, api.server.tenant.id, api.run, an_upload(), broken())

    assert await api.rows("select 1 from artifacts where run_id = %s", api.run) == []
    ((key,),) = await api.rows("select storage_key from artifact_tombstones where storage_key like %s", f"%{api.run}%")
    assert await api.blobs.size_of(str(key)) is None


async def test_what_a_crash_left_between_store_and_database_is_found_by_a_list(api: Api) -> None:
    async def row(tx: Transaction) -> None:
        await tx.execute("update artifacts set state = 'pending', size_bytes = null where run_id = %s", (api.run,))

    sent = await api.upload(b"stored")
    async with api.server.db.transaction() as tx:
        await row(tx)

    (entry,) = await api.listed()

    assert (entry["id"], entry["sizeBytes"]) == (sent.json()["artifactId"], 6)
    assert await api.stored_bytes() == 6


async def test_to_arrive_twice_is_harmless(api: Api) -> None:
    sent = await api.upload(b"stored")
    async with api.server.db.connection() as connection:
        (artifact,) = (
            await ArtifactStore(connection, api.server.tenant.id).by_keys([sent.json()["storageKey"]])
        ).values()

    again = await arrive(api.server.db, artifact, 6)

    assert again == artifact
    assert await api.stored_bytes() == 6


async def test_over_the_quota_it_is_refused_and_leaves_nothing(api: Api) -> None:
    await api.rows("update tenants set max_storage_bytes = 10 where id = %s returning 1", api.server.tenant.id)

    announced = await api.upload(b"x" * 11)
    unannounced = await api.upload(_in_pieces(b"x" * 11))
    fits = await api.upload(_in_pieces(b"x" * 6))
    together = await api.upload(b"x" * 5)

    assert fits.status_code == 200, fits.text
    for answer in (announced, unannounced, together):
        assert (answer.status_code, answer.json()["code"]) == (403, "QUOTA_EXCEEDED")
    assert len(await api.listed()) == 1
    assert await api.stored_bytes() == 6


async def test_addresses_take_their_place_in_the_quota(api: Api) -> None:
    await api.rows("update tenants set max_storage_bytes = 10 where id = %s returning 1", api.server.tenant.id)
    await api.presign(sizeBytes=6)

    refused = await api.http.post(
        "/api/v1/artifacts/presigned-upload",
        headers=api.server.headers,
        json={"runId": str(api.run), "artifactType": "log", "filename": "a.txt", "sizeBytes": 5},
    )

    assert (refused.status_code, refused.json()["code"]) == (403, "QUOTA_EXCEEDED")


@pytest.mark.parametrize("settings", ["s3"], indirect=True)
async def test_while_the_store_is_away_nothing_is_recorded_and_nothing_lost(
    api: Api, object_store: ObjectStore
) -> None:
    before = await api.upload(b"before")
    signed = await api.presign(sizeBytes=5)

    with object_store.away():
        during = await api.upload(b"during", **{"X-Upload-ID": (upload_id := new_upload_id())})
        download = await api.download(before.json()["url"])
        listed = await api.listed()
        complete = await api.complete(signed["storageKey"])
    after = await api.upload(b"during", **{"X-Upload-ID": upload_id})

    for answer in (during, download):
        assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
        assert int(answer.headers["retry-after"]) >= 1
    assert [entry["id"] for entry in listed] == [before.json()["artifactId"]]
    assert [error["code"] for error in complete["errors"]] == ["SERVICE_UNAVAILABLE"]
    assert after.status_code == 200
    assert [entry["sizeBytes"] for entry in await api.listed()] == [6, 6]
    assert (await api.download(before.json()["url"])).content == b"before"
    assert (await api.download(after.json()["url"])).content == b"during"


async def test_a_store_that_fails_leaves_no_row(api: Api) -> None:
    class Full:
        async def put(self, key: str, chunks: AsyncIterator[bytes], content_type: str) -> int:
            raise StoreAway

    with pytest.raises(StoreAway):
        await upload(api.server.db, Full(), api.server.tenant.id, api.run, an_upload(), _in_pieces(b"x"))  # pyright: ignore[reportArgumentType]  # of a store only what an upload calls

    assert await api.rows("select 1 from artifacts where run_id = %s", api.run) == []
    assert LIMIT


async def test_what_arrives_while_a_batch_is_reserved_does_not_get_into_its_way(api: Api) -> None:
    db, tenant_id = api.server.db, api.server.tenant.id
    run_id = api.run
    first, second = (an_upload(size_bytes=1, upload_id=UUID(new_upload_id())) for _ in range(2))
    async with db.transaction() as tx:
        pending = await reserve(tx, tenant_id, run_id, first, PENDING_FOR)

    async with db.transaction() as tx:
        await ArtifactStore(tx, tenant_id).lock_uploads(run_id)
        await reserve(tx, tenant_id, run_id, second, PENDING_FOR)
        arriving = asyncio.create_task(arrive(db, pending, 5))
        await asyncio.wait({arriving}, timeout=0.3)
        await reserve(tx, tenant_id, run_id, first, PENDING_FOR)

    assert (await arriving).state == "ready"
    assert await api.stored_bytes() == 6


async def test_a_head_tells_of_all_of_it_whatever_range_it_names(api: Api) -> None:
    url = (await api.upload(b"0123456789")).json()["url"]

    for asked in ("bytes=2-5", "bytes=99-"):
        told = await api.http.head(url, headers={**api.server.headers, "Range": asked})

        assert (told.status_code, told.headers["content-length"]) == (200, "10")
        assert "content-range" not in told.headers
