"""A run in which locators were healed, a repository that has its code, and a server that may write to it."""

import asyncio
import socket
import tempfile
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import uvicorn

from shifty.config import load_settings
from shifty.database.pool import Database
from shifty.ids import stable_test_id
from shifty.tenants.model import Tenant
from tests.pull_requests.hub import Hub
from tests.pull_requests.prism import Prism
from tests.runs.seed import Seed
from tests.support.server import RunningServer, new_tenant, running_server

API = "/api/v1"
SECRET = "webhook-secret"
PATH = "tests/login.spec.ts"
BEFORE = """import { test } from '@playwright/test';
test('logs in', async ({ page }) => {
  await page.locator('#user').fill('x');
});
"""
AFTER = BEFORE.replace("locator('#user')", "getByTestId('user')")
Json = dict[str, Any]


@pytest.fixture(scope="session")
def prism() -> Generator[str]:
    with tempfile.TemporaryDirectory(prefix="shifty-prism-") as folder:
        running = Prism(Path(folder))
        try:
            running.wait()
            yield running.url
        finally:
            running.close()


@dataclass(frozen=True)
class Forged:
    """A server with a repository, and its caller's key."""

    http: httpx.AsyncClient
    server: RunningServer
    seed: Seed

    async def run(
        self,
        *,
        heals: Sequence[Json] | None = None,
        status: str = "completed",
        branch: str | None = "main",
        metadata: Mapping[str, object] | None = None,
        project: str = "web",
    ) -> UUID:
        """A run in which ``heals`` were reported by one test."""
        run_id = await self.seed.run(status=status, branch=branch, metadata=metadata, project=project)
        await self.healed_test(run_id, heals or [a_heal()])
        return run_id

    async def screenshot(self, run_id: UUID, name: str) -> None:
        await self.seed.artifact(run_id, stable_test_id(PATH, "chromium", ["logs in"]), name, type_="screenshot")

    async def healed_test(self, run_id: UUID, heals: Sequence[Json], file: str = PATH, title: str = "logs in") -> str:
        attempt = {"attempt": 0, "status": "passed", "durationMs": 10, "heals": list(heals)}
        test_id = await self.seed.test(run_id, file, title, attempts=[attempt])
        await self.seed.execute(
            "update tests set healing_attempted = true, healed = true"
            " where run_id = %(run_id)s and test_id = %(test_id)s and tenant_id = %(tenant_id)s",
            run_id=run_id,
            test_id=test_id,
        )
        return test_id

    async def offer(self, run_id: UUID, base_sha: str, *files: Json, **fields: object) -> httpx.Response:
        body = {"runId": str(run_id), "baseSha": base_sha, "files": files or (a_file(),), "verifiedRuns": 3, **fields}
        return await self.http.post(f"{API}/healing/prs", json=body)

    async def offered(self, run_id: UUID, base_sha: str, *files: Json, **fields: object) -> Json:
        answer = await self.offer(run_id, base_sha, *files, **fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def decide(self, run_id: UUID, word: str) -> None:
        events = (await self.http.get(f"{API}/healing/events", params={"runId": str(run_id)})).json()["events"]
        names = {"runId": str(run_id), "testId": events[0]["testId"], "eventId": events[0]["id"]}
        answer = await self.http.post(f"{API}/healing/decisions", json={**names, "decision": word})
        assert answer.status_code == 200, answer.text

    async def prs(self, run_id: UUID) -> list[Json]:
        answer = await self.http.get(f"{API}/healing/prs", params={"runId": str(run_id)})
        assert answer.status_code == 200, answer.text
        return answer.json()["prs"]


def a_heal(selector: str = "#user", healed: str = "getByTestId('user')", **fields: object) -> Json:
    return {
        "originalSelector": selector,
        "originalLocator": f"locator('{selector}')",
        "healedSelector": 'internal:testid=[data-testid="user"s]',
        "healedLocator": healed,
        "decision": "heal",
        "confidence": 0.95,
        "strategy": "data-testid-recovery",
        "success": True,
        "explanation": "Same label, same place in the form.",
        "frames": [{"file": PATH, "line": 3, "column": 14}],
        **fields,
    }


def a_file(path: str = PATH, before: str = BEFORE, after: str = AFTER, **fields: object) -> Json:
    return {
        "path": path,
        "content": after,
        "beforeDigest": sha256(before.encode()).hexdigest(),
        "message": f"Heal 1 locator in {path}\n\nConfidence 0.95.",
        "heals": [{"originalSelector": "#user"}],
        **fields,
    }


@pytest.fixture
async def hub(prism: str) -> Hub:
    """With ``PATH`` and a file beside it on branch main."""
    hub = Hub(prism, f"Acme/shop-{uuid4().hex[:12]}")
    hub.branches["main"] = hub.add_commit(
        {PATH: BEFORE, "README.md": "shop", "tests/pages/shop.ts": ("100755", BEFORE.encode())}
    )
    return hub


@asynccontextmanager
async def serving(hub: Hub) -> AsyncGenerator[str]:
    """The address of ``hub`` on this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(hub.app(), log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            await asyncio.sleep(0.005)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()


@asynccontextmanager
async def forged(db: Database, folder: Path, tenant: Tenant, settings: Mapping[str, object]) -> AsyncGenerator[Forged]:
    known = {"data_dir": folder / "data", "healing_tenants": tenant.slug, "github_webhook_secret": SECRET}
    async with (
        running_server(
            db,
            load_settings(**{name: value for name, value in {**known, **settings}.items() if value is not None}),
            tenant,
        ) as server,
        httpx.AsyncClient(base_url=server.url, headers=server.headers, timeout=60) as http,
    ):
        yield Forged(http, server, Seed(db, tenant.id))


@pytest.fixture
async def tenant(db: Database) -> Tenant:
    return await new_tenant(db, f"t-{uuid4().hex}")


@pytest.fixture
async def github(db: Database, tmp_path: Path, tenant: Tenant, hub: Hub) -> AsyncGenerator[Forged]:
    """A server that may write to ``hub``. At the end all its calls were such as GitHub's description has."""
    async with serving(hub) as url:
        settings = {"healing_repository": hub.name, "github_token": hub.token, "github_api_url": url}
        async with forged(db, tmp_path, tenant, settings) as running:
            yield running
    assert hub.malformed == []
