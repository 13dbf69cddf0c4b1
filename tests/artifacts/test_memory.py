"""A large artifact passes through the server, and is never in its memory."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from shifty.database.pool import Database
from shifty.tenants.keys import create_key, create_tenant
from shifty.tenants.model import Scope
from tests.runs.seed import Seed

GIB = 1024**3
PIECE = bytes(1024 * 1024)
ALLOWED_KIB = 100 * 1024


@dataclass(frozen=True)
class ServerProcess:
    url: str
    pid: int

    def memory_kib(self, field: str) -> int:
        """``VmRSS`` now, ``VmHWM`` at most since ``forget``."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition(f"{field}:")[2].split()[0])

    def forget(self) -> None:
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")


@pytest.fixture
async def process(fresh_database: str, tmp_path: Path) -> AsyncGenerator[ServerProcess]:
    environment = {
        **os.environ,
        "SHIFTY_DATABASE_URL": fresh_database,
        "SHIFTY_ARTIFACT_MAX_BYTES": str(2 * GIB),
        "SHIFTY_DATA_DIR": str(tmp_path / "data"),
    }
    command = [sys.executable, "-m", "shifty.cli", "server", "--port", "0"]
    started = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    try:
        assert started.stdout
        said = (await asyncio.wait_for(started.stdout.readline(), 60)).decode()
        yield ServerProcess(said.split()[-1], started.pid)
    finally:
        with contextlib.suppress(ProcessLookupError):
            started.send_signal(signal.SIGTERM)
        await asyncio.wait_for(started.wait(), 30)
        shutil.rmtree(tmp_path / "data", ignore_errors=True)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
async def test_a_trace_of_a_gibibyte_passes_through_with_flat_memory(
    process: ServerProcess, fresh_database: str
) -> None:
    db = await Database.open(fresh_database)
    tenant = await create_tenant(db, f"t-{uuid4().hex}")
    key = await create_key(db, tenant.id, frozenset(Scope))
    run = await Seed(db, tenant.id).run()
    await db.close()
    headers = {"Authorization": f"Bearer {key.text}", "X-Tenant-ID": tenant.slug}
    labels = {"X-Run-ID": str(run), "X-Artifact-Type": "trace", "X-Artifact-Name": "trace.zip"}
    async with httpx.AsyncClient(base_url=process.url, timeout=120, headers=headers) as http:
        await http.post("/api/v1/artifacts/upload", headers=labels, content=PIECE)
        idle_kib = process.memory_kib("VmRSS")
        process.forget()

        sent = await http.post("/api/v1/artifacts/upload", headers=labels, content=_zeros())
        came = 0
        async with http.stream("GET", sent.json()["url"]) as answer:
            async for chunk in answer.aiter_raw(1024 * 1024):
                came += len(chunk)

    assert sent.status_code == 200, sent.text
    assert sent.json()["sizeBytes"] == came == GIB
    assert process.memory_kib("VmHWM") - idle_kib < ALLOWED_KIB


async def _zeros() -> AsyncIterator[bytes]:
    for _ in range(GIB // len(PIECE)):
        yield PIECE
