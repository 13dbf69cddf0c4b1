"""The runs router alone, over a real database."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from shifty.database.pool import Database
from shifty.runs.routes import router
from shifty.tenants.keys import create_key, create_tenant
from shifty.tenants.model import Scope, Tenant
from shifty.web.errors import install
from tests.runs.seed import Seed


@dataclass(frozen=True)
class Api:
    """A client without headers of its own, and the ways to call it."""

    client: httpx.AsyncClient
    tenant: Tenant
    key: str
    """With the scope ``read``."""
    db: Database

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "X-Tenant-ID": self.tenant.slug}

    async def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return await self.client.get(path, headers=self.headers if headers is None else headers)

    async def with_key(self, *scopes: Scope, project: str | None = None) -> dict[str, str]:
        """Headers with another key of the same tenant."""
        new = await create_key(self.db, self.tenant.id, frozenset(scopes), project=project)
        return {**self.headers, "Authorization": f"Bearer {new.text}"}


@pytest.fixture
async def api(db: Database) -> AsyncGenerator[Api]:
    app = FastAPI()
    install(app)
    app.include_router(router)
    app.state.database = db
    tenant = await create_tenant(db, f"acme-{uuid4().hex}")
    key = await create_key(db, tenant.id, frozenset({Scope.READ}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shifty") as client:
        yield Api(client, tenant, key.text, db)


@pytest.fixture
def seed(api: Api) -> Seed:
    return Seed(api.db, api.tenant.id)


@pytest.fixture
async def others_run(db: Database) -> UUID:
    """A run of another tenant."""
    tenant = await create_tenant(db, f"other-{uuid4().hex}")
    return await Seed(db, tenant.id).run(project="web")
