"""Every statement of this room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

import msgspec
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from shifty.database.pool import Transaction
from shifty.database.queries import load_queries
from shifty.pull_requests.model import Change, Evidence, HealingPr, Known, ListedPr, PatchedFile, PrStatus, Pull
from shifty.web.pagination import Page

QUERIES = load_queries("shifty.pull_requests")

_LONGEST_ERROR: Final = 1000
_evidence = msgspec.json.Decoder(list[Evidence])
_patch = msgspec.json.Decoder(list[PatchedFile])


@dataclass(frozen=True)
class NewPr:
    """What a row says before the forge has been asked."""

    repository: str
    change: Change
    change_digest: str
    verified_runs: int

    def values(self) -> dict[str, object]:
        evidence = [each for file in self.change.files for each in file.evidence]
        return {
            "repository": self.repository,
            "base_branch": self.change.base_branch,
            "base_sha": self.change.base_sha,
            "branch_name": self.change.branch,
            "change_digest": self.change_digest,
            "patch": Jsonb(msgspec.to_builtins(self.change.files)),
            "healing_count": len(evidence),
            "avg_confidence": sum(each.confidence for each in evidence) / len(evidence),
            "verified_runs": self.verified_runs,
        }


@dataclass(frozen=True, kw_only=True)
class _ListedRow(HealingPr):
    project: str
    branch: str | None
    evidence: str

    def noun(self) -> ListedPr:
        known = {name: value for name, value in vars(self).items() if name != "evidence"}
        return ListedPr(**known, heals=_evidence.decode(self.evidence))


class PrStore:
    """The changes that are offered for the runs of one tenant."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def begin(self, run_id: UUID, new: NewPr) -> HealingPr | None:
        """None: the run is gone, or has a row that is settled."""
        return await self._one("begin_pr", run_id=run_id, **new.values())

    async def get(self, run_id: UUID) -> HealingPr | None:
        return await self._one("get_pr", run_id=run_id)

    async def page(self, only: str | None, run_id: UUID | None, page: Page) -> tuple[list[ListedPr], int]:
        """Those of the project ``only``, of one run or of all, newest first; and the number of all pages."""
        values = {"tenant_id": self._tenant_id, "only": only, "run_id": run_id}
        async with self._tx.cursor(row_factory=class_row(_ListedRow)) as cursor:
            await cursor.execute(QUERIES["page_of_prs"], {**values, "limit": page.limit, "offset": page.offset})
            rows = await cursor.fetchall()
        count: tuple[int] | None = await (await self._tx.execute(QUERIES["count_prs"], values)).fetchone()
        return [row.noun() for row in rows], count[0] if count else 0

    async def patch(self, row: HealingPr) -> list[PatchedFile]:
        cursor = await self._tx.execute(QUERIES["get_patch"], {"id": row.id, "tenant_id": self._tenant_id})
        found: Sequence[str] | None = await cursor.fetchone()
        return _patch.decode(found[0]) if found else []

    async def same_change(self, row: HealingPr) -> HealingPr | None:
        """The row of another run with this change that has come to a pull request."""
        values = {"repository": row.repository, "change_digest": row.change_digest, "base_branch": row.base_branch}
        return await self._one("same_change", run_id=row.run_id, **values)

    async def settle(self, row: HealingPr, branch: str, pull: Pull | None) -> HealingPr | None:
        """What it has come to. None: the row is gone, with its run."""
        return await self._one(
            "settle_pr",
            id=row.id,
            branch_name=branch,
            pr_status=pull.status if pull else "branch",
            pr_number=pull.number if pull else None,
            pr_url=pull.url if pull else None,
        )

    async def note_failure(self, row: HealingPr, status: PrStatus, error: str) -> None:
        values = {"id": row.id, "pr_status": status, "error": error[:_LONGEST_ERROR]}
        await self._tx.execute(QUERIES["note_failure"], {"tenant_id": self._tenant_id, **values})

    async def _one(self, query: str, /, **values: object) -> HealingPr | None:
        found = await rows_of(self._tx, QUERIES[query], {"tenant_id": self._tenant_id, **values})
        return found[0] if found else None


async def rows_of(tx: Transaction, statement: LiteralString, values: Mapping[str, object]) -> list[HealingPr]:
    async with tx.cursor(row_factory=class_row(HealingPr)) as cursor:
        await cursor.execute(statement, values)
        return await cursor.fetchall()


async def has_one_tenant(tx: Transaction) -> bool:
    cursor = await tx.execute(QUERIES["count_tenants"])
    return await cursor.fetchone() == (1,)


async def lock_repository(tx: Transaction, repository: str, patience: timedelta) -> None:
    """For as long as the session lasts.

    Raises:
        LockNotAvailable: somebody else has had it for longer than ``patience``.
    """
    await tx.execute(QUERIES["set_patience"], {"patience": f"{patience.total_seconds():.0f}s"})
    await tx.execute(QUERIES["lock_repository"], {"repository": repository})


async def unfinished(
    tx: Transaction, repository: str, after: timedelta, most_tries: int, limit: int
) -> list[HealingPr]:
    """Rows of all tenants whose last try was cut short."""
    values = {"repository": repository, "after": after, "most_tries": most_tries, "limit": limit}
    return await rows_of(tx, QUERIES["unfinished"], values)


async def to_look_at(tx: Transaction, repository: str, closed_for: timedelta, limit: int) -> list[int]:
    """Numbers of pull requests, each once."""
    values = {"repository": repository, "closed_for": closed_for, "limit": limit}
    cursor = await tx.execute(QUERIES["to_look_at"], values)
    return sorted({row[0] for row in await cursor.fetchall()})


async def is_known(tx: Transaction, known: Known) -> bool:
    values = {"repository": known.repository, "pr_number": known.number}
    cursor = await tx.execute(QUERIES["is_known"], values)
    return await cursor.fetchone() == (True,)


async def follow_pr(tx: Transaction, known: Known, status: PrStatus, at: datetime | None = None) -> int:
    """How many rows have changed. ``at``: the moment that somebody tells of; None: it was seen just now."""
    values = {"repository": known.repository, "pr_number": known.number, "pr_status": status, "at": at}
    return (await tx.execute(QUERIES["follow_pr"], values)).rowcount
