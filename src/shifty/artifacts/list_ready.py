"""List what is there of a run, with the test that each artifact shows. Nothing is looked for in the store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from shifty.artifacts.model import ArtifactType
from shifty.artifacts.store import QUERIES
from shifty.database.pool import Database
from shifty.runs.errors import RunNotFound
from shifty.runs.store import RunStore
from shifty.tenants.model import Caller
from shifty.web.pagination import Page


@dataclass(frozen=True, kw_only=True)
class ReadyArtifact:
    id: UUID
    type: ArtifactType
    name: str
    content_type: str
    size_bytes: int | None
    test_id: str | None
    attempt: int | None
    created_at: datetime
    expires_at: datetime
    file: str | None
    """Of the test, as the rest; None: it shows no test that is known."""
    title_path: Sequence[str] | None
    project_name: str | None
    outcome: str | None


@dataclass(frozen=True)
class Sizes:
    type: ArtifactType
    files: int
    bytes: int


@dataclass(frozen=True)
class ReadyPage:
    artifacts: Sequence[ReadyArtifact]
    sizes: Sequence[Sizes]
    """Of all pages, a type each."""


async def list_ready(db: Database, caller: Caller, run_id: UUID, kind: ArtifactType | None, page: Page) -> ReadyPage:
    """Oldest first.

    Raises:
        RunNotFound: the caller has no such run.
    """
    of_run = {"run_id": run_id, "tenant_id": caller.tenant_id}
    async with db.snapshot() as tx:
        if await RunStore(tx, caller.tenant_id, caller.project).get(run_id) is None:
            raise RunNotFound(run_id)
        async with tx.cursor(row_factory=class_row(Sizes)) as cursor:
            await cursor.execute(QUERIES["sizes_of_run"], of_run)
            sizes = await cursor.fetchall()
        async with tx.cursor(row_factory=class_row(ReadyArtifact)) as cursor:
            bounds = {"type": kind, "limit": page.limit, "offset": page.offset}
            await cursor.execute(QUERIES["ready_artifacts"], {**of_run, **bounds})
            return ReadyPage(await cursor.fetchall(), sizes)
