"""Statements behind the pages of one run: what is counted, and what failed before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg.rows import class_row

from shifty.database.pool import Transaction
from shifty.runs.store import QUERIES

MOST_COMPARED: Final = 1000
"""Failed tests that are looked up in earlier runs: with more, the run itself is the news."""
EARLIER_RUNS: Final = 10
LONGEST_ERROR: Final = 2000


@dataclass(frozen=True)
class Counted:
    closed: bool
    healing: int
    drifts: int
    artifacts: int
    faults: int
    lost_shards: int
    workers: int
    given_up_at: datetime
    excused_failed: int


@dataclass(frozen=True)
class NotRunReason:
    """Why tests never ran; empty: nobody said."""

    reason: str
    tests: int
    quarantined: int


@dataclass(frozen=True)
class NotablePass:
    """A test that passed, and yet."""

    test_id: str
    file: str
    project_name: str
    title_path: Sequence[str]
    line: int | None
    flaky: bool
    healed: bool
    retry_count: int
    duration_ms: int
    reason: str | None


@dataclass(frozen=True)
class FailureRow:
    """A failed test, and how it stood before."""

    test_id: str
    file: str
    project_name: str
    title_path: Sequence[str]
    line: int | None
    stage: str
    duration_ms: int
    retry_count: int
    quarantined: bool
    healed: bool
    error_message: str | None
    """Its beginning."""
    finished_at: datetime | None
    verdict: str | None
    """What is concluded from all of its runs; None: nothing."""
    is_new: bool | None
    """It did not fail the last time; None: there is nothing to compare with."""
    is_first: bool
    """None of the earlier runs had it."""
    failed_before: int
    """In so many earlier runs, without one between that it passed."""
    since_run: UUID | None
    """The first of these."""
    since_at: datetime | None
    since_commit: str | None


class HeadStore:
    """The runs of one tenant; whether the caller may see them is settled."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def head(self, run_id: UUID) -> Counted:
        async with self._tx.cursor(row_factory=class_row(Counted)) as cursor:
            await cursor.execute(QUERIES["head_of_run"], self._of(run_id))
            row = await cursor.fetchone()
        assert row is not None
        return row

    async def new_failures(self, run_id: UUID) -> int | None:
        cursor = await self._tx.execute(QUERIES["count_new_failures"], {**self._of(run_id), **_BOUNDS})
        row: Sequence[int | None] | None = await cursor.fetchone()
        return row[0] if row else None

    async def failures(self, run_id: UUID, most: int) -> list[FailureRow]:
        values = {**self._of(run_id), **_BOUNDS, "longest": LONGEST_ERROR, "limit": most}
        async with self._tx.cursor(row_factory=class_row(FailureRow)) as cursor:
            await cursor.execute(QUERIES["failures_of_run"], values)
            return await cursor.fetchall()

    async def not_run_reasons(self, run_id: UUID, most: int) -> list[NotRunReason]:
        async with self._tx.cursor(row_factory=class_row(NotRunReason)) as cursor:
            await cursor.execute(QUERIES["not_run_reasons"], {**self._of(run_id), "limit": most})
            return await cursor.fetchall()

    async def notable_passes(self, run_id: UUID, most: int) -> list[NotablePass]:
        async with self._tx.cursor(row_factory=class_row(NotablePass)) as cursor:
            await cursor.execute(QUERIES["notable_passes"], {**self._of(run_id), "limit": most})
            return await cursor.fetchall()

    def _of(self, run_id: UUID) -> dict[str, object]:
        return {"run_id": run_id, "tenant_id": self._tenant_id}


_BOUNDS: Final = {"most_runs": EARLIER_RUNS, "most_tests": MOST_COMPARED}
