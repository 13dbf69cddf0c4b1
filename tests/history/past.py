"""Runs that have ended, straight into the ledger, and history that takes them in."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import LiteralString
from uuid import UUID, uuid4

from shifty.database.pool import Database
from shifty.history.facts import Facts
from shifty.history.fold import fold
from shifty.history.model import Folded
from shifty.ids import stable_test_id

NOW = datetime.now(UTC).replace(microsecond=0)
"""When the runs of a test end, give or take; a year that is written down would be too old for history one day."""
DAY = timedelta(days=1)

_RUN: LiteralString = """
with project as (
    insert into projects (tenant_id, slug) values (%(tenant_id)s, %(project)s)
    on conflict (tenant_id, slug) do update set slug = excluded.slug returning id
)
insert into runs (id, tenant_id, project_id, origin, worker_count, status, conclusion, branch, commit_sha, completed_at,
                  closed, rerun_of)
select %(id)s, %(tenant_id)s, project.id, 'orchestrated', 2, %(status)s, 'passed', %(branch)s, %(commit)s, %(at)s,
       true, %(rerun_of)s
  from project"""

_TEST: LiteralString = """
insert into tests (run_id, tenant_id, test_id, file, project_name, title_path, line, tags, stage, outcome, raw_status,
                   flaky, reason, duration_ms, retry_count, error_message, attempts, losses, worker, healed,
                   quarantined)
values (%(run_id)s, %(tenant_id)s, %(test_id)s, %(file)s, 'chromium', %(titles)s, 3, '{@smoke}', %(stage)s, %(outcome)s,
        %(raw_status)s, %(flaky)s, %(reason)s, %(duration_ms)s, %(retry_count)s, %(error_message)s, %(attempts)s,
        %(losses)s, %(worker)s, %(healed)s, %(quarantined)s)"""


def attempt(
    status: str = "passed",
    number: int = 0,
    *errors: str,
    lease: str | None = None,
    ms: int = 100,
    at: int = 0,
    worker_index: int | None = 0,
) -> dict[str, object]:
    """As the reporter tells it; ``at`` is its start in seconds."""
    return {
        "attempt": number,
        "status": status,
        "durationMs": ms,
        "startedAt": f"2026-01-01T10:{at // 60:02}:{at % 60:02}.000Z",
        "workerIndex": worker_index,
        "errors": [{"message": message} for message in errors],
        **({"lease": lease} if lease else {}),
    }


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the ledger."""

    name: str = "pays"
    outcome: str = "passed"
    raw_status: str | None = None
    """None: the outcome."""
    attempts: Sequence[Mapping[str, object]] = field(default_factory=lambda: [attempt()])
    flaky: bool = False
    reason: str | None = None
    retry_count: int = 0
    error_message: str | None = None
    losses: int = 0
    worker: str | None = "m1"
    healed: bool = False
    quarantined: bool = False
    stage: str = "main"
    file: str = "tests/cart.spec.ts"

    @property
    def test_id(self) -> str:
        return stable_test_id(self.file, "chromium", ["cart", self.name])


def passed(name: str = "pays", *, at: int = 0, worker: str = "m1") -> Row:
    return Row(name=name, attempts=[attempt(at=at)], worker=worker)


def failed(name: str = "pays", message: str = "Error: it broke", *, worker: str = "m1") -> Row:
    return Row(
        name=name, outcome="failed", error_message=message, attempts=[attempt("failed", 0, message)], worker=worker
    )


def retried(name: str = "pays", message: str = "Error: it broke") -> Row:
    attempts = [attempt("failed", 0, message, ms=70), attempt("passed", 1, at=1)]
    return Row(name=name, flaky=True, retry_count=1, attempts=attempts)


class Past:
    """Closed runs of one tenant's project."""

    def __init__(self, db: Database, tenant_id: UUID, project: str = "shop") -> None:
        self.db = db
        self.tenant_id = tenant_id
        self.project = project

    async def run(
        self,
        *rows: Row,
        at: datetime = NOW,
        branch: str | None = "main",
        commit: str | None = "c1",
        status: str = "completed",
        rerun_of: UUID | None = None,
    ) -> UUID:
        run_id = uuid4()
        values = {
            "id": run_id,
            "tenant_id": self.tenant_id,
            "project": self.project,
            "status": status,
            "branch": branch,
            "commit": commit,
            "at": at,
            "rerun_of": rerun_of,
        }
        async with self.db.transaction() as tx:
            await tx.execute(_RUN, values)
            async with tx.cursor() as cursor:
                await cursor.executemany(_TEST, [self._row(run_id, row) for row in rows])
        return run_id

    def _row(self, run_id: UUID, row: Row) -> dict[str, object]:
        return {
            "run_id": run_id,
            "tenant_id": self.tenant_id,
            "test_id": row.test_id,
            "file": row.file,
            "titles": ["cart", row.name],
            "stage": row.stage,
            "outcome": row.outcome,
            "raw_status": row.raw_status or row.outcome,
            "flaky": row.flaky,
            "reason": row.reason,
            "duration_ms": 100,
            "retry_count": row.retry_count,
            "error_message": row.error_message,
            "attempts": json.dumps(list(row.attempts)),
            "losses": row.losses,
            "worker": row.worker,
            "healed": row.healed,
            "quarantined": row.quarantined,
        }

    async def folded(self, *rows: Row, **about: object) -> UUID:
        """A run that history has taken in."""
        run_id = await self.run(*rows, **about)  # pyright: ignore[reportArgumentType]  # the same names as above
        await take_in(self.db, self.tenant_id, run_id)
        return run_id

    async def project_id(self) -> int:
        async with self.db.connection() as connection:
            cursor = await connection.execute(
                "select id from projects where tenant_id = %s and slug = %s", (self.tenant_id, self.project)
            )
            row = await cursor.fetchone()
        assert row
        return row[0]


async def take_in(db: Database, tenant_id: UUID, run_id: UUID) -> Folded | None:
    """As a server does, without concluding anything; None: it is folded already."""
    async with db.transaction() as tx:
        facts = Facts(tx, tenant_id)
        cursor = await tx.execute("select project_id from runs where id = %s", (run_id,))
        row = await cursor.fetchone()
        assert row
        await facts.lock_project(row[0])
        run = await facts.take(run_id)
        if run is None:
            return None
        folded = await fold(tx, tenant_id, run)
        await facts.finish(run_id)
    return folded


async def facts_of(db: Database, run_id: UUID) -> dict[str, dict[str, object]]:
    """What history has of a run, by the name of the test."""
    async with db.connection() as connection:
        cursor = await connection.execute(
            "select k.title_path[2], to_jsonb(r) from test_results r join known_tests k on k.id = r.test_ref"
            " where r.run_id = %s",
            (run_id,),
        )
        return {row[0]: row[1] for row in await cursor.fetchall()}
