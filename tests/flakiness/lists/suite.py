"""Tests with a history, written straight into the tables as folding leaves them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID, uuid4

from shifty.database.pool import Database
from shifty.flakiness.posterior import interval
from shifty.ids import stable_test_id

_KINDS: Mapping[str, tuple[str, bool, int]] = {
    "P": ("passed", False, 0),
    "R": ("passed", True, 1),
    "F": ("failed", False, 1),
    "S": ("skipped", False, 0),
}

_PROJECT: LiteralString = "insert into projects (tenant_id, slug) values (%s, %s) on conflict do nothing"
_RUN: LiteralString = """
insert into runs (id, tenant_id, project_id, origin, status, branch, commit_sha, worker_count, completed_at, closed,
                  folded_at)
select %(run)s, tenant_id, id, 'reported', 'completed', %(branch)s, %(run)s::text, 1, clock_timestamp(), true, now()
  from projects where tenant_id = %(tenant)s and slug = %(project)s"""
_TEST: LiteralString = """
insert into known_tests (tenant_id, project_id, test_id, file, project_name, title_path, line, tags, first_seen_at,
                         last_seen_at, last_run_id, last_outcome, last_failed_at)
select tenant_id, project_id, %(test_id)s, %(file)s, 'chromium', array['suite 100%%', %(name)s], 3, '{@smoke}',
       completed_at, completed_at, id, %(outcome)s, case when %(outcome)s = 'failed' then completed_at end
  from runs where id = %(run)s
on conflict (project_id, test_id) do update
   set last_seen_at = excluded.last_seen_at, last_outcome = excluded.last_outcome,
       last_failed_at = coalesce(excluded.last_failed_at, known_tests.last_failed_at)"""
_FACT: LiteralString = """
insert into test_results (tenant_id, project_id, run_id, test_ref, ended_at, outcome, retried, burst, quarantined,
                          attempts, failed_attempts, duration_ms, failed_ms)
select r.tenant_id, r.project_id, r.id, k.id, r.completed_at, %(outcome)s, %(retried)s, false, false, %(failed)s + 1,
       %(failed)s, 100, %(failed)s * 60
  from runs r join known_tests k on k.project_id = r.project_id and k.test_id = %(test_id)s where r.id = %(run)s"""
_ASSESSMENT: LiteralString = """
insert into assessments (test_ref, tenant_id, project_id, verdict, total_runs, failed_runs, flaky_runs, rate, low, high,
                         failing_share, lost_ms, trend, assessed_at)
select k.id, k.tenant_id, k.project_id, %(verdict)s, %(total)s, %(failed)s, %(flaky)s, 100.0 * %(flaky)s / %(total)s,
       %(low)s, %(high)s, 0.1, %(lost_ms)s, %(trend)s, now()
  from known_tests k join projects p on p.id = k.project_id
 where p.tenant_id = %(tenant)s and p.slug = %(project)s and k.test_id = %(test_id)s
on conflict (test_ref) do update
   set verdict = excluded.verdict, total_runs = excluded.total_runs, failed_runs = excluded.failed_runs,
       flaky_runs = excluded.flaky_runs, rate = excluded.rate, low = excluded.low, high = excluded.high,
       lost_ms = excluded.lost_ms, trend = excluded.trend"""
_RULE: LiteralString = """
insert into quarantine_rules (tenant_id, project_id, kind, value, project_name, owner, reason, failing_share,
                              created_by, expires_at, released_at)
select tenant_id, id, %(kind)s, %(value)s, %(browser)s, 'me', 'slow', 0.5, 'me', now() + %(expires_in)s::interval,
       case when %(released)s then now() end
  from projects where tenant_id = %(tenant)s and slug = %(project)s"""
_OWNERS: LiteralString = """
insert into file_owners (project_id, tenant_id, file, owners)
select id, tenant_id, %(file)s, %(owners)s from projects where tenant_id = %(tenant)s and slug = %(project)s"""
_CHANGED: LiteralString = """
update known_tests k
   set p50_ms = coalesce(%(p50)s::int, p50_ms), last_seen_at = last_seen_at - %(days)s * interval '1 day'
  from projects p
 where p.id = k.project_id and p.tenant_id = %(tenant)s and p.slug = %(project)s and k.test_id = %(test_id)s"""


@dataclass(frozen=True)
class Suite:
    """A test called ``a1`` is in ``a.ts``."""

    db: Database
    tenant_id: UUID

    def id_of(self, name: str) -> str:
        return stable_test_id(f"{name[0]}.ts", "chromium", ["suite 100%", name])

    async def run(self, project: str, *runs: Mapping[str, str], branch: str = "main") -> None:
        """Each names what its tests came to: passed, retried, failed, skipped."""
        async with self.db.connection() as connection:
            await connection.execute(_PROJECT, [self.tenant_id, project])
        for tests in runs:
            await self._run(project, tests, branch)

    async def _run(self, project: str, tests: Mapping[str, str], branch: str) -> None:
        run = {"run": uuid4(), "tenant": self.tenant_id, "project": project, "branch": branch}
        async with self.db.connection() as connection:
            await connection.execute(_RUN, run)
            for name, kind in tests.items():
                outcome, retried, failed = _KINDS[kind]
                fact = {"outcome": outcome, "retried": retried, "failed": failed}
                values = {**run, **fact, "name": name, "file": f"{name[0]}.ts", "test_id": self.id_of(name)}
                await connection.execute(_TEST, values)
                await connection.execute(_FACT, values)

    async def assess(
        self,
        project: str,
        name: str,
        *,
        verdict: str,
        total: int,
        flaky: int = 0,
        failed: int = 0,
        lost_ms: int = 0,
        trend: float = 0.0,
    ) -> None:
        low, high = interval(flaky, total)
        counts = {"total": total, "flaky": flaky, "failed": failed, "lost_ms": lost_ms, "trend": trend}
        await self._do(_ASSESSMENT, project, **counts, low=low, high=high, verdict=verdict, test_id=self.id_of(name))

    async def quarantine(
        self,
        project: str,
        kind: str,
        value: str,
        browser: str = "",
        *,
        expires_in: str = "1 day",
        released: bool = False,
    ) -> None:
        values = {"kind": kind, "value": value, "browser": browser, "expires_in": expires_in, "released": released}
        await self._do(_RULE, project, **values)

    async def own(self, project: str, file: str, *owners: str) -> None:
        async with self.db.connection() as connection:
            await connection.execute(_PROJECT, [self.tenant_id, project])
        await self._do(_OWNERS, project, file=file, owners=list(owners))

    async def took(self, project: str, name: str, p50_ms: int) -> None:
        await self._do(_CHANGED, project, p50=p50_ms, days=0, test_id=self.id_of(name))

    async def unseen(self, project: str, name: str, *, days: int) -> None:
        """As if its last run were so long ago."""
        await self._do(_CHANGED, project, p50=None, days=days, test_id=self.id_of(name))

    async def _do(self, statement: LiteralString, project: str, **values: object) -> None:
        async with self.db.connection() as connection:
            await connection.execute(statement, {**values, "tenant": self.tenant_id, "project": project})
