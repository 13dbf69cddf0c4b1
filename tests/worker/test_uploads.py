"""Files reach a real server in the background, once, whatever happens to the line and to the worker."""

import asyncio
import dataclasses
import logging
import os
import uuid
from pathlib import Path

import pytest

from shifty.client.model import Address
from shifty.client.transport import Transport
from shifty.config import Settings, load_settings
from shifty.worker.leftovers import deliver_leftovers
from shifty.worker.upload_spool import UploadSpool, why_left
from shifty.worker.uploads import Uploads
from tests.support.server import RunningServer
from tests.worker.conftest import Depot

MOST_BYTES = 1_000_000


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(data_dir=tmp_path / "data", artifact_max_bytes=MOST_BYTES)


async def test_files_arrive_once_with_their_test_and_attempt_and_the_spool_goes(depot: Depot) -> None:
    spool = depot.spool()
    uploads = depot.uploads(spool)
    for number in range(25):
        file = depot.file(f"log-{number}.txt", b"x" * (number + 1), attempt=1)
        uploads.put(file)
        uploads.put(file)

    assert await uploads.drain(20, 60)
    await uploads.close()
    spool.close(remove=True)

    found = await depot.arrived()
    assert sorted(one.size_bytes for one in found) == list(range(1, 26))
    assert {(one.artifact_type, one.content_type, one.test_id, one.attempt) for one in found} == {
        ("log", "text/plain", "t1", 1)
    }
    assert not list(depot.root.rglob("*"))


async def test_files_wait_while_results_do(depot: Depot) -> None:
    spool = depot.spool()
    results_are_through = asyncio.Event()

    async def before() -> None:
        await results_are_through.wait()

    uploads = Uploads(depot.transport, depot.run_id, UploadSpool(spool.folder), before)
    uploads.put(depot.file("trace.zip"))

    assert not await uploads.drain(0.3, 60)
    assert not await depot.arrived()
    results_are_through.set()

    assert await uploads.drain(20, 60)
    assert len(await depot.arrived()) == 1
    await uploads.close()
    spool.close(remove=True)


async def test_what_a_killed_worker_left_is_delivered_though_playwright_has_emptied_its_folder(depot: Depot) -> None:
    await depot.cable.cut()
    spool = depot.spool()
    uploads = depot.uploads(spool)
    for number in range(12):
        uploads.put(depot.file(f"log-{number}.txt"))
    # As a killed process does, this leaves all as it is and gives up the lock.
    await uploads.close()
    spool.close(remove=False)
    for file in depot.files.iterdir():
        file.unlink()
    await depot.cable.mend()

    assert await deliver_leftovers(depot.root, depot.transport) == 1

    assert len(await depot.arrived()) == 12
    assert not list(depot.root.rglob("*"))


async def test_results_that_are_delivered_do_not_take_waiting_files_with_them(depot: Depot) -> None:
    await depot.cable.cut()
    spool = depot.spool()
    uploads = depot.uploads(spool)
    uploads.put(depot.file("trace.zip"))
    assert not await uploads.drain(0.5, 60)
    await uploads.close()
    spool.close(remove=True)

    assert depot.left() == 1
    assert "does not answer" in (why_left(depot.root, depot.run_id) or "")
    await depot.cable.mend()
    assert await deliver_leftovers(depot.root, depot.transport) == 1
    assert len(await depot.arrived()) == 1


async def test_answers_that_get_lost_make_no_second_artifact(depot: Depot) -> None:
    spool = depot.spool()
    uploads = depot.uploads(spool)
    depot.cable.swallows_answers = True
    uploads.put(depot.file("trace.zip"))
    assert not await uploads.drain(1, 60)

    depot.cable.swallows_answers = False

    assert await uploads.drain(20, 60)
    assert len(await depot.arrived()) == 1
    await uploads.close()
    spool.close(remove=True)


async def test_a_file_that_is_too_large_or_gone_holds_up_no_other(
    depot: Depot, caplog: pytest.LogCaptureFixture
) -> None:
    await depot.cable.cut()
    spool = depot.spool()
    uploads = depot.uploads(spool)
    gone = depot.file("gone.txt")
    for file in (depot.file("large.zip", b"x" * (MOST_BYTES + 1)), gone, depot.file("small.txt")):
        uploads.put(file)
    (spool.folder / "uploads" / f"{gone.upload_id}.file").unlink()
    gone.path.unlink()
    await depot.cable.mend()

    with caplog.at_level(logging.WARNING):
        assert await uploads.drain(20, 60)
    await uploads.close()
    spool.close(remove=True)

    assert [one.name for one in await depot.arrived()] == ["small.txt"]
    assert "large.zip of test t1 is not uploaded: The artifact is over the limit" in caplog.text
    assert "gone.txt of test t1 is not uploaded: the file is gone" in caplog.text


async def test_a_file_that_the_server_cannot_read_about_holds_up_no_other(depot: Depot) -> None:
    spool = depot.spool()
    uploads = depot.uploads(spool)
    uploads.put(dataclasses.replace(depot.file("odd.txt"), content_type="text/" + "x" * 300))
    for number in range(3):
        uploads.put(depot.file(f"log-{number}.txt"))

    assert await uploads.drain(20, 60)
    await uploads.close()
    spool.close(remove=True)

    assert sorted(one.name for one in await depot.arrived()) == ["log-0.txt", "log-1.txt", "log-2.txt"]


async def test_a_key_that_is_revoked_leaves_the_files_for_a_worker_with_another(
    depot: Depot, server: RunningServer
) -> None:
    revoked = Transport(Address(server.url, "shf_unknown_unknown", str(server.tenant.id)))
    spool = depot.spool()
    uploads = Uploads(revoked, depot.run_id, UploadSpool(spool.folder), _at_once)
    uploads.put(depot.file("trace.zip"))

    assert not await uploads.drain(20, 60)
    await uploads.close()
    await revoked.aclose()
    spool.close(remove=True)

    assert depot.left() == 1
    assert await deliver_leftovers(depot.root, depot.transport) == 1
    assert len(await depot.arrived()) == 1


async def _at_once() -> None:
    """No results go before these files."""


async def test_empty_missing_and_special_files_are_left_out(depot: Depot) -> None:
    spool = depot.spool()
    uploads = depot.uploads(spool)
    pipe = depot.file("pipe")
    pipe.path.unlink()
    os.mkfifo(pipe.path)
    missing = depot.file("missing")
    missing.path.unlink()

    impossible = dataclasses.replace(missing, path=Path("/no\0file"))

    for file in (pipe, missing, impossible, depot.file("empty", b"")):
        uploads.put(file)

    assert uploads.left == 0
    await uploads.close()
    spool.close(remove=True)


async def test_a_run_that_was_deleted_takes_its_waiting_files_with_it(depot: Depot, server: RunningServer) -> None:
    await depot.cable.cut()
    spool = depot.spool()
    uploads = depot.uploads(spool)
    uploads.put(depot.file("trace.zip"))
    await uploads.close()
    spool.close(remove=True)
    async with server.db.connection() as connection:
        await connection.execute("delete from runs where id = %s", (uuid.UUID(depot.run_id),))
    await depot.cable.mend()

    assert await deliver_leftovers(depot.root, depot.transport) == 1

    assert not list(depot.root.rglob("*"))


async def test_a_spool_with_rubbish_in_it_still_delivers(depot: Depot) -> None:
    await depot.cable.cut()
    spool = depot.spool()
    uploads = depot.uploads(spool)
    uploads.put(depot.file("trace.zip"))
    await uploads.close()
    spool.close(remove=False)
    folder = spool.folder / "uploads"
    (folder / "half.json").write_bytes(b'{"path":')
    (folder / "half.new").write_bytes(b"{")
    (folder / "orphan.file").write_bytes(b"whose?")
    await depot.cable.mend()

    assert await deliver_leftovers(depot.root, depot.transport) == 1

    assert len(await depot.arrived()) == 1
    assert not list(depot.root.rglob("*"))
