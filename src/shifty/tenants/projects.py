"""Which projects a tenant has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from shifty.database.pool import Database
from shifty.tenants.model import Caller
from shifty.tenants.store import QUERIES
from shifty.web.pagination import Page


@dataclass(frozen=True, kw_only=True)
class ListedProject:
    """A project with what it allows and how much it is used."""

    id: int
    slug: str
    default_branch: str | None
    """None: it is worked out."""
    healing_mode: str
    healing_verdict: str
    quarantine_cap: int
    quarantine_days: int
    auto_quarantine: bool
    created_at: datetime
    runs: int
    last_run_id: UUID | None
    last_run_at: datetime | None
    last_run_status: str | None
    last_run_conclusion: str | None
    """None: it has not ended, or there is none."""


@dataclass(frozen=True)
class ProjectPage:
    projects: Sequence[ListedProject]
    total: int


async def list_projects(db: Database, caller: Caller, page: Page, project: str | None = None) -> ProjectPage:
    """The projects that the caller sees, the one with the newest run first; ``project``: only that one."""
    values = {
        "tenant_id": caller.tenant_id,
        "only": caller.project,
        "project": project,
        "limit": page.limit,
        "offset": page.offset,
    }
    async with db.snapshot() as tx:
        async with tx.cursor(row_factory=class_row(ListedProject)) as cursor:
            await cursor.execute(QUERIES["list_projects"], values)
            projects = await cursor.fetchall()
        row = await (await tx.execute(QUERIES["count_projects"], values)).fetchone()
    return ProjectPage(projects, row[0] if row else 0)


async def find_project(db: Database, caller: Caller, slug: str) -> ListedProject | None:
    """None: the caller sees no such project."""
    found = await list_projects(db, caller, Page(1), slug)
    return found.projects[0] if found.projects else None
