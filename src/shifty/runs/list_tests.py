"""List every test of a run, reported or not, as a table shows them; and which of them have changed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from psycopg.rows import class_row

from shifty.database.pool import Database, Transaction
from shifty.runs.errors import RunNotFound
from shifty.runs.model import ResultStatus
from shifty.runs.store import QUERIES, RunStore
from shifty.web.pagination import Page
from shifty.wire import Outcome

RowStatus: TypeAlias = ResultStatus | Literal["running", "waiting"]
RowSort: TypeAlias = Literal["suite", "slowest"]
MOST_CHANGED: Final = 300
"""Rows that are told as changed; with more, whoever looks reloads."""

_SNAPSHOT: Final = re.compile(r"\d{1,20}:\d{1,20}:[\d,]{0,20000}")


@dataclass(frozen=True, kw_only=True)
class RowFilter:
    """Which tests are wanted. None does not filter."""

    status: RowStatus = "all"
    file: str | None = None
    search: str | None = None
    """Part of a title or of the file's path, in any case."""


@dataclass(frozen=True, kw_only=True)
class TestRow:
    """A test as a line of a table."""

    __test__ = False

    test_id: str
    file: str
    project_name: str
    title_path: Sequence[str]
    line: int | None
    outcome: Outcome | None
    """None: it has not reported."""
    flaky: bool
    healed: bool
    quarantined: bool
    retry_count: int
    duration_ms: int
    worker: str | None
    running_since: datetime | None
    said: str | None
    """The beginning of its error, or why it did not run."""
    total: int
    """Of all pages."""


@dataclass(frozen=True)
class RowPage:
    rows: Sequence[TestRow]
    total: int
    taken: str
    """What was visible: with it, ``changed_tests`` tells what has changed since."""


async def list_tests(
    db: Database, tenant_id: UUID, run_id: UUID, wanted: RowFilter, sort: RowSort, page: Page, *, only: str | None
) -> RowPage:
    """A page of the tests that ``wanted`` describes, those that have not reported among them.

    Raises:
        RunNotFound: this tenant has no such run, or not in the project ``only``.
    """
    async with db.snapshot() as tx:
        if await RunStore(tx, tenant_id, only).get(run_id) is None:
            raise RunNotFound(run_id)
        values = {"tenant_id": tenant_id, "run_id": run_id, **vars(wanted)}
        rows = await _rows(tx, "rows_in_order", {**values, "sort": sort, "limit": page.limit, "offset": page.offset})
        if rows:
            cursor = await tx.execute(QUERIES["snapshot_taken"])
            told: Sequence[str] | None = await cursor.fetchone()
            return RowPage(rows, rows[0].total, told[0] if told else "")
        cursor = await tx.execute(QUERIES["count_rows"], values)
        counted: tuple[int, str] | None = await cursor.fetchone()
    return RowPage([], *(counted or (0, "")))


async def changed_tests(db: Database, tenant_id: UUID, run_id: UUID, since: str) -> tuple[Sequence[TestRow], str]:
    """At most ``MOST_CHANGED`` and one of the tests that have changed since a snapshot, and the snapshot of now.

    Of a run that the caller may see. What is no snapshot has seen everything.
    """
    async with db.snapshot() as tx:
        cursor = await tx.execute(QUERIES["snapshot_taken"])
        told: Sequence[str] | None = await cursor.fetchone()
        now = told[0] if told else ""
        if not _SNAPSHOT.fullmatch(since):
            return [], now
        values = {"tenant_id": tenant_id, "run_id": run_id, "since": since, "limit": MOST_CHANGED + 1}
        return await _rows(tx, "changed_rows", values), now


async def _rows(tx: Transaction, query: str, values: Mapping[str, object]) -> list[TestRow]:
    async with tx.cursor(row_factory=class_row(TestRow)) as cursor:
        await cursor.execute(QUERIES[query], values)
        return await cursor.fetchall()
