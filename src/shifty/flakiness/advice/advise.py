"""Advise a project from its own history."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from shifty.database.pool import Database, Transaction
from shifty.dispatch.claim import DEFAULT_OVERHEAD_S
from shifty.flakiness.advice.crew import advise_crew
from shifty.flakiness.advice.errors import NoHistory
from shifty.flakiness.advice.kept import Kept
from shifty.flakiness.advice.model import ActiveRule, Advice, Crew, Hidden, RecentRun, RetryCost, Suite
from shifty.flakiness.advice.store import AdviceStore, OfDays, Where
from shifty.orchestration.request import MOST_WORKERS
from shifty.quarantine.store import QuarantineStore

DAYS = 30
SOON_DAYS = 7
RECENT_RUNS = 5
COSTLY_TESTS = 10
NEARLY_ALL = 0.8
"""A run with so many of the tests of the largest recent one is of the whole suite."""


class Advisor:
    """Advises, and keeps what takes long to work out and changes only when a run ends: the replays take 0.2 s."""

    def __init__(self) -> None:
        self._crews: Final = Kept[tuple[float, Crew]]()
        self._retries: Final = Kept[RetryCost]()
        self._tests_of_rules: Final = Kept[Mapping[UUID, int]]()

    async def advise(
        self, db: Database, tenant_id: UUID, project: str, branch: str | None = None, workers: int | None = None
    ) -> Advice:
        """``branch`` None: the default one. ``workers``: what to compare with, in place of what the newest run used.

        Raises:
            NoHistory: no whole run has ended there.
        """
        async with db.connection() as tx:
            store = AdviceStore(tx, tenant_id)
            where, recent = await _history(store, project, branch)
            run, key = whole(recent), (tenant_id, where.project_id)
            days = await store.of_days(where.project_id, DAYS)
            overhead_s, crew = await self._crews.get(
                (*key, where.branch, run.id, recent[0].id), lambda: _crew(store, where.project_id, run, recent)
            )
            retries = await self._retries.get(
                (*key, days), lambda: store.retry_cost(where.project_id, days, DAYS, COSTLY_TESTS)
            )
            hidden = await self._hidden(tx, tenant_id, where.project_id, days)
        return Advice(
            project=project,
            branch=where.branch,
            run=run,
            overhead_s=overhead_s,
            crew=crew,
            compared=workers or min(MOST_WORKERS, recent[0].workers),
            recent=recent,
            retries=retries,
            hidden=hidden,
        )

    async def _hidden(self, tx: Transaction, tenant_id: UUID, project_id: int, days: OfDays) -> Hidden:
        store = AdviceStore(tx, tenant_id)
        rules = await QuarantineStore(tx, tenant_id).active_rules(project_id)
        ids = tuple(rule.id for rule in rules)
        by_rule = await self._tests_of_rules.get(
            (tenant_id, project_id, days, ids), lambda: store.tests_of_rules(project_id)
        )
        by_error = await store.tests_of_errors(project_id, [rule.value for rule in rules if rule.kind == "error"], DAYS)
        soon = datetime.now(UTC) + timedelta(days=SOON_DAYS)
        return Hidden(
            days=DAYS,
            excused=days.excused,
            rules=[
                ActiveRule(
                    rule=rule,
                    tests=by_error.get(rule.value, 0) if rule.kind == "error" else by_rule.get(rule.id, 0),
                    expires_soon=rule.expires_at < soon,
                )
                for rule in rules
            ],
        )


async def _history(store: AdviceStore, project: str, branch: str | None) -> tuple[Where, Sequence[RecentRun]]:
    where = await store.where(project, branch)
    recent = await store.recent_runs(where, RECENT_RUNS) if where else []
    if where is None or not recent:
        asked = where.branch if where else branch
        raise NoHistory(project, asked, [other for other in await store.branches(project) if other != asked])
    return where, recent


def whole(recent: Sequence[RecentRun]) -> RecentRun:
    """The newest run of the whole suite: one that was told to run some files only says nothing about the rest."""
    most = max(run.tests for run in recent)
    return next(run for run in recent if run.tests >= NEARLY_ALL * most)


async def _crew(store: AdviceStore, project_id: int, run: RecentRun, recent: Sequence[RecentRun]) -> tuple[float, Crew]:
    """What a batch costs, and the crew that the run's suite deserves."""
    overhead_ms = await store.overhead_ms([one.id for one in recent])
    overhead_s = DEFAULT_OVERHEAD_S if overhead_ms is None else overhead_ms / 1000
    suite = Suite(await store.suite(project_id, run.id), overhead_s)
    # In a thread: the server goes on answering others.
    return overhead_s, await asyncio.to_thread(advise_crew, suite)
