"""Statements about what people say of replacements, and the list of these over all runs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg.rows import class_row

from shifty.database.pool import Transaction
from shifty.healing.model import ListedDecision, Refused, Replacement, Word
from shifty.healing.store import QUERIES, EventRow
from shifty.web.pagination import Page

MOST_TESTS: Final = 500
MOST_RUNS: Final = 2000
"""That a list of replacements looks at, the newest first."""

_ID = re.compile(r"(?P<project>[0-9]{1,18})-(?P<digest>[0-9a-f]{64})")


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody says about the replacement of a locator of a run's project."""

    run_id: UUID
    file: str
    selector: str
    healed_selector: str
    word: Word
    reason: str
    key_id: str


@dataclass(frozen=True, kw_only=True)
class _ReplacementRow(EventRow):
    run_id: UUID
    project: str
    branch: str | None
    seen_at: datetime
    times: int
    tests: int
    runs: int

    def noun(self) -> Replacement:
        return Replacement(
            run_id=self.run_id,
            project=self.project,
            branch=self.branch,
            seen_at=self.seen_at,
            times=self.times,
            tests=self.tests,
            runs=self.runs,
            newest=self.event(),
        )


class DecisionStore:
    """What is said about the replacements of one tenant, or of its project ``only``."""

    def __init__(self, tx: Transaction, tenant_id: UUID, only: str | None = None) -> None:
        self._tx = tx
        self._of_tenant: Mapping[str, object] = {"tenant_id": tenant_id, "only": only}

    async def replacements(self, wanted: Mapping[str, object], page: Page) -> tuple[list[Replacement], int]:
        """A page, newest first, and the number of all."""
        values = {**self._of_tenant, **wanted, "most_runs": MOST_RUNS, "most_tests": MOST_TESTS}
        bounds = {"limit": page.limit, "offset": page.offset}
        async with self._tx.cursor(row_factory=class_row(_ReplacementRow)) as cursor:
            await cursor.execute(QUERIES["page_of_replacements"], {**values, **bounds})
            rows = await cursor.fetchall()
        if not rows and page.offset:
            return [], await self._count("count_replacements", values)
        return [row.noun() for row in rows], rows[0].total if rows else 0

    async def put(self, said: Said) -> ListedDecision | None:
        """None: there is no such run any more."""
        return await self._one("put_decision", vars(said))

    async def withdraw(self, decision_id: str) -> ListedDecision | None:
        """What was said; None: nothing was."""
        named = _ID.fullmatch(decision_id)
        if named is None:
            return None
        return await self._one("withdraw_decision", {"project_id": int(named["project"]), "digest": named["digest"]})

    async def page(self, project: str | None, word: Word | None, page: Page) -> tuple[list[ListedDecision], int]:
        """A page, newest first, and the number of all."""
        values = {**self._of_tenant, "project": project, "word": word}
        async with self._tx.cursor(row_factory=class_row(ListedDecision)) as cursor:
            bounds = {"limit": page.limit, "offset": page.offset}
            await cursor.execute(QUERIES["page_of_decisions"], {**values, **bounds})
            rows = await cursor.fetchall()
        return rows, await self._count("count_decisions", values)

    async def refused(self, project_id: int, file: str, selector: str) -> list[Refused]:
        """What is not to take the place of a locator."""
        values = {**self._of_tenant, "project_id": project_id, "file": file, "selector": selector}
        async with self._tx.cursor(row_factory=class_row(Refused)) as cursor:
            await cursor.execute(QUERIES["refused_replacements"], values)
            return await cursor.fetchall()

    async def _one(self, query: str, values: Mapping[str, object]) -> ListedDecision | None:
        async with self._tx.cursor(row_factory=class_row(ListedDecision)) as cursor:
            await cursor.execute(QUERIES[query], {**self._of_tenant, **values})
            return await cursor.fetchone()

    async def _count(self, query: str, values: Mapping[str, object]) -> int:
        row: tuple[int] | None = await (
            await self._tx.execute(QUERIES[query], {**self._of_tenant, **values})
        ).fetchone()
        return row[0] if row else 0
