"""Runs as the rooms above leave them behind, written straight into the tables."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from shifty.database.pool import Database
from shifty.ids import stable_test_id

_RUN: LiteralString = """
with project as (
    insert into projects (tenant_id, slug) values (%(tenant_id)s, %(project)s)
    on conflict (tenant_id, slug) do update set slug = excluded.slug returning id
)
insert into runs (id, tenant_id, project_id, origin, status, conclusion, failure_reason, branch, commit_sha,
                  ci_build_id, actor, metadata, worker_count, total_tests, listed_tests, passed_tests, failed_tests,
                  flaky_tests, skipped_tests, not_run_tests, created_at, started_at, completed_at)
select %(id)s, %(tenant_id)s, project.id, 'orchestrated', %(status)s, %(conclusion)s, %(failure_reason)s, %(branch)s,
       %(commit_sha)s, %(ci_build_id)s, %(actor)s, %(metadata)s, 2, %(total)s, %(total)s, %(passed)s, %(failed)s,
       %(flaky)s, %(skipped)s, %(not_run)s, coalesce(%(created_at)s, now()), %(started_at)s, %(completed_at)s
  from project"""

_TEST: LiteralString = """
insert into tests (run_id, test_id, tenant_id, file, project_name, title_path, line, tags, shard_index, outcome,
                   raw_status, flaky, reason, duration_ms, retry_count, error_message, attempts, worker, started_at,
                   finished_at)
values (%(run_id)s, %(test_id)s, %(tenant_id)s, %(file)s, %(project_name)s, %(titles)s, %(line)s, %(tags)s, 0,
        %(outcome)s, %(raw_status)s, %(flaky)s, %(reason)s, %(duration_ms)s, %(retry_count)s, %(error_message)s,
        %(attempts)s, 'w1', now(), now())"""


class Seed:
    """Makes what a test of lists and details needs, for one tenant."""

    def __init__(self, db: Database, tenant_id: UUID) -> None:
        self.db = db
        self.tenant_id = tenant_id

    async def run(
        self,
        *,
        project: str = "web",
        status: str = "completed",
        counts: Mapping[str, int] | None = None,
        metadata: Mapping[str, object] | None = None,
        created_at: datetime | None = None,
        started_at: datetime | None = None,
        completed_at: datetime | None = None,
        **texts: str | None,
    ) -> UUID:
        """A run; ``counts`` names columns without their ``_tests``, ``texts`` are the columns of that name."""
        run_id = uuid4()
        names = ("conclusion", "failure_reason", "branch", "commit_sha", "ci_build_id", "actor")
        assert set(texts) <= set(names)
        row: dict[str, object] = {
            **dict.fromkeys(names),
            **dict.fromkeys(("total", "passed", "failed", "flaky", "skipped", "not_run"), 0),
            **texts,
            **(counts or {}),
            "id": run_id,
            "tenant_id": self.tenant_id,
            "project": project,
            "status": status,
            "metadata": Jsonb(dict(metadata or {})),
            "created_at": created_at,
            "started_at": started_at,
            "completed_at": completed_at,
        }
        async with self.db.connection() as connection:
            await connection.execute(_RUN, row)
        return run_id

    async def test(
        self,
        run_id: UUID,
        file: str,
        *titles: str,
        outcome: str | None = "passed",
        raw_status: str | None = None,
        project_name: str = "chromium",
        line: int | None = 3,
        flaky: bool = False,
        reason: str | None = None,
        retry_count: int = 0,
        error_message: str | None = None,
        attempts: Sequence[Mapping[str, object]] = (),
    ) -> str:
        """A row of the ledger; ``outcome`` None: it has not reported."""
        test_id = stable_test_id(file, project_name, titles)
        row: dict[str, object] = {
            "run_id": run_id,
            "test_id": test_id,
            "tenant_id": self.tenant_id,
            "file": file,
            "project_name": project_name,
            "titles": list(titles),
            "line": line,
            "tags": ["@smoke"],
            "outcome": outcome,
            "raw_status": raw_status or outcome,
            "flaky": flaky,
            "reason": reason,
            "duration_ms": 1250,
            "retry_count": retry_count,
            "error_message": error_message,
            "attempts": Jsonb([dict(attempt) for attempt in attempts]),
        }
        async with self.db.connection() as connection:
            await connection.execute(_TEST, row)
        return test_id

    async def artifact(
        self,
        run_id: UUID,
        test_id: str,
        name: str = "trace.zip",
        *,
        type_: str = "trace",
        attempt: int | None = None,
        state: str = "ready",
        expires_in: str = "1 day",
    ) -> UUID:
        artifact_id = uuid4()
        await self.execute(
            "insert into artifacts (id, tenant_id, run_id, type, name, storage_key, content_type, size_bytes, test_id,"
            " attempt, state, expires_at) values (%(id)s, %(tenant_id)s, %(run_id)s, %(type)s, %(name)s, %(key)s,"
            " 'application/zip', 17, %(test_id)s, %(attempt)s, %(state)s, now() + %(expires_in)s::interval)",
            id=artifact_id,
            run_id=run_id,
            type=type_,
            name=name,
            key=f"{self.tenant_id}/{run_id}/{type_}/{artifact_id}-{name}",
            test_id=test_id,
            attempt=attempt,
            state=state,
            expires_in=expires_in,
        )
        return artifact_id

    async def execute(self, statement: LiteralString, **values: object) -> None:
        async with self.db.connection() as connection:
            await connection.execute(statement, {"tenant_id": self.tenant_id, **values})
