"""Every statement of this room."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, cast
from uuid import UUID

import msgspec
from psycopg import AsyncCursor
from psycopg.rows import DictRow, TupleRow, class_row, dict_row

from shifty.database.pool import Transaction
from shifty.database.queries import load_queries
from shifty.flakiness.lists.model import (
    Day,
    ErrorOfTest,
    Excuse,
    FlakyTest,
    Involved,
    KnownTest,
    Named,
    Sort,
    Standing,
    TestFilter,
    Told,
)
from shifty.flakiness.model import Breakage, Evidence, Point, Verdict
from shifty.flakiness.posterior import interval
from shifty.history.model import MOST_EXECUTIONS, OLDEST_DAYS, Execution
from shifty.web.pagination import Page

QUERIES = load_queries("shifty.flakiness.lists")

_WINDOW: Final = {"days": OLDEST_DAYS, "most": MOST_EXECUTIONS}
_BY: Final[Mapping[Sort, str]] = {
    "lost": "tests_by_assessment",
    "flakiness": "tests_by_assessment",
    "failures": "tests_by_assessment",
    "trend": "tests_by_assessment",
    "duration": "tests_by_column",
    "lastFailed": "tests_by_column",
    "name": "tests_by_name",
}


class _Point(msgspec.Struct, rename="camel"):
    run_id: UUID
    commit: str | None
    ended_at: datetime

    def noun(self) -> Point:
        return Point(self.run_id, self.commit, self.ended_at)


class _Breakage(msgspec.Struct, rename="camel"):
    branch: str | None
    last_good: _Point | None
    first_bad: _Point
    failures: int

    def noun(self) -> Breakage:
        good = self.last_good.noun() if self.last_good else None
        return Breakage(self.branch, good, self.first_bad.noun(), self.failures)


FEW: Final = 1_000
"""Tests of a branch: they are found from its runs, and not by reading all tests in order until the page is full."""

_causes = msgspec.json.Decoder(list[Evidence])
_executions = msgspec.json.Decoder(list[Execution])
_breakage = msgspec.json.Decoder(_Breakage)


class TestStore:
    """What one tenant's tests came to; ``only`` is the one project that may be seen."""

    __test__ = False

    def __init__(self, tx: Transaction, tenant_id: UUID, only: str | None = None) -> None:
        self._tx = tx
        self._tenant_id = tenant_id
        self._only = only

    async def flaky(
        self, wanted: TestFilter, min_rate: float, page: Page, *, by_severity: bool = False
    ) -> tuple[list[FlakyTest], int]:
        """A page, and the number of all."""
        values = await self._wanted(wanted)
        values |= {"min_rate": min_rate, "by_severity": by_severity}
        rows = await self._rows("flaky_tests", **values, limit=page.limit, offset=page.offset)
        if not rows and page.offset:
            first = await self._rows("flaky_tests", **values, limit=1, offset=0)
            return [], first[0]["total"] if first else 0
        return [_flaky(row) for row in rows], rows[0]["total"] if rows else 0

    async def trends(self, project: str | None, days: int) -> list[Day]:
        """Newest first."""
        async with self._tx.cursor(row_factory=class_row(Day)) as cursor:
            await cursor.execute(QUERIES["trends"], self._with(project=project, days=days))
            return await cursor.fetchall()

    async def tests(self, wanted: TestFilter, sort: Sort, page: Page) -> tuple[list[KnownTest], int]:
        """A page, and the number of all."""
        values = {**await self._wanted(wanted), **_WINDOW, "sort": sort}
        values |= await self._last_runs(values)
        await self._execute("prepare_to_sort")
        every = wanted == TestFilter(project=wanted.project, branch=wanted.branch)
        total = await self._number(values) if every else None
        query = "some_tests" if total is None or _is_scattered(wanted, sort, total) else _BY[sort]
        rows = await self._rows(query, **values, limit=page.limit, offset=page.offset)
        found = await self._known([row["id"] for row in rows], wanted.branch)
        if total is None:
            total = rows[0]["total"] if rows else await self._number_of_some(values, page)
        return found, total

    async def executions_on_branch(self, refs: Sequence[int], branch: str) -> dict[int, Sequence[Execution]]:
        """Of each test's last ones, in which it passed or failed, those on that branch, oldest first.

        They hold what an assessment goes by, and nothing else.
        """
        rows = await self._rows("executions_on_branch", refs=list(refs), branch=branch, **_WINDOW)
        return {row["ref"]: _executions.decode(row["executions"]) for row in rows}

    async def strips(self, refs: Sequence[int], branch: str | None, most: int) -> dict[int, str]:
        """What each test came to in its last runs, oldest first, a letter a run: ``p`` passed, ``r`` passed on retry,
        ``f`` failed, ``q`` failed and was excused, ``x`` says nothing about it, ``s`` was not executed."""
        rows = await self._rows("strips", refs=list(refs), branch=branch, days=OLDEST_DAYS, most=most)
        return {row["ref"]: row["letters"] for row in rows}

    async def find(self, test_id: str, project: str | None, branch: str | None) -> list[KnownTest]:
        """One for each project that has it."""
        rows = await self._rows("find_test", test_id=test_id, project_ids=await self._projects(project))
        return await self._known([row["id"] for row in rows], branch)

    async def executions(self, ref: int, branch: str | None, page: Page) -> tuple[list[Told], int]:
        """A page, newest first, and the number of all."""
        async with self._tx.cursor(row_factory=class_row(Told)) as cursor:
            values = self._with(ref=ref, branch=branch, limit=page.limit, offset=page.offset)
            await cursor.execute(QUERIES["executions_of_test"], values)
            rows = await cursor.fetchall()
        counted: tuple[int] | None = await (await self._execute("count_executions", ref=ref, branch=branch)).fetchone()
        return rows, counted[0] if counted else 0

    async def errors(self, ref: int, branch: str | None) -> list[ErrorOfTest]:
        async with self._tx.cursor(row_factory=class_row(ErrorOfTest)) as cursor:
            await cursor.execute(QUERIES["errors_of_test"], self._with(ref=ref, branch=branch, **_WINDOW))
            return await cursor.fetchall()

    async def involved(self, refs: Sequence[int]) -> dict[int, Involved]:
        """Names of tests; one that is not known any more is missing."""
        if not refs:
            return {}
        async with self._tx.cursor(row_factory=class_row(Involved)) as cursor:
            await cursor.execute(QUERIES["name_tests"], self._with(refs=list(refs)))
            return {row.ref: row for row in await cursor.fetchall()}

    async def _known(self, refs: Sequence[int], branch: str | None) -> list[KnownTest]:
        if not refs:
            return []
        projects = await self._projects(None)
        rows = await self._rows("show_tests", refs=list(refs), branch=branch, project_ids=projects, **_WINDOW)
        return [_known(row) for row in rows]

    async def _number(self, values: Mapping[str, object]) -> int:
        query = "count_on_branch" if values["branch"] else "count_tests"
        return (await self._rows(query, **values))[0]["count"]

    async def _number_of_some(self, values: Mapping[str, object], page: Page) -> int:
        """Where the page is empty."""
        first = await self._rows("some_tests", **values, limit=1, offset=0) if page.offset else []
        return first[0]["total"] if first else 0

    async def _wanted(self, wanted: TestFilter) -> dict[str, object]:
        projects = await self._projects(wanted.project)
        return {
            **_values(wanted),
            "project_ids": projects,
            "project_id": projects[0] if len(projects) == 1 else None,
        }

    async def _last_runs(self, values: Mapping[str, object]) -> dict[str, object]:
        """Of the branch that is asked for; none without one."""
        runs = await self._rows("last_runs", **values) if values["branch"] else []
        return {"run_ids": [run["id"] for run in runs], "run_ends": [run["completed_at"] for run in runs]}

    async def _projects(self, project: str | None) -> list[int]:
        """Ids of those that are asked for and may be seen; None: all."""
        cursor = await self._execute("projects", project=project)
        return [row[0] for row in await cursor.fetchall()]

    async def _rows(self, query: str, **values: object) -> list[DictRow]:
        async with self._tx.cursor(row_factory=dict_row) as cursor:
            # Planned anew each time: which filters there are decides how it is best done.
            await cursor.execute(QUERIES[query], self._with(**values), prepare=False)
            return await cursor.fetchall()

    async def _execute(self, query: str, **values: object) -> AsyncCursor[TupleRow]:
        return await self._tx.execute(QUERIES[query], self._with(**values))

    def _with(self, **values: object) -> dict[str, object]:
        return {"tenant_id": self._tenant_id, "only": self._only, **values}


def _is_scattered(wanted: TestFilter, sort: Sort, total: int) -> bool:
    """Whether a branch's tests are too far apart in that order to be met with one after the other."""
    return wanted.branch is not None and (total <= FEW or _BY[sort] == "tests_by_column")


def _values(wanted: TestFilter) -> dict[str, object]:
    return {
        "project_name": wanted.project_name,
        "file": wanted.file,
        "search": wanted.search,
        "tags": _with_at(wanted.tag),
        "owners": _with_at(wanted.owner),
        "verdict": wanted.verdict,
        "quarantined": wanted.quarantined,
        "branch": wanted.branch,
    }


def _with_at(name: str | None) -> list[str] | None:
    """People leave the @ out."""
    return None if name is None else [name, f"@{name}"]


def _named(row: DictRow) -> Named:
    excuse = (
        Excuse(
            rule_id=row["rule_id"],
            owner=row["rule_owner"],
            reason=row["rule_reason"],
            expires_at=row["rule_expires_at"],
        )
        if row["rule_id"]
        else None
    )
    names = ("ref", "test_id", "file", "project_name", "title_path", "line", "tags", "project_id", "project", "owners")
    return Named(**{name: row[name] for name in names}, quarantine=excuse)


def _standing(row: DictRow) -> Standing:
    flaky, total = cast("int", row["flaky_runs"]), cast("int", row["total_runs"])
    low, high = (row["low"], row["high"]) if row["low"] is not None else interval(flaky, total)
    return Standing(
        verdict=cast("Verdict", row["verdict"]),
        total_runs=total,
        failed_runs=row["failed_runs"],
        flaky_runs=flaky,
        rate=row["rate"] or 0.0,
        low=low,
        high=high,
        lost_ms=row["lost_ms"],
        last_flaky_at=row["last_flaky_at"],
        trend=row["trend"],
        breakage=_breakage.decode(row["breakage"]).noun() if row.get("breakage") else None,
        causes=_causes.decode(row["causes"]),
    )


def _flaky(row: DictRow) -> FlakyTest:
    return FlakyTest(test=_named(row), standing=_standing(row), quarantine_days=row["quarantine_days"])


def _known(row: DictRow) -> KnownTest:
    names = ("is_assessed", "skipped", "p50_ms", "p95_ms", "p99_ms", "first_seen_at", "last_seen_at")
    lasts = ("last_passed_at", "last_failed_at", "last_outcome")
    return KnownTest(test=_named(row), standing=_standing(row), **{name: row[name] for name in (*names, *lasts)})
