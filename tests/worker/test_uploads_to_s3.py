"""Files go to the object store itself, through the server where it is out of reach, and later while it is away."""

from pathlib import Path

import pytest

from shifty.client.artifacts_api import ToSend, list_artifacts
from shifty.client.download import download
from shifty.client.sender import upload_file
from shifty.config import Settings, load_settings
from tests.support.object_store import ObjectStore
from tests.worker.conftest import Depot

# Nobody listens there: as for a worker whose network does not reach the store.
OUT_OF_REACH = "http://127.0.0.1:9"


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path, s3_url: str) -> Settings:
    endpoint: str | None = getattr(request, "param", None)
    return load_settings(data_dir=tmp_path / "data", storage_url=s3_url, storage_public_endpoint=endpoint)


@pytest.mark.parametrize("settings", [None, OUT_OF_REACH], indirect=True, ids=["in reach", "out of reach"])
async def test_files_arrive_byte_by_byte(depot: Depot) -> None:
    content = bytes(range(256)) * 8000
    what = ToSend(
        artifact_type="trace",
        filename="trace with blanks ü.zip",
        content_type="application/zip",
        size_bytes=len(content),
        upload_id="4f0c1c38-6d5e-4d3e-8a55-0a5d8b5a3f01",
    )
    made = await upload_file(depot.transport, depot.run_id, depot.file("a.zip", content).path, what)
    target = depot.files / "down" / "a.zip"
    part = target.with_name(f".a.zip.{made.id}.part")
    part.parent.mkdir()
    part.write_bytes(content[:1_000_000])

    await download(depot.transport, made, target)

    assert target.read_bytes() == content
    assert not part.exists()
    assert [one.id for one in await list_artifacts(depot.direct, depot.run_id, "trace")] == [made.id]
    assert not await list_artifacts(depot.direct, depot.run_id, "video")


async def test_a_store_that_is_away_gets_its_files_when_it_is_back(depot: Depot, object_store: ObjectStore) -> None:
    spool = depot.spool()
    uploads = depot.uploads(spool)
    with object_store.away():
        for number in range(12):
            uploads.put(depot.file(f"log-{number}.txt"))
        assert not await uploads.drain(2, 60)
        assert uploads.left == 12

    assert await uploads.drain(30, 120)
    await uploads.close()
    spool.close(remove=True)

    assert len(await depot.arrived()) == 12
    assert not list(depot.root.rglob("*"))
