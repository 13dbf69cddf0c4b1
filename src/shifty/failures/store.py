"""Every statement of this room."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

import msgspec
from psycopg import AsyncCursor
from psycopg.rows import TupleRow, class_row

from shifty.database.pool import Transaction
from shifty.database.queries import load_queries
from shifty.failures.model import (
    AffectedTest,
    ErrorFilter,
    ErrorGroup,
    ErrorSort,
    FailedTest,
    Finding,
    Kind,
    Occurrence,
    Told,
)
from shifty.web.pagination import Page

QUERIES = load_queries("shifty.failures")

MOST_TESTS: Final = 5_000
"""Of a run: those that failed."""
MOST_RUN_ERRORS: Final = 1_000
MOST_ERRORS: Final = 5
"""Of an attempt."""
LONGEST_MESSAGE: Final = 20_000
MOST_AFFECTED: Final = 5
MOST_AFFECTED_BY_ONE: Final = 100
"""Tests of an error that was asked for by its digest."""

RunError: TypeAlias = tuple[str | None, str]
"""File and message."""

_affected = msgspec.json.Decoder(list[AffectedTest])


class _Group(msgspec.Struct):
    digest: str
    message: str
    sample: str
    kind: str

    @classmethod
    def of(cls, finding: Finding) -> "_Group":
        return cls(finding.digest, finding.message, finding.sample, finding.kind)


class _Occurrence(msgspec.Struct):
    digest: str
    test_ref: int
    attempts: int


@dataclass(frozen=True)
class _Ranked:
    id: int
    attempts: int
    last_seen_at: datetime
    total: int


@dataclass(frozen=True)
class _Told:
    id: int
    digest: str
    project: str
    kind: Kind
    message: str
    sample: str
    tests: int
    runs: int
    branches: Sequence[str]
    first_seen_at: datetime
    last_run_id: UUID | None
    most_affected: str

    def noun(self, ranked: _Ranked) -> ErrorGroup:
        return ErrorGroup(
            digest=self.digest,
            project=self.project,
            kind=self.kind,
            message=self.message,
            sample=self.sample,
            attempts=ranked.attempts,
            tests=self.tests,
            runs=self.runs,
            branches=self.branches,
            most_affected=_affected.decode(self.most_affected),
            first_seen_at=self.first_seen_at,
            last_seen_at=ranked.last_seen_at,
            last_run_id=self.last_run_id,
        )


@dataclass(frozen=True)
class _FailedRow:
    test_id: str
    file: str
    title_path: Sequence[str]
    project_name: str
    line: int | None
    outcome: str
    quarantined: bool
    error_message: str | None
    errors: Sequence[Sequence[str | None]]

    def noun(self) -> Told:
        test = FailedTest(
            test_id=self.test_id,
            file=self.file,
            title_path=self.title_path,
            project_name=self.project_name,
            line=self.line,
            outcome=self.outcome,
            quarantined=self.quarantined,
        )
        return Told(test, [[message or "" for message in attempt] for attempt in self.errors], self.error_message)


class FailureStore:
    """The errors of one tenant's runs."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def record(
        self, project_id: int, run_id: UUID, ended_at: datetime, occurrences: Sequence[Occurrence]
    ) -> None:
        """What was known of the run is replaced. The partition of that month is there."""
        await self._execute("forget_occurrences", run_id=run_id)
        if not occurrences:
            return
        groups = {each.finding.digest: _Group.of(each.finding) for each in occurrences}
        of_run = [_Occurrence(each.finding.digest, each.test_ref, each.attempts) for each in occurrences]
        known = {"project_id": project_id, "ended_at": ended_at}
        await self._execute("note_groups", **known, groups=_json(list(groups.values())))
        await self._execute("add_occurrences", **known, run_id=run_id, occurrences=_json(of_run))

    async def groups(
        self, wanted: ErrorFilter, sort: ErrorSort, page: Page, only: str | None
    ) -> tuple[list[ErrorGroup], int]:
        """A page, and the number of all. ``only`` is the one project that may be seen."""
        cursor = await self._execute("projects", project=wanted.project, only=only)
        window = {**asdict(wanted), "project_ids": [row[0] for row in await cursor.fetchall()]}
        await self._execute("prepare_to_count")
        ranked = await self._ranked(window, sort, page)
        if not ranked:
            total = (await self._ranked(window, sort, Page(1)))[:1] if page.offset else []
            return [], total[0].total if total else 0
        values = {**window, "tenant_id": self._tenant_id, "group_ids": [each.id for each in ranked]}
        most = MOST_AFFECTED_BY_ONE if wanted.digest else MOST_AFFECTED
        async with self._tx.cursor(row_factory=class_row(_Told)) as rows:
            await rows.execute(QUERIES["tell_groups"], {**values, "most_tests": most})
            told = {row.id: row for row in await rows.fetchall()}
        return [told[each.id].noun(each) for each in ranked], ranked[0].total

    async def failed_tests(self, run_id: UUID) -> AsyncIterator[Told]:
        """Failed ones before flaky ones, each in the order of the suite; at most ``MOST_TESTS`` and one.

        One after the other: their messages may be megabytes.
        """
        values = {"longest": LONGEST_MESSAGE, "most_errors": MOST_ERRORS, "limit": MOST_TESTS + 1}
        async with self._tx.cursor(row_factory=class_row(_FailedRow)) as rows:
            known = {"tenant_id": self._tenant_id, "run_id": run_id}
            async for row in rows.stream(QUERIES["failed_tests_of_run"], {**known, **values}):
                yield row.noun()

    async def run_errors(self, run_id: UUID) -> list[RunError]:
        """That belong to no test, oldest first."""
        values = {"longest": LONGEST_MESSAGE, "limit": MOST_RUN_ERRORS}
        cursor = await self._execute("errors_beside_tests", run_id=run_id, **values)
        return [(file, message or "") for file, message in await cursor.fetchall()]

    async def _ranked(self, window: Mapping[str, object], sort: ErrorSort, page: Page) -> list[_Ranked]:
        bounds = {"sort": sort, "limit": page.limit, "offset": page.offset}
        async with self._tx.cursor(row_factory=class_row(_Ranked)) as rows:
            await rows.execute(QUERIES["rank_groups"], {"tenant_id": self._tenant_id, **window, **bounds})
            return await rows.fetchall()

    async def _execute(self, query: str, /, **values: object) -> AsyncCursor[TupleRow]:
        return await self._tx.execute(QUERIES[query], {"tenant_id": self._tenant_id, **values})


async def forget_groups(tx: Transaction, before: datetime) -> int:
    """How many went that were last seen before, of every tenant."""
    return (await tx.execute(QUERIES["forget_groups"], {"before": before})).rowcount


def _json(rows: Sequence[msgspec.Struct]) -> str:
    return msgspec.json.encode(rows).decode()
