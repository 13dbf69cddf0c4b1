"""Every statement of this room."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import LiteralString
from uuid import UUID

from psycopg.rows import class_row

from shifty.artifacts.model import Announced, Artifact, ArtifactType
from shifty.database.pool import Transaction
from shifty.database.queries import load_queries
from shifty.web.pagination import Page

QUERIES = load_queries("shifty.artifacts")


class ArtifactStore:
    """The artifacts of one tenant, or of one project of it."""

    def __init__(self, tx: Transaction, tenant_id: UUID, project: str | None = None) -> None:
        self._tx = tx
        self._tenant_id = tenant_id
        self._only = project

    async def lock_uploads(self, run_id: UUID) -> None:
        await self._tx.execute(QUERIES["lock_uploads"], {"tenant_id": self._tenant_id, "run_id": run_id})

    async def find_upload(self, run_id: UUID, upload_id: UUID) -> Artifact | None:
        return await self._one("find_upload", run_id=run_id, upload_id=upload_id)

    async def reserve(
        self, run_id: UUID, artifact_id: UUID, key: str, announced: Announced, pending_for: timedelta
    ) -> Artifact | None:
        """None: the tenant has no such run."""
        values = {**asdict(announced), "id": artifact_id, "storage_key": key, "pending_for": pending_for}
        return await self._one("reserve", run_id=run_id, **values)

    async def reserve_again(self, artifact_id: UUID, announced: Announced, pending_for: timedelta) -> Artifact | None:
        """None: it has become ready meanwhile, or is gone."""
        values = {"content_type": announced.content_type, "size_bytes": announced.size_bytes}
        return await self._one("reserve_again", id=artifact_id, pending_for=pending_for, **values)

    async def make_ready(self, artifact_id: UUID, size_bytes: int) -> Artifact | None:
        """None: it is no longer pending."""
        return await self._one("make_ready", id=artifact_id, size_bytes=size_bytes)

    async def drop_pending(self, artifact: Artifact) -> None:
        await self._do("drop_pending", id=artifact.id, tries=artifact.tries)

    async def get(self, artifact_id: UUID) -> Artifact | None:
        return await self._one("get_artifact", id=artifact_id, only=self._only)

    async def by_keys(self, keys: Sequence[str]) -> dict[str, Artifact]:
        found = await self._all("get_by_keys", keys=list(keys), only=self._only)
        return {artifact.storage_key: artifact for artifact in found}

    async def pending(self, run_id: UUID, limit: int) -> list[Artifact]:
        """The oldest of those whose bytes have not been seen."""
        return await self._all("pending_of_run", run_id=run_id, limit=limit)

    async def page(self, run_id: UUID, kind: ArtifactType | None, test_id: str | None, page: Page) -> list[Artifact]:
        """Those that are there, oldest first."""
        values = {"type": kind, "test_id": test_id, "limit": page.limit, "offset": page.offset}
        return await self._all("page_of_artifacts", run_id=run_id, **values)

    async def count(self, run_id: UUID, kind: ArtifactType | None, test_id: str | None) -> int:
        values = {"tenant_id": self._tenant_id, "run_id": run_id, "type": kind, "test_id": test_id}
        cursor = await self._tx.execute(QUERIES["count_artifacts"], values)
        row: tuple[int] | None = await cursor.fetchone()
        return row[0] if row else 0

    async def _do(self, query: str, /, **values: object) -> None:
        await self._tx.execute(QUERIES[query], {"tenant_id": self._tenant_id, **values})

    async def _one(self, query: str, /, **values: object) -> Artifact | None:
        found = await self._all(query, **values)
        return found[0] if found else None

    async def _all(self, query: str, /, **values: object) -> list[Artifact]:
        return await artifacts_of(self._tx, QUERIES[query], {"tenant_id": self._tenant_id, **values})


async def artifacts_of(tx: Transaction, statement: LiteralString, values: Mapping[str, object]) -> list[Artifact]:
    async with tx.cursor(row_factory=class_row(Artifact)) as cursor:
        await cursor.execute(statement, values)
        return await cursor.fetchall()
