"""The quarantine router alone, over a real database."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from shifty.database.pool import Database
from shifty.quarantine.routes import router
from shifty.tenants.keys import create_key, create_tenant
from shifty.tenants.model import Scope, Tenant
from shifty.web.errors import install

Json = dict[str, Any]


@dataclass(frozen=True)
class Api:
    """A client with a key of the scope ``admin``, and a project of its tenant."""

    client: httpx.AsyncClient
    tenant: Tenant
    key: str
    key_id: str
    db: Database
    project_id: int

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "X-Tenant-ID": self.tenant.slug}

    async def ask(self, method: str, path: str, body: object = None, **query: str) -> Json:
        """The answer to a call that has to succeed."""
        answer = await self.client.request(method, path, json=body, params=query, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, method: str, path: str, body: object = None, **query: str) -> tuple[int, str, Json]:
        """Status, code and details of a call that must not succeed."""
        answer = await self.client.request(method, path, json=body, params=query, headers=self.headers)
        return answer.status_code, answer.json()["code"], answer.json()["details"]

    async def add(self, kind: str = "test", value: str = "t1", **fields: object) -> Json:
        """The rule that is made, or is there already."""
        return (await self.ask("POST", "/quarantine", wanted(kind, value, **fields)))["rule"]

    async def with_key(self, *scopes: Scope, project: str | None = None) -> dict[str, str]:
        """Headers with another key of the same tenant."""
        new = await create_key(self.db, self.tenant.id, frozenset(scopes), project=project)
        return {**self.headers, "Authorization": f"Bearer {new.text}"}

    async def execute(self, statement: LiteralString, **values: object) -> None:
        async with self.db.connection() as connection:
            of_project = {"tenant_id": self.tenant.id, "project_id": self.project_id}
            await connection.execute(statement, {**of_project, **values})

    async def known_test(
        self, name: str, file: str = "a.spec.ts", *, project_name: str = "chromium", tags: Sequence[str] = ()
    ) -> None:
        """A test that history knows, with its name for an id."""
        await self.execute(
            "insert into known_tests (tenant_id, project_id, test_id, file, project_name, title_path, tags,"
            " first_seen_at, last_seen_at, last_run_id, last_outcome) values (%(tenant_id)s, %(project_id)s,"
            " %(name)s, %(file)s, %(project_name)s, array['suite', %(name)s], %(tags)s, now(), now(),"
            " gen_random_uuid(), 'failed')",
            name=name,
            file=file,
            project_name=project_name,
            tags=list(tags),
        )

    async def end_time_of(self, rule_id: str) -> None:
        """The rule runs out now."""
        await self.execute(
            "update quarantine_rules set created_at = now() - interval '2 days',"
            " expires_at = now() - interval '1 second' where tenant_id = %(tenant_id)s and id = %(id)s",
            id=rule_id,
        )


def wanted(kind: str = "test", value: str = "t1", **fields: object) -> Mapping[str, object]:
    """The body that asks for a rule."""
    told = {"project": "shop", "kind": kind, "value": value, "owner": "@shop/payments", "reason": "slow bank"}
    return {**told, **fields}


@pytest.fixture
async def api(db: Database) -> AsyncGenerator[Api]:
    app = FastAPI()
    install(app)
    app.include_router(router)
    app.state.database = db
    tenant = await create_tenant(db, f"acme-{uuid4().hex}")
    key = await create_key(db, tenant.id, frozenset({Scope.ADMIN}))
    project_id = await make_project(db, tenant.id, "shop")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shifty") as client:
        yield Api(client, tenant, key.text, key.key.id, db, project_id)


async def make_project(db: Database, tenant_id: UUID, slug: str) -> int:
    async with db.connection() as connection:
        cursor = await connection.execute(
            "insert into projects (tenant_id, slug) values (%s, %s) returning id", (tenant_id, slug)
        )
        row = await cursor.fetchone()
    assert row
    return row[0]
