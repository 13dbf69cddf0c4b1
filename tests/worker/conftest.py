"""A worker's end of a run whose files go to a real server."""

import uuid
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import pytest

from shifty import wire
from shifty.client import runs_api
from shifty.client.artifacts_api import Artifact, list_artifacts
from shifty.client.model import Address
from shifty.client.runs_api import Orchestrate
from shifty.client.transport import Transport
from shifty.worker.spool import Spool
from shifty.worker.upload_spool import UploadSpool, left_of_run
from shifty.worker.uploads import Uploads
from shifty.worker.worth import FileToKeep
from tests.support.server import RunningServer
from tests.worker.cable import Cable


@dataclass
class Depot:
    """Connected by a cable; ``direct`` goes around it."""

    cable: Cable
    transport: Transport
    direct: Transport
    run_id: str
    root: Path
    files: Path

    def spool(self, worker: str = "w1") -> Spool:
        return Spool.open(self.root / self.run_id / worker, self.transport.address.identity)

    def uploads(self, spool: Spool) -> Uploads:
        return Uploads(self.transport, self.run_id, UploadSpool(spool.folder), _nothing)

    def file(self, name: str, content: bytes = b"something", *, attempt: int = 0) -> FileToKeep:
        path = self.files / name
        path.write_bytes(content)
        kept_as = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.run_id}/{name}"))
        return FileToKeep(path, "log", name, "text/plain", kept_as, test_id="t1", attempt=attempt)

    async def arrived(self) -> list[Artifact]:
        return await list_artifacts(self.direct, self.run_id)

    def left(self) -> int:
        return len(list(left_of_run(self.root, self.run_id)))


async def _nothing() -> None:
    """No results go before these files."""


@pytest.fixture
async def depot(server: RunningServer, tmp_path: Path) -> AsyncGenerator[Depot]:
    cable = Cable(server.url)
    await cable.mend()
    tenant = str(server.tenant.id)
    files = tmp_path / "results"
    files.mkdir()
    async with (
        Transport(Address(server.url, server.key, tenant)) as direct,
        Transport(Address(cable.url, server.key, tenant)) as transport,
    ):
        asked = Orchestrate(
            test_files=["a.spec.ts"],
            worker_count=1,
            project="p",
            tests=[wire.PlannedTest(test_file="a.spec.ts", test_name="a")],
        )
        run = await runs_api.orchestrate(direct, asked, idempotency_key=uuid.uuid4().hex)
        yield Depot(cable, transport, direct, run.run_id, tmp_path / "spool", files)
        await cable.cut()
