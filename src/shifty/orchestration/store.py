"""Statements of the moments of a run."""

import json
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.rows import class_row

from shifty.database.pool import Transaction
from shifty.database.queries import load_queries
from shifty.orchestration.request import RunRequest
from shifty.orchestration.rerun import LedgerTest, Original
from shifty.runs.store import QUERIES as RUN_QUERIES

QUERIES = load_queries("shifty.orchestration")


class StartedRun(NamedTuple):
    status: str
    worker_count: int
    total_tests: int
    files: int
    shards: list[tuple[int, int, int]]
    """Index, tests, predicted milliseconds."""
    rerun_of: UUID | None

    @property
    def has_nothing_to_rerun(self) -> bool:
        return self.rerun_of is not None and self.files == 0


class ClosingState(NamedTuple):
    status: str
    origin: str
    project_id: int
    open_items: int
    open_shards: int
    active_leases: int
    errors: int
    lost_shards: int
    failure_reason: str | None
    closed: bool
    is_silent: bool
    """Nothing was heard of it for as long as a run may wait for workers."""
    healing_verdict: str
    """``report``, ``warn`` or ``fail``: what healed tests mean for the verdict."""
    teardowns: int
    """Teardown tests that a live worker will still run."""


class Counts(NamedTuple):
    total: int
    passed: int
    failed: int
    skipped: int
    not_run: int
    flaky: int
    timed_out: int
    healed: int


class RunStore:
    """Start, close and cancel: what only these moments write."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def lock_build(self, name: str) -> None:
        await self._one("lock_build", name=name)

    async def ensure_project(self, slug: str) -> int:
        row = await self._one("ensure_project", slug=slug)
        assert row is not None
        return row[0]

    async def run_of_build(self, project_id: int, ci_build_id: str) -> UUID | None:
        row = await self._one("run_of_build", project_id=project_id, ci_build_id=ci_build_id)
        return None if row is None else row[0]

    async def run_of_key(self, project_id: int, key: str) -> UUID | None:
        row = await self._one("run_of_key", project_id=project_id, key=key)
        return None if row is None else row[0]

    async def keep_key(self, project_id: int, key: str, run_id: UUID) -> None:
        await self._do("keep_key", project_id=project_id, key=key, run_id=run_id)

    async def create(self, run_id: UUID, project_id: int, request: RunRequest, expected: int) -> None:
        await self._do(
            "create_run",
            run_id=run_id,
            project_id=project_id,
            branch=request.branch,
            commit_sha=request.commit_sha,
            ci_build_id=request.ci_build_id,
            actor=request.actor,
            metadata=json.dumps(request.metadata),
            workers=request.workers,
            expected=expected,
            pending_timeout=request.pending_timeout,
            rerun_of=request.rerun.of if request.rerun else None,
            healing_verdict=request.healing_verdict,
        )

    async def original(self, run_id: UUID, only: str | None) -> Original | None:
        """The run that is to be run again; None: there is none, or not in the project ``only``."""
        row = await self._one("original", run_id=run_id, only=only)
        return None if row is None else Original(*row)

    async def tests_of_original(self, run_id: UUID) -> list[LedgerTest]:
        async with self._tx.cursor(row_factory=class_row(LedgerTest)) as cursor:
            await cursor.execute(QUERIES["tests_of_original"], {"tenant_id": self._tenant_id, "run_id": run_id})
            return await cursor.fetchall()

    async def unlisted_files(self, run_id: UUID) -> list[str]:
        values = {"tenant_id": self._tenant_id, "run_id": run_id}
        cursor = await self._tx.execute(RUN_QUERIES["unlisted_files"], values)
        return [row[0] for row in await cursor.fetchall()]

    async def is_partly_known(self, run_id: UUID) -> bool:
        """Tests of it never ran, and nobody has said which."""
        cursor = await self._tx.execute(
            RUN_QUERIES["is_partly_known"], {"tenant_id": self._tenant_id, "run_id": run_id}
        )
        row = await cursor.fetchone()
        return bool(row and row[0])

    async def files_of_original(self, run_id: UUID) -> set[str]:
        values = {"tenant_id": self._tenant_id, "run_id": run_id}
        cursor = await self._tx.execute(QUERIES["files_of_original"], values)
        return {row[0] for row in await cursor.fetchall()}

    async def mark_flaky(self, run_id: UUID) -> None:
        """Mark what passed in a rerun and had failed before at the same commit; nothing in a run that is none."""
        await self._do("mark_flaky_of_rerun", run_id=run_id)

    async def started(self, run_id: UUID) -> StartedRun | None:
        row = await self._one("started_run", run_id=run_id)
        return None if row is None else StartedRun(*row)

    async def closing_state(self, run_id: UUID) -> ClosingState | None:
        row = await self._one("closing_state", run_id=run_id)
        return None if row is None else ClosingState(*row)

    async def recount(self, run_id: UUID) -> Counts:
        row = await self._one("recount", run_id=run_id)
        assert row is not None
        return Counts(*row)

    async def end(self, run_id: UUID, status: str, conclusion: str | None, reason: str | None) -> None:
        await self._do("end_run", run_id=run_id, status=status, conclusion=conclusion, reason=reason)

    async def cancel(self, run_id: UUID) -> None:
        await self._do("cancel_run", run_id=run_id)

    async def abandon(self, run_id: UUID) -> None:
        await self._do("abandon_items", run_id=run_id)
        await self._do("fail_shards", run_id=run_id)

    async def _do(self, query: str, /, **values: object) -> None:
        await self._tx.execute(QUERIES[query], {"tenant_id": self._tenant_id, **values})

    async def _one(self, query: str, /, **values: object) -> tuple[Any, ...] | None:
        cursor = await self._tx.execute(QUERIES[query], {"tenant_id": self._tenant_id, **values})
        return await cursor.fetchone()
