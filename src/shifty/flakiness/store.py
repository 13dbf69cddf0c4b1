"""Every statement of this room."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple, Required, TypedDict
from uuid import UUID

from psycopg.rows import class_row

from shifty.database.pool import Transaction
from shifty.database.queries import load_queries
from shifty.flakiness.model import Assessment, Breakage, Evidence, Point
from shifty.history.facts import OLDEST
from shifty.history.model import MOST_EXECUTIONS, Excluded, Execution

QUERIES = load_queries("shifty.flakiness")

_WINDOWS_AT_ONCE: Final = 250
"""Tests of a statement: what it sorts stays in memory."""
_UNTIL_GOOD: Final = 20
"""Executions up to the last one that passed: enough to know how often the test failed before."""
_SINCE_GOOD: Final = 5
FLAKY_FROM = 10.0
"""Percent: from here on a test counts as flaky where flaky tests are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a project wants to be concluded of its tests, and done about it."""

    default_branch: str | None
    """As it says itself, else guessed from its runs; None: no run has a branch."""
    auto_quarantine: bool
    auto_quarantine_rate: float
    """Percent."""
    auto_quarantine_confidence: float


class Standing(NamedTuple):
    """How a project stood when it was looked at."""

    flaky_tests: int
    rate_sum: float
    """Of the flaky tests, percent."""
    broken_tests: int
    lost_ms: int


class Day(NamedTuple):
    day: date
    """UTC."""
    is_today: bool
    is_last: bool
    """No closed run of the project ended later that day."""


class _Rest(TypedDict, total=False):
    """What there is to say of an execution that did not just pass."""

    outcome: Required[str]
    retried: bool
    burst: bool
    quarantined: bool
    excluded: Excluded | None
    attempts: int
    failed_attempts: int
    failed_ms: int
    limit_ms: int | None
    error_digest: str | None
    causes: Sequence[str]


class NamedTest(NamedTuple):
    test_id: str
    file: str
    title: str


class AssessmentStore:
    """What is concluded of one tenant's tests."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def wishes(self, project_id: int, until: datetime | None = None) -> Wishes | None:
        """None: the project is gone."""
        async with self._tx.cursor(row_factory=class_row(Wishes)) as cursor:
            values = {"tenant_id": self._tenant_id, "project_id": project_id, "until": until, "age": OLDEST}
            await cursor.execute(QUERIES["wishes"], values)
            return await cursor.fetchone()

    async def windows(self, refs: Sequence[int], until: datetime | None = None) -> dict[int, list[Execution]]:
        """The last executions of tests, in which they passed or failed, oldest first."""
        found: defaultdict[int, list[Execution]] = defaultdict(list)
        for start in range(0, len(refs), _WINDOWS_AT_ONCE):
            some = list(refs[start : start + _WINDOWS_AT_ONCE])
            for row in await self._all("windows", refs=some, until=until, age=OLDEST, most=MOST_EXECUTIONS):
                rest = _rest(row[9])
                for ref, duration_ms, position, ran_after, worker in zip(*row[4:9], strict=True):
                    found[ref].append(
                        Execution(
                            run_id=row[0],
                            ended_at=row[1],
                            branch=row[2],
                            commit=row[3],
                            duration_ms=duration_ms,
                            position=position,
                            ran_after=ran_after,
                            worker=worker,
                            **rest,
                        )
                    )
        return found

    async def earlier(
        self, refs: Sequence[int], branch: str | None, until: datetime | None = None
    ) -> dict[int, list[Execution]]:
        """Around the last time that tests passed on a branch: some executions up to it, and the first failures after.

        Oldest first; of tests that don't pass there within their windows, whatever their age. One that never passed
        there is missing.
        """
        found: defaultdict[int, list[Execution]] = defaultdict(list)
        values = {"refs": list(refs), "branch": branch, "until": until, "good": _UNTIL_GOOD, "bad": _SINCE_GOOD}
        for row in await self._all("earlier", **values):
            found[row[0]].append(
                Execution(
                    run_id=row[1],
                    ended_at=row[2],
                    branch=row[3],
                    commit=row[4],
                    outcome=row[5],
                    retried=row[6],
                    burst=row[7],
                    excluded=row[8],
                    attempts=row[9],
                    failed_attempts=row[10],
                )
            )
        return found

    async def notable(self, project_id: int, until: datetime | None = None) -> list[int]:
        """Tests that failed in their window; as of now (None), also those of which something is concluded."""
        values = {"project_id": project_id, "until": until, "age": OLDEST, "assessed": until is None}
        return [row[0] for row in await self._all("notable", **values)]

    async def put(
        self, project_id: int, assessed: Mapping[int, Assessment], causes: Mapping[int, Sequence[Evidence]]
    ) -> None:
        rows = [_row(ref, each, causes.get(ref, ())) for ref, each in assessed.items()]
        await self._do("put_assessments", project_id=project_id, rows=json.dumps(rows))

    async def drop(self, refs: Iterable[int]) -> None:
        await self._do("drop_assessments", refs=list(refs))

    async def standing(self, project_id: int) -> Standing:
        rows = await self._all("standing", project_id=project_id, flaky_from=FLAKY_FROM)
        return Standing(*rows[0])

    async def put_day(self, project_id: int, day: date, standing: Standing, quarantined_tests: int) -> None:
        values = {**standing._asdict(), "quarantined_tests": quarantined_tests}
        await self._do("put_day", project_id=project_id, day=day, **values)

    async def day_of(self, project_id: int, moment: datetime) -> Day:
        return Day(*(await self._all("day_of", project_id=project_id, moment=moment))[0])

    async def today(self) -> date:
        return (await self._all("today"))[0][0]

    async def ran(self, run_id: UUID, refs: Iterable[int]) -> set[int]:
        """Which of these tests passed or failed in a run."""
        return {row[0] for row in await self._all("ran", run_id=run_id, refs=list(refs))}

    async def greens(self, matching: Sequence[tuple[UUID, int, datetime]]) -> dict[UUID, list[bool]]:
        """``matching``: rule, test, and when the rule was made. Of each run since, oldest first."""
        rules, refs, since = _columns(matching)
        return _by_first(await self._all("greens", rules=rules, refs=refs, since=since, age=OLDEST))

    async def greens_of_errors(
        self, project_id: int, rules: Sequence[tuple[UUID, str, datetime]]
    ) -> dict[UUID, list[bool]]:
        """``rules``: rule, digest of its error, and when the rule was made."""
        ids, digests, since = _columns(rules)
        values = {"project_id": project_id, "rules": ids, "digests": digests, "since": since, "age": OLDEST}
        return _by_first(await self._all("greens_of_errors", **values))

    async def names(self, refs: Sequence[int]) -> dict[int, NamedTest]:
        rows = await self._all("names", refs=list(refs))
        return {row[0]: NamedTest(row[1], row[2], row[3][-1] if row[3] else "") for row in rows}

    async def _do(self, query: str, /, **values: object) -> None:
        await self._tx.execute(QUERIES[query], {"tenant_id": self._tenant_id, **values})

    async def _all(self, query: str, /, **values: object) -> list[tuple[Any, ...]]:
        cursor = await self._tx.execute(QUERIES[query], {"tenant_id": self._tenant_id, **values})
        return await cursor.fetchall()


async def default_branch(tx: Transaction, tenant_id: UUID, project_id: int) -> str | None:
    """The branch on which breakage is judged."""
    wishes = await AssessmentStore(tx, tenant_id).wishes(project_id)
    return wishes.default_branch if wishes else None


async def projects(tx: Transaction, tenant_id: UUID | None) -> list[tuple[UUID, int]]:
    """Tenant and id of every project of which something may be to conclude; None: of every tenant."""
    cursor = await tx.execute(QUERIES["projects"], {"tenant_id": tenant_id, "age": OLDEST})
    return [(row[0], row[1]) for row in await cursor.fetchall()]


async def night_is_due(tx: Transaction) -> bool:
    """Whether the nightly look is the caller's to do: it is locked until the transaction ends."""
    return await (await tx.execute(QUERIES["night_is_due"])).fetchone() is not None


async def end_night(tx: Transaction) -> None:
    await tx.execute(QUERIES["night_is_over"])


_PASSED: Final = _Rest(outcome="passed")


def _rest(told: Sequence[Any] | None) -> _Rest:
    """None: it passed at the first attempt."""
    if told is None:
        return _PASSED
    return _Rest(
        outcome=told[0],
        retried=told[1],
        burst=told[2],
        quarantined=told[3],
        excluded=told[4],
        attempts=told[5],
        failed_attempts=told[6],
        failed_ms=told[7],
        limit_ms=told[8],
        error_digest=told[9],
        causes=told[10],
    )


def _columns(rows: Sequence[tuple[UUID, Any, datetime]]) -> tuple[list[UUID], list[Any], list[datetime]]:
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]


def _by_first(rows: Iterable[tuple[Any, ...]]) -> dict[UUID, list[bool]]:
    found: defaultdict[UUID, list[bool]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row[1])
    return found


def _row(ref: int, assessment: Assessment, causes: Sequence[Evidence]) -> dict[str, object]:
    return {
        "test_ref": ref,
        "verdict": assessment.verdict,
        "total_runs": assessment.total_runs,
        "failed_runs": assessment.failed_runs,
        "flaky_runs": assessment.flaky_runs,
        "rate": assessment.rate,
        "low": assessment.low,
        "high": assessment.high,
        "failing_share": assessment.failing_share,
        "last_flaky_at": assessment.last_flaky_at.isoformat() if assessment.last_flaky_at else None,
        "lost_ms": assessment.lost_ms,
        "trend": assessment.trend,
        "breakage": _breakage(assessment.breakage) if assessment.breakage else None,
        "causes": [_evidence(each) for each in causes],
    }


def _breakage(breakage: Breakage) -> dict[str, object]:
    return {
        "branch": breakage.branch,
        "lastGood": _point(breakage.last_good) if breakage.last_good else None,
        "firstBad": _point(breakage.first_bad),
        "failures": breakage.failures,
    }


def _point(point: Point) -> dict[str, object]:
    return {"runId": str(point.run_id), "commit": point.commit, "endedAt": point.ended_at.isoformat()}


def _evidence(evidence: Evidence) -> dict[str, object]:
    return {
        "cause": evidence.cause,
        "summary": evidence.summary,
        "advice": evidence.advice,
        "strength": evidence.strength,
        "runs": [str(run_id) for run_id in evidence.runs],
        "tests": list(evidence.tests),
    }
