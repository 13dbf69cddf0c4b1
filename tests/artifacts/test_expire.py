"""Artifacts go when their time is over and when their run goes; their bytes go with them."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from shifty.artifacts.expire import bury, expire, sweep
from shifty.artifacts.reserve import reserve
from shifty.artifacts.store import ArtifactStore
from shifty.config import Settings
from shifty.storage.errors import StoreAway
from shifty.storage.open import open_blobs
from tests.artifacts.conftest import Api, an_upload


async def _let_time_pass(api: Api) -> None:
    await api.rows("update artifacts set expires_at = now() where run_id = %s returning 1", api.run)


async def _tombstones(api: Api) -> int:
    return len(await api.rows("select 1 from artifact_tombstones where storage_key like %s", f"%/{api.run}/%"))


async def test_after_the_retention_of_the_tenant_it_is_gone(api: Api) -> None:
    sent = (await api.upload(b"content")).json()
    await _let_time_pass(api)

    before = await api.download(sent["url"])
    await sweep(api.server.db, api.blobs)
    after = await api.download(sent["url"])

    for answer in (before, after):
        assert (answer.status_code, answer.json()["code"]) == (410, "ARTIFACT_EXPIRED")
    assert await api.listed() == []
    assert await api.blobs.size_of(sent["storageKey"]) is None
    assert await api.stored_bytes() == 0
    assert await _tombstones(api) == 0


async def test_it_is_kept_for_the_days_of_the_plan(api: Api) -> None:
    await api.rows("update tenants set retention_days = 90 where id = %s returning 1", api.server.tenant.id)

    sent = (await api.upload(b"content")).json()

    ((days,),) = await api.rows(
        "select extract(day from expires_at - now()) from artifacts where id = %s", UUID(sent["artifactId"])
    )
    assert days in (89, 90)
    await sweep(api.server.db, api.blobs)
    assert (await api.download(sent["url"])).status_code == 200


async def test_what_never_came_is_forgotten(api: Api) -> None:
    signed = await api.presign(sizeBytes=5)
    assert await api.stored_bytes() == 5
    await _let_time_pass(api)

    await sweep(api.server.db, api.blobs)

    assert await api.rows("select 1 from artifacts where run_id = %s", api.run) == []
    assert await api.stored_bytes() == 0
    assert [error["code"] for error in (await api.complete(signed["storageKey"]))["errors"]] == ["ARTIFACT_NOT_FOUND"]


async def test_a_deleted_run_takes_its_objects_along(api: Api) -> None:
    keys = [(await api.upload(content)).json()["storageKey"] for content in (b"one", b"two")]
    assert await api.stored_bytes() == 6

    await api.rows("delete from runs where id = %s returning 1", api.run)
    await sweep(api.server.db, api.blobs)

    assert [await api.blobs.size_of(key) for key in keys] == [None, None]
    assert await api.stored_bytes() == 0
    assert await _tombstones(api) == 0


async def test_a_deleted_tenant_takes_everything_along(api: Api) -> None:
    key = (await api.upload(b"content")).json()["storageKey"]

    await api.rows("delete from tenants where id = %s returning 1", api.server.tenant.id)
    await sweep(api.server.db, api.blobs)

    assert await api.blobs.size_of(key) is None
    assert await api.rows("select 1 from tenant_storage where tenant_id = %s", api.server.tenant.id) == []


async def test_what_comes_after_its_run_was_deleted_goes_too(api: Api) -> None:
    async with api.server.db.transaction() as tx:
        await ArtifactStore(tx, api.server.tenant.id).lock_uploads(api.run)
        held = await reserve(tx, api.server.tenant.id, api.run, an_upload(), timedelta(hours=1))
    await api.rows("delete from runs where id = %s returning 1", api.run)
    await sweep(api.server.db, api.blobs)

    await api.blobs.put(held.storage_key, _late(), "text/plain")
    await sweep(api.server.db, api.blobs)
    assert await api.blobs.size_of(held.storage_key) == 4
    await api.rows(
        "update artifact_tombstones set due_at = now(), until = now() where storage_key = %s returning 1",
        held.storage_key,
    )
    await sweep(api.server.db, api.blobs)

    assert await api.blobs.size_of(held.storage_key) is None
    assert await _tombstones(api) == 0


async def _late() -> AsyncIterator[bytes]:
    yield b"late"


async def test_replicas_share_the_work(api: Api) -> None:
    keys = [(await api.upload(b"content")).json()["storageKey"] for _ in range(8)]
    await _let_time_pass(api)

    await asyncio.gather(*(sweep(api.server.db, api.blobs) for _ in range(4)))

    assert [await api.blobs.size_of(key) for key in keys] == [None] * 8
    assert await api.stored_bytes() == 0
    assert await _tombstones(api) == 0


async def test_a_row_that_another_replica_holds_is_left_alone(api: Api) -> None:
    await api.upload(b"content")
    await _let_time_pass(api)
    await expire(api.server.db)

    async with api.server.db.transaction() as other:
        await other.execute(
            "select 1 from artifact_tombstones where storage_key like %s for update", (f"%/{api.run}/%",)
        )
        await bury(api.server.db, api.blobs)
        assert await _tombstones(api) == 1

    await bury(api.server.db, api.blobs)
    assert await _tombstones(api) == 0


@pytest.mark.parametrize("settings", ["s3"], indirect=True)
async def test_while_the_store_is_away_the_tombstones_stay(api: Api, settings: Settings) -> None:
    nobody_there = open_blobs(settings, {**os.environ, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    sent = (await api.upload(b"content")).json()
    await _let_time_pass(api)

    with pytest.raises(StoreAway):
        await sweep(api.server.db, nobody_there)
    assert await _tombstones(api) == 1
    await sweep(api.server.db, api.blobs)

    assert await api.blobs.size_of(sent["storageKey"]) is None
    assert await _tombstones(api) == 0


async def test_an_upload_of_long_ago_is_told_so(api: Api) -> None:
    upload_id = "8a5ac0a4-6b3f-4a6e-9a53-4a3f3a9f1f01"
    await api.upload(b"content", **{"X-Upload-ID": upload_id})
    await _let_time_pass(api)

    answer = await api.upload(b"content", **{"X-Upload-ID": upload_id})

    assert (answer.status_code, answer.json()["code"]) == (410, "ARTIFACT_EXPIRED")
