"""What every test came to in every run: write it when a run is taken in, read it to conclude from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from psycopg import AsyncCursor
from psycopg.rows import TupleRow, class_row

from shifty.database.pool import Transaction
from shifty.history.model import (
    MOST_EXECUTIONS,
    OLDEST_DAYS,
    DueRun,
    Execution,
    FoldingRun,
    Mark,
    UnsettledTest,
)
from shifty.history.store import QUERIES
from shifty.wire import Attempt

OLDEST: Final = timedelta(days=OLDEST_DAYS)
PORTION: Final = 200
"""Failed tests whose messages are in memory together."""
HEAD: Final = 12_000
TAIL: Final = 4_000
"""Characters of a message's two ends: all that is read to say what it is."""
LOOK_BACK: Final = 20
"""Executions of each test from which it is known how many failures are usual."""

_attempts = msgspec.json.Decoder(list[Attempt])


@dataclass(frozen=True)
class _UnsettledRow:
    test_id: str
    outcome: str
    raw_status: str | None
    reason: str | None
    error_message: str | None
    retry_count: int
    healed: bool
    worker: str | None
    attempts: str

    def noun(self) -> UnsettledTest:
        return UnsettledTest(
            test_id=self.test_id,
            outcome=self.outcome,
            raw_status=self.raw_status,
            reason=self.reason,
            error_message=self.error_message,
            retry_count=self.retry_count,
            healed=self.healed,
            worker=self.worker,
            attempts=_attempts.decode(self.attempts),
        )


class Facts:
    """One tenant's facts: ``test_results`` and ``known_tests``."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def lock_project(self, project_id: int) -> None:
        """Until the transaction ends, nobody else takes a run of the project in."""
        await self._execute("lock_folding", project_id=project_id)

    async def try_lock_project(self, project_id: int) -> bool:
        """The same without waiting; False: somebody else has it."""
        cursor = await self._execute("try_lock_folding", project_id=project_id)
        return await cursor.fetchone() == (True,)

    async def take(self, run_id: UUID) -> FoldingRun | None:
        """The run, locked, with room for what will be written of it; None: it is not closed, or taken in already.

        To make that room locks the tables of facts: nothing else of the transaction may have read them before.
        """
        async with self._tx.cursor(row_factory=class_row(FoldingRun)) as cursor:
            await cursor.execute(QUERIES["take_run"], {"tenant_id": self._tenant_id, "run_id": run_id})
            run = await cursor.fetchone()
        if run:
            await self._execute("ensure_month", moment=run.ended_at)
        return run

    async def unsettled(self, run_id: UUID, after: str = "") -> list[UnsettledTest]:
        """Tests of the run of which there is more to say than that they passed, were skipped or did not run.

        In the order of their ids, ``PORTION`` at most: those that come ``after`` the last one of the portion before.
        """
        values = {"run_id": run_id, "after": after, "limit": PORTION, "head": HEAD, "tail": TAIL}
        async with self._tx.cursor(row_factory=class_row(_UnsettledRow)) as cursor:
            await cursor.execute(QUERIES["unsettled_tests"], {"tenant_id": self._tenant_id, **values})
            return [row.noun() for row in await cursor.fetchall()]

    async def crowd(self, run_id: UUID) -> dict[str | None, int]:
        """How many tests passed or failed, by machine."""
        cursor = await self._execute("crowd", run_id=run_id)
        return {row[0]: row[1] for row in await cursor.fetchall()}

    async def expected_failures(self, run: FoldingRun, workers: Sequence[str] | None) -> dict[str | None, float]:
        """How many tests would fail as ever, by machine; ``workers`` None: all of them.

        A statement over the history of all these tests: to be asked only where many failed.
        """
        cursor = await self._execute(
            "expected_failures",
            run_id=run.run_id,
            project_id=run.project_id,
            ended_at=run.ended_at,
            workers=None if workers is None else list(workers),
            age=OLDEST,
            most=LOOK_BACK,
        )
        return {row[0]: row[1] for row in await cursor.fetchall()}

    async def store(self, run_id: UUID, marks: Sequence[Mark]) -> int:
        """Write what its tests came to, instead of what was written of the run before; how many they are."""
        await self._execute("forget_run", run_id=run_id)
        rows = msgspec.json.encode([_row(mark) for mark in marks]).decode()
        await self._execute("plan_for_many")
        stored = await self._execute("take_in", run_id=run_id, marks=rows)
        await self._execute("plan_as_ever")
        return stored.rowcount

    async def refs(self, project_id: int, test_ids: Sequence[str]) -> dict[str, int]:
        """Ids of known tests by their test id."""
        cursor = await self._execute("refs_of_tests", project_id=project_id, test_ids=list(test_ids))
        return {row[0]: row[1] for row in await cursor.fetchall()}

    async def run_errors(self, run_id: UUID) -> list[str]:
        """Messages of errors that belong to no test."""
        cursor = await self._execute("messages_of_run", run_id=run_id)
        return [row[0] for row in await cursor.fetchall()]

    async def executions(self, refs: Sequence[int], until: datetime | None = None) -> Mapping[int, list[Execution]]:
        """In which these tests passed or failed, oldest first; at most 100 of each, and 90 days back from ``until``.

        A test without any is missing.
        """
        cursor = await self._execute("executions", refs=list(refs), until=until, age=OLDEST, most=MOST_EXECUTIONS)
        found: dict[int, list[Execution]] = {}
        for row in await cursor.fetchall():
            found.setdefault(row[0], []).append(_execution(row))
        return found

    async def notable_of_run(self, run_id: UUID) -> list[int]:
        """Tests of the run that failed in it, or of which something is concluded already."""
        cursor = await self._execute("notable_tests_of_run", run_id=run_id)
        return [row[0] for row in await cursor.fetchall()]

    async def finish(self, run_id: UUID) -> None:
        """History has it."""
        await self._execute("finish_run", run_id=run_id)

    async def refold(self, project: str) -> int:
        """Let all closed runs of a project be taken in again; how many they are."""
        return (await self._execute("refold_project", project=project)).rowcount

    async def _execute(self, name: str, **values: object) -> AsyncCursor[TupleRow]:
        return await self._tx.execute(QUERIES[name], {"tenant_id": self._tenant_id, **values})


async def due(tx: Transaction, limit: int, tenant_id: UUID | None = None, *, again: bool = True) -> list[DueRun]:
    """Closed runs that history has yet to take in, of every tenant or of one; the projects take turns.

    In each project oldest first, those that are taken in ``again`` after all that are new.
    """
    async with tx.cursor(row_factory=class_row(DueRun)) as cursor:
        await cursor.execute(QUERIES["due_runs"], {"tenant_id": tenant_id, "limit": limit, "again": again})
        return await cursor.fetchall()


def _row(mark: Mark) -> dict[str, object]:
    return {
        "test_id": mark.test_id,
        "excluded": mark.excluded,
        "retried": mark.retried,
        "burst": mark.burst,
        "failed_attempts": mark.failed_attempts,
        "failed_ms": mark.failed_ms,
        "limit_ms": mark.limit_ms,
        "error_digest": mark.error_digest,
        "causes": list(mark.causes),
    }


def _execution(row: TupleRow) -> Execution:
    # By position: a fold makes tens of thousands of them.
    return Execution(
        run_id=row[1],
        ended_at=row[2],
        branch=row[3],
        commit=row[4],
        outcome=row[5],
        retried=row[6],
        burst=row[7],
        quarantined=row[8],
        excluded=row[9],
        attempts=row[10],
        failed_attempts=row[11],
        duration_ms=row[12],
        failed_ms=row[13],
        limit_ms=row[14],
        position=row[15],
        ran_after=row[16],
        worker=row[17],
        error_digest=row[18],
        causes=row[19],
    )
