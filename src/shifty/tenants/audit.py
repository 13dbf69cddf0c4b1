"""Who has changed what: written in the transaction that changes it, never changed afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from shifty.database.pool import Database, Transaction
from shifty.tenants.model import Caller
from shifty.tenants.store import QUERIES
from shifty.web.pagination import Page


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the audit log."""

    id: int
    at: datetime
    key_id: str | None
    """None: the administrator of the machine, by the command line."""
    key_name: str
    action: str
    """Such as ``key.created``: what, and what became of it."""
    subject: str
    project: str | None
    details: Mapping[str, object]


@dataclass(frozen=True)
class AuditPage:
    entries: Sequence[Entry]
    total: int


def tenant_of(who: Caller | UUID) -> UUID:
    """In whose tenant somebody changes something."""
    return who.tenant_id if isinstance(who, Caller) else who


async def record(
    tx: Transaction,
    who: Caller | UUID,
    action: str,
    subject: str = "",
    *,
    key_id: str | None = None,
    project: str | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """Note a change, in the transaction that makes it.

    ``who`` is a caller; or a tenant, for what the administrator of the machine does in it, or where no more than the
    ``key_id`` of the caller is known.
    """
    values = {
        "tenant_id": tenant_of(who),
        "key_id": who.key_id if isinstance(who, Caller) else key_id,
        "action": action,
        "subject": subject,
        "project": project,
        "details": Jsonb(dict(details or {})),
    }
    await tx.execute(QUERIES["record_change"], values)


async def record_difference(
    tx: Transaction, who: Caller | UUID, project: str, before: Mapping[str, object], after: Mapping[str, object]
) -> None:
    """``record`` what a project allows since now, as ``[before, after]``; nothing where nothing has changed."""
    changed = {name: [before[name], value] for name, value in after.items() if before[name] != value}
    if changed:
        await record(tx, who, "project.changed", project, project=project, details=changed)


async def note(
    db: Database,
    who: Caller | UUID,
    action: str,
    subject: str = "",
    *,
    project: str | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """``record`` in a transaction of its own: for changes that are made by a room below, after they were made."""
    async with db.connection() as connection:
        await record(connection, who, action, subject, project=project, details=details)


async def list_changes(db: Database, caller: Caller, page: Page, action: str | None = None) -> AuditPage:
    """What has been changed in the caller's tenant, newest first; of a key for one project, what concerns it.

    ``action``: only those that begin so, such as ``key``.
    """
    values = {
        "tenant_id": caller.tenant_id,
        "only": caller.project,
        "action": action,
        "limit": page.limit,
        "offset": page.offset,
    }
    async with db.snapshot() as tx:
        async with tx.cursor(row_factory=class_row(Entry)) as cursor:
            await cursor.execute(QUERIES["list_changes"], values)
            entries = await cursor.fetchall()
        row = await (await tx.execute(QUERIES["count_changes"], values)).fetchone()
    return AuditPage(entries, row[0] if row else 0)
