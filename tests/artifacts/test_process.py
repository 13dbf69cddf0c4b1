"""A server process of its own: a large artifact is never in its memory, and a death in the middle leaves nothing."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from shifty.database.pool import Database
from shifty.storage.local import INCOMING
from shifty.storage.open import FOLDER
from shifty.tenants.keys import create_key, create_tenant
from shifty.tenants.model import Scope
from tests.runs.seed import Seed

GIB = 1024**3
PIECE = bytes(1024 * 1024)
ALLOWED_KIB = 100 * 1024


@dataclass
class ServerProcess:
    """``shifty server`` on a database of its own, with the key of a tenant that has a run."""

    environment: Mapping[str, str]
    key: str
    tenant: str
    run: UUID
    url: str = ""
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        command = [sys.executable, "-m", "shifty.cli", "server", "--port", "0"]
        self.process = await asyncio.create_subprocess_exec(
            *command, env=self.environment, stdout=asyncio.subprocess.PIPE
        )
        assert self.process.stdout
        said = await asyncio.wait_for(self.process.stdout.readline(), 60)
        self.url = said.decode().split()[-1]

    async def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)
            await asyncio.wait_for(self.process.wait(), 60)
            self.process = None

    def client(self, **labels: str) -> httpx.AsyncClient:
        headers = {
            "Authorization": f"Bearer {self.key}",
            "X-Tenant-ID": self.tenant,
            "X-Run-ID": str(self.run),
            "X-Artifact-Type": "trace",
            "X-Artifact-Name": "trace.zip",
            **labels,
        }
        return httpx.AsyncClient(base_url=f"{self.url}/api/v1", timeout=120, headers=headers)

    def memory_kib(self, field: str) -> int:
        """``VmRSS`` now, ``VmHWM`` at most since ``forget``."""
        assert self.process
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition(f"{field}:")[2].split()[0])

    def forget(self) -> None:
        assert self.process
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")


@pytest.fixture
async def server_process(fresh_database: str, tmp_path: Path) -> AsyncGenerator[ServerProcess]:
    db = await Database.open(fresh_database)
    tenant = await create_tenant(db, f"t-{uuid4().hex}")
    key = await create_key(db, tenant.id, frozenset(Scope))
    run = await Seed(db, tenant.id).run()
    await db.close()
    environment = {
        **os.environ,
        "SHIFTY_DATABASE_URL": fresh_database,
        "SHIFTY_ARTIFACT_MAX_BYTES": str(2 * GIB),
        "SHIFTY_DATA_DIR": str(tmp_path / "data"),
    }
    server = ServerProcess(environment, key.text, tenant.slug, run)
    try:
        await server.start()
        yield server
    finally:
        await server.end()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
async def test_a_trace_of_a_gibibyte_passes_through_with_flat_memory(server_process: ServerProcess) -> None:
    async with server_process.client() as http:
        await http.post("/artifacts/upload", content=PIECE)
        idle_kib = server_process.memory_kib("VmRSS")
        server_process.forget()

        sent = await http.post("/artifacts/upload", content=_zeros(GIB))
        came = 0
        async with http.stream("GET", sent.json()["url"]) as answer:
            async for chunk in answer.aiter_raw(len(PIECE)):
                came += len(chunk)

    assert sent.status_code == 200, sent.text
    assert sent.json()["sizeBytes"] == came == GIB
    assert server_process.memory_kib("VmHWM") - idle_kib < ALLOWED_KIB


async def test_a_server_that_is_killed_in_the_middle_keeps_what_it_acknowledged_and_nothing_else(
    server_process: ServerProcess, tmp_path: Path
) -> None:
    incoming = tmp_path / "data" / FOLDER / INCOMING
    upload_id = str(uuid4())
    async with server_process.client() as http:
        before = await http.post("/artifacts/upload", content=b"before")
        cut_off = asyncio.create_task(_try(http, upload_id, _zeros_and_wait(8 * len(PIECE))))
        while not any(incoming.iterdir()):
            await asyncio.sleep(0.01)
        await server_process.end(signal.SIGKILL)
        assert await cut_off is None

    await server_process.start()

    async with server_process.client() as http:
        listed = await http.get(f"/runs/{server_process.run}/artifacts")
        assert [entry["id"] for entry in listed.json()["artifacts"]] == [before.json()["artifactId"]]
        again = await _try(http, upload_id, _zeros(8 * len(PIECE)))
        assert again is not None
        assert again.json()["sizeBytes"] == 8 * len(PIECE)
        listed = await http.get(f"/runs/{server_process.run}/artifacts")
        assert [entry["sizeBytes"] for entry in listed.json()["artifacts"]] == [6, 8 * len(PIECE)]


async def _try(http: httpx.AsyncClient, upload_id: str, content: AsyncIterator[bytes]) -> httpx.Response | None:
    with contextlib.suppress(httpx.TransportError):
        return await http.post("/artifacts/upload", content=content, headers={"X-Upload-ID": upload_id})
    return None


async def _zeros(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // len(PIECE)):
        yield PIECE


async def _zeros_and_wait(size: int) -> AsyncIterator[bytes]:
    async for piece in _zeros(size):
        yield piece
    for _ in range(600):
        # Too little to be over before the server is dead.
        await asyncio.sleep(0.1)
        yield b"."
