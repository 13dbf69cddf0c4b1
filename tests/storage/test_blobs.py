"""Both stores do the same: what they took is whole and stays, what they did not take is not there."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shifty.config import load_settings
from shifty.storage.blobs import BlobStore, Span
from shifty.storage.errors import StoreAway
from shifty.storage.local import INCOMING, LocalBlobs
from shifty.storage.open import open_blobs
from shifty.storage.pieces import PART

LARGE = 2 * PART + 12_345
KEY = "tenant/run/trace/1-a-trace.zip"


@pytest.fixture(params=["folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    storage = request.getfixturevalue("s3_url") if request.param == "s3" else None
    return open_blobs(load_settings(data_dir=tmp_path, storage_url=storage))


async def _pieces(size: int, *, breaks: bool = False) -> AsyncIterator[bytes]:
    for start in range(0, size, 65_536):
        yield bytes([start // 65_536 % 251]) * min(65_536, size - start)
    if breaks:
        raise ConnectionResetError("the client went away")


async def _read(blobs: BlobStore, key: str, span: Span | None = None) -> bytes | None:
    chunks = await blobs.get(key, span)
    return None if chunks is None else b"".join([chunk async for chunk in chunks])


@pytest.mark.parametrize("size", [1, PART, LARGE])
async def test_what_was_put_comes_back(blobs: BlobStore, size: int) -> None:
    expected = b"".join([piece async for piece in _pieces(size)])

    assert await blobs.put(KEY, _pieces(size), "application/zip") == size

    assert await blobs.size_of(KEY) == size
    assert await _read(blobs, KEY) == expected
    assert await _read(blobs, KEY, Span(size // 2, size)) == expected[size // 2 :]


@pytest.mark.parametrize("size", [100, LARGE])
async def test_what_breaks_leaves_nothing_under_its_key(blobs: BlobStore, size: int) -> None:
    with pytest.raises(ConnectionResetError, match="went away"):
        await blobs.put(KEY, _pieces(size, breaks=True), "application/zip")

    assert await blobs.size_of(KEY) is None
    assert await _read(blobs, KEY) is None


async def test_deleted_is_gone_and_deleted_twice_is_no_fault(blobs: BlobStore) -> None:
    await blobs.put(KEY, _pieces(10), "text/plain")
    await blobs.put(KEY + "2", _pieces(10), "text/plain")

    await blobs.delete([KEY, "tenant/never/was"])
    await blobs.delete([KEY])

    assert await blobs.size_of(KEY) is None
    assert await blobs.size_of(KEY + "2") == 10


async def test_a_store_that_does_not_answer_is_away_for_every_call(tmp_path: Path) -> None:
    nobody_there = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    blobs = open_blobs(load_settings(data_dir=tmp_path, storage_url="s3://bucket"), nobody_there)

    calls = (
        *(blobs.put(KEY, _pieces(10), "text/plain"), blobs.put(KEY, _pieces(LARGE), "text/plain")),
        *(blobs.size_of(KEY), blobs.get(KEY), blobs.delete([KEY])),
    )
    answers = await asyncio.gather(*calls, return_exceptions=True)

    assert {type(answer) for answer in answers} == {StoreAway}


async def test_a_file_that_has_its_key_is_not_replaced(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    await blobs.put(KEY, _pieces(10), "text/plain")

    assert await blobs.put(KEY, _pieces(20), "text/plain") == 10

    assert await blobs.size_of(KEY) == 10
    assert list((tmp_path / INCOMING).iterdir()) == []


async def test_a_folder_goes_with_its_last_file(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    await blobs.put(KEY, _pieces(10), "text/plain")

    await blobs.delete([KEY])

    assert not (tmp_path / "tenant").exists()
    await blobs.put(KEY, _pieces(10), "text/plain")
    assert await blobs.size_of(KEY) == 10


async def test_what_a_dead_process_left_is_removed_after_a_day(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    await blobs.put(KEY, _pieces(10), "text/plain")
    old, new = tmp_path / INCOMING / "old#1", tmp_path / INCOMING / "new#1"
    for file in (old, new):
        file.write_bytes(b"half a file")
    yesterday = (datetime.now(UTC) - timedelta(days=1, minutes=1)).timestamp()
    os.utime(old, (yesterday, yesterday))

    await blobs.tidy()

    assert (old.exists(), new.exists()) == (False, True)
    assert await blobs.size_of(KEY) == 10


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
async def test_a_folder_that_fails_is_a_store_that_is_away(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    await blobs.check()
    (tmp_path / INCOMING).chmod(0o500)

    with pytest.raises(StoreAway):
        await blobs.put(KEY, _pieces(10), "text/plain")

    (tmp_path / INCOMING).chmod(0o700)
