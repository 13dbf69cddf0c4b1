"""Every statement of this room."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

import msgspec
from psycopg.rows import TupleRow, class_row

from shifty.database.pool import Transaction
from shifty.database.queries import load_queries
from shifty.flakiness.advice.model import CostlyTest, RecentRun, RetryCost
from shifty.flakiness.store import default_branch
from shifty.planning.split import SpecFile, SpecTest
from shifty.quarantine.store import QUERIES as QUARANTINE_QUERIES

QUERIES = load_queries("shifty.flakiness.advice")


class Where(NamedTuple):
    """A project, and the branch whose runs are looked at; None: no run of the project names one."""

    project_id: int
    branch: str | None


class OfDays(NamedTuple):
    """What the runs of some days came to together."""

    runs: int
    folded: int
    """Those that history has taken in."""
    test_ms: int
    excused: int


class AdviceStore:
    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def where(self, project: str, branch: str | None) -> Where | None:
        """``branch`` None: the default one."""
        rows = await self._rows("find_project", project=project)
        if not rows:
            return None
        return Where(rows[0][0], branch or await default_branch(self._tx, self._tenant_id, rows[0][0]))

    async def branches(self, project: str) -> list[str]:
        """Those with a whole run that has ended."""
        return [row[0] for row in await self._rows("branches", project=project)]

    async def recent_runs(self, where: Where, limit: int) -> list[RecentRun]:
        """Whole ones that have ended, newest first."""
        values = {"tenant_id": self._tenant_id, **where._asdict(), "limit": limit}
        async with self._tx.cursor(row_factory=class_row(RecentRun)) as cursor:
            await cursor.execute(QUERIES["recent_runs"], values)
            return await cursor.fetchall()

    async def overhead_ms(self, run_ids: Sequence[UUID]) -> float | None:
        """What a batch costs beside its tests; None: no worker of these runs has measured it."""
        return (await self._rows("overhead", run_ids=list(run_ids)))[0][0]

    async def suite(self, project_id: int, run_id: UUID) -> list[SpecFile]:
        rows = await self._rows("suite", project_id=project_id, run_id=run_id)
        return [_file(file, project, list(tests)) for (file, project), tests in groupby(rows, itemgetter(1, 2))]

    async def of_days(self, project_id: int, days: int) -> OfDays:
        return OfDays(*(await self._rows("runs_of_days", project_id=project_id, days=days))[0])

    async def retry_cost(self, project_id: int, of_days: OfDays, days: int, limit: int) -> RetryCost:
        """With at most ``limit`` tests, the dearest first."""
        ((failed_ms, rescued_ms, in_vain_ms, earlier_ms, tests),) = await self._rows(
            "retry_cost", project_id=project_id, days=days, limit=limit
        )
        return RetryCost(
            days=days,
            runs=of_days.runs,
            failed_ms=failed_ms,
            rescued_ms=rescued_ms,
            in_vain_ms=in_vain_ms,
            total_ms=of_days.test_ms + earlier_ms,
            tests=msgspec.convert(tests, list[CostlyTest]),
        )

    async def tests_of_rules(self, project_id: int) -> Mapping[UUID, int]:
        """How many known tests each active rule matches; one that matches none is left out."""
        values = {"tenant_id": self._tenant_id, "project_id": project_id, "of_rules": None}
        cursor = await self._tx.execute(QUARANTINE_QUERIES["count_matching"], values)
        return dict(await cursor.fetchall())

    async def tests_of_errors(self, project_id: int, digests: Sequence[str], days: int) -> Mapping[str, int]:
        """By digest; one that did not come is left out."""
        if not digests:
            return {}
        rows = await self._rows("tests_of_errors", project_id=project_id, digests=list(digests), days=days)
        return dict(rows)

    async def _rows(self, query: str, /, **values: object) -> list[TupleRow]:
        cursor = await self._tx.execute(QUERIES[query], {"tenant_id": self._tenant_id, **values})
        return await cursor.fetchall()


def _file(file: str, project_name: str, rows: Sequence[TupleRow]) -> SpecFile:
    tests = [
        SpecTest(test_id, ms / 1000, unknown, serial, parallel) for test_id, _, _, serial, parallel, ms, unknown in rows
    ]
    return SpecFile(file, project_name, tuple(tests))
