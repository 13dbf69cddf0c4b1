"""What is wrong with the settings of the store is said at the start, with the remedy."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shifty.config import Settings
from shifty.errors import UsageError
from shifty.storage.blobs import BlobStore, UploadTerms
from shifty.storage.errors import StoreAway
from shifty.storage.open import open_blobs
from tests.support.object_store import ObjectStore

KEYS = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "secret"}
TERMS = UploadTerms("a/b", "text/plain", 1, 1, datetime(2026, 1, 1, 1, tzinfo=UTC))


def _open(tmp_path: Path, url: str | None, environment: Mapping[str, str] = KEYS, **more: str) -> BlobStore:
    settings = Settings.model_validate({"data_dir": tmp_path, "storage_url": url, **more})
    return open_blobs(settings, environment)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "nonsense",
            "s3://",
            "s3:///prefix",
            "s3:bucket",
            "https://bucket.s3.amazonaws.com",
            "gs://bucket",
            "file://",
        ),
        *("file://host/folder", "s3://key:secret@bucket", "s3://bucket/a b", "s3://bucket/../x", "s3://bucket/a//b"),
        *("s3://bucket:80/a", "s3://bucket:x/a", "s3://bucket?x=1", "s3://bucket#x", "s3://[bucket", "/folder"),
    ],
)
def test_a_url_that_is_no_place_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError, match=r"SHIFTY_STORAGE_URL .*s3://bucket/prefix or file:///folder"):
        _open(tmp_path, url)


@pytest.mark.parametrize("missing", KEYS)
def test_half_of_the_keys_is_refused(tmp_path: Path, missing: str) -> None:
    with pytest.raises(UsageError, match=f"{missing} is not set"):
        _open(tmp_path, "s3://bucket", {name: value for name, value in KEYS.items() if name != missing})


@pytest.mark.parametrize("endpoint", ["host:9000", "ftp://host", "http://", "http://host:x", "http://[h"])
def test_an_endpoint_that_is_none_is_refused(tmp_path: Path, endpoint: str) -> None:
    with pytest.raises(UsageError, match="AWS_ENDPOINT_URL is"):
        _open(tmp_path, "s3://bucket", {**KEYS, "AWS_ENDPOINT_URL": endpoint})
    with pytest.raises(UsageError, match="SHIFTY_STORAGE_PUBLIC_ENDPOINT is"):
        _open(tmp_path, "s3://bucket", storage_public_endpoint=endpoint)


@pytest.mark.parametrize(
    ("url", "environment", "begins"),
    [
        ("s3://bucket", {}, "https://s3.us-east-1.amazonaws.com/bucket/a/b?"),
        ("s3://bucket/x/y/", {"AWS_REGION": "eu-north-1"}, "https://s3.eu-north-1.amazonaws.com/bucket/x/y/a/b?"),
        ("s3://bucket", {"AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "true"}, "https://bucket.s3.us-east-1.amazonaws.com/a/b?"),
        ("s3://bucket/x", {"AWS_ENDPOINT_URL": "http://h:9000/"}, "http://h:9000/bucket/x/a/b?"),
        ("s3://bucket", {"AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_S3": "http://b"}, "http://b/bucket/a/b?"),
    ],
)
def test_addresses_are_those_of_the_bucket(
    tmp_path: Path, url: str, environment: Mapping[str, str], begins: str
) -> None:
    signed = _open(tmp_path, url, {**KEYS, **environment}).sign_upload(TERMS, TERMS.expires_at - timedelta(hours=1))

    assert signed
    assert signed.url.startswith(begins)
    assert signed.headers == {"Content-Type": "text/plain", "Content-Length": "1"}


def test_workers_may_reach_the_store_under_another_address(tmp_path: Path) -> None:
    environment = {**KEYS, "AWS_ENDPOINT_URL": "http://inside:9000"}

    store = _open(tmp_path, "s3://bucket", environment, storage_public_endpoint="https://outside")

    signed = store.sign_upload(TERMS, TERMS.expires_at - timedelta(hours=1))
    assert signed
    assert signed.url.startswith("https://outside/bucket/a/b?")


def test_a_role_and_an_unknown_length_are_signed_by_us(tmp_path: Path) -> None:
    now = TERMS.expires_at - timedelta(hours=1)
    any_length = UploadTerms("a/b", "text/plain", None, 1, TERMS.expires_at)

    assert _open(tmp_path, "s3://bucket", {}).sign_upload(TERMS, now) is None
    assert _open(tmp_path, "s3://bucket").sign_upload(any_length, now) is None
    assert _open(tmp_path, None).sign_upload(TERMS, now) is None


async def test_a_folder_that_can_not_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(UsageError, match="can't be written to"):
        await _open(tmp_path, f"file://{tmp_path}/file/artifacts").check()


async def test_a_folder_with_odd_letters_is_a_folder(tmp_path: Path) -> None:
    await _open(tmp_path, f"file://{tmp_path}/with%20blank").check()

    assert (tmp_path / "with blank").is_dir()


async def test_a_good_bucket_passes(tmp_path: Path, object_store: ObjectStore) -> None:
    await _open(tmp_path, object_store.new_url(), object_store.environment).check()


async def test_wrong_keys_are_refused(tmp_path: Path, object_store: ObjectStore) -> None:
    environment = {**object_store.environment, "AWS_SECRET_ACCESS_KEY": "wrong"}

    with pytest.raises(UsageError, match="AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"):
        await _open(tmp_path, object_store.new_url(), environment).check()


async def test_a_missing_bucket_is_refused(tmp_path: Path, object_store: ObjectStore) -> None:
    with pytest.raises(UsageError, match="There is no bucket 'elsewhere'"):
        await _open(tmp_path, "s3://elsewhere/x", object_store.environment).check()


async def test_a_store_that_does_not_answer_is_away(tmp_path: Path) -> None:
    environment = {**KEYS, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}

    with pytest.raises(StoreAway):
        await _open(tmp_path, "s3://bucket", environment).check()
