"""A real server over real HTTP, with a run to put artifacts into."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString
from uuid import UUID, uuid4

import httpx
import pytest

from shifty.artifacts.model import Announced
from shifty.config import Settings, load_settings
from shifty.storage.blobs import BlobStore
from shifty.storage.open import open_blobs
from tests.runs.seed import Seed
from tests.support.server import RunningServer

API = "/api/v1"
LIMIT = 1_000_000


@pytest.fixture(params=["folder", "s3"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    storage = request.getfixturevalue("s3_url") if request.param == "s3" else None
    return load_settings(data_dir=tmp_path / "data", storage_url=storage, artifact_max_bytes=LIMIT, body_idle_seconds=2)


@dataclass(frozen=True)
class Api:
    """Calls of one key, on one run."""

    http: httpx.AsyncClient
    server: RunningServer
    run: UUID
    blobs: BlobStore
    """The server's store, to look past it."""

    def labels(self, **more: str) -> dict[str, str]:
        return {
            **self.server.headers,
            "X-Run-ID": str(self.run),
            "X-Artifact-Type": "trace",
            "X-Artifact-Name": "trace.zip",
            **more,
        }

    async def upload(self, content: bytes | AsyncIterator[bytes], **more: str) -> httpx.Response:
        return await self.http.post(f"{API}/artifacts/upload", headers=self.labels(**more), content=content)

    async def presign(self, **asked: object) -> dict[str, object]:
        body = {"runId": str(self.run), "artifactType": "trace", "filename": "trace.zip", **asked}
        answer = await self.http.post(f"{API}/artifacts/presigned-upload", headers=self.server.headers, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def complete(self, *keys: object) -> dict[str, list[dict[str, object]]]:
        answer = await self.http.post(
            f"{API}/artifacts/complete", headers=self.server.headers, json={"storageKeys": keys}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def listed(self) -> list[dict[str, object]]:
        answer = await self.http.get(f"{API}/runs/{self.run}/artifacts", headers=self.server.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["artifacts"]

    async def download(self, url: object, **headers: str) -> httpx.Response:
        return await self.http.get(str(url), headers={**self.server.headers, **headers})

    async def rows(self, statement: LiteralString, *values: object) -> list[tuple[object, ...]]:
        async with self.server.db.connection() as connection:
            return await (await connection.execute(statement, values)).fetchall()

    async def stored_bytes(self) -> int:
        """As the tenant's quota counts them."""
        rows = await self.rows("select bytes from tenant_storage where tenant_id = %s", self.server.tenant.id)
        return int(str(rows[0][0])) if rows else 0

    async def eventually_no_rows(self) -> None:
        """The server notices that a client has gone a moment after it went."""
        for _ in range(2400):
            if not await self.rows("select 1 from artifacts where run_id = %s", self.run):
                return
            await asyncio.sleep(0.025)
        raise AssertionError(await self.rows("select * from artifacts where run_id = %s", self.run))


@pytest.fixture
async def api(server: RunningServer, settings: Settings) -> AsyncGenerator[Api]:
    run = await Seed(server.db, server.tenant.id).run()
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as http:
        yield Api(http, server, run, open_blobs(settings))


def an_upload(**values: object) -> Announced:
    return Announced(
        **{"type": "trace", "name": "trace.zip", "content_type": "application/zip", **values}  # pyright: ignore[reportArgumentType]  # any field of it
    )


def new_upload_id() -> str:
    return str(uuid4())
