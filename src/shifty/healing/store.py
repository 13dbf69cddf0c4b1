"""Every statement of this room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from psycopg import AsyncCursor
from psycopg.rows import TupleRow, class_row

from shifty.database.pool import Transaction
from shifty.database.queries import load_queries
from shifty.healing.engine.element import Element
from shifty.healing.model import Decision, Drifted, Event, KnownUse, Mode, Project, Screenshot, Use, Word
from shifty.runs.model import HealingVerdict
from shifty.web.pagination import Page
from shifty.wire import Attachment, Heal

QUERIES = load_queries("shifty.healing")

MOST_VERSIONS: Final = 5
MOST_DRIFTS: Final = 50
"""Of a run and file."""
MOST_KNOWN: Final = 20_000

_heal = msgspec.json.Decoder(Heal)
_attachments = msgspec.json.Decoder(list[Attachment])
_element = msgspec.json.Decoder(Element)


class _Version(msgspec.Struct):
    element: Element


class Remembered(msgspec.Struct, kw_only=True, frozen=True):
    """A use of a locator as it is stored; ``version`` is the element and the address of its page."""

    n: int
    test_id: str
    file: str
    line: int
    selector: str
    digest: str
    version: Mapping[str, object]
    waited_ms: int
    passes: int = 1


class NewDrift(msgspec.Struct, kw_only=True, frozen=True):
    test_id: str
    file: str
    line: int
    selector: str
    similarity: float
    was: Element
    is_now: Element
    explanation: str


@dataclass(frozen=True, kw_only=True)
class EventRow:
    """An event as the statements give it."""

    test_id: str
    file: str
    title_path: Sequence[str]
    project_name: str
    outcome: str | None
    healed: bool
    attempt: int
    lease: str | None
    started_at: str | None
    step: int
    heal: str
    attachments: str
    total: int
    decision_id: str | None
    word: Word | None
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None

    def event(self) -> Event:
        return Event(
            test_id=self.test_id,
            file=self.file,
            title_path=self.title_path,
            project_name=self.project_name,
            outcome=self.outcome,
            healed=self.healed,
            attempt=self.attempt,
            lease=self.lease,
            started_at=self.started_at,
            step=self.step,
            heal=_heal.decode(self.heal),
            attachments=_attachments.decode(self.attachments),
            decided=self._decision(),
        )

    def _decision(self) -> Decision | None:
        if self.decision_id is None or self.word is None or self.decided_at is None:
            return None
        return Decision(self.decision_id, self.word, self.reason or "", self.decided_by or "", self.decided_at)


@dataclass(frozen=True)
class _DriftRow:
    id: UUID
    run_id: UUID
    test_id: str
    test_file: str
    title_path: Sequence[str]
    selector: str
    file: str
    line: int
    similarity: float
    was: str
    is_now: str
    explanation: str
    seen_at: datetime

    def noun(self) -> Drifted:
        return Drifted(
            id=self.id,
            run_id=self.run_id,
            test_id=self.test_id,
            test_file=self.test_file,
            title_path=self.title_path,
            selector=self.selector,
            file=self.file,
            line=self.line,
            similarity=self.similarity,
            was=_element.decode(self.was),
            is_now=_element.decode(self.is_now),
            explanation=self.explanation,
            seen_at=self.seen_at,
        )


class HealingStore:
    """What one tenant's locators used to hit, and what became of them."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def project(self, slug: str, run_id: UUID | None = None, only: str | None = None) -> Project | None:
        """Of the run where there is one in the project ``only``, else by its name."""
        return await self._project("find_project", project=slug, run_id=run_id, only=only)

    async def add_project(self, slug: str) -> None:
        await self._execute("add_project", project=slug)

    async def set_project(self, slug: str, mode: Mode | None, verdict: HealingVerdict | None) -> Project:
        """None stays as it is."""
        project = await self._project("set_project", project=slug, mode=mode, verdict=verdict)
        assert project is not None
        return project

    async def uses(self, project_id: int, file: str, selector: str, *, test_id: str, line: int) -> list[Use]:
        """Of a selector in a file, the test's own and the nearest lines first."""
        values = {"project_id": project_id, "file": file, "selector": selector, "test_id": test_id, "line": line}
        async with self._tx.cursor(row_factory=class_row(Use)) as cursor:
            await cursor.execute(QUERIES["uses_of_selector"], {"tenant_id": self._tenant_id, **values})
            return await cursor.fetchall()

    async def elements(self, use_id: int) -> list[Element]:
        """Of a fingerprint, the newest version first; none: it has just been forgotten."""
        cursor = await self._execute("versions", id=use_id)
        row = await cursor.fetchone()
        return [version.element for version in msgspec.convert(row[0], list[_Version])] if row else []

    async def known(self, project_id: int, test_ids: Sequence[str], test_file: str | None) -> list[KnownUse]:
        """Of these tests, and of all tests of ``test_file``; at most 20,000."""
        values = {"project_id": project_id, "test_ids": list(test_ids), "test_file": test_file, "limit": MOST_KNOWN}
        async with self._tx.cursor(row_factory=class_row(KnownUse)) as cursor:
            await cursor.execute(QUERIES["known_fingerprints"], {"tenant_id": self._tenant_id, **values})
            return await cursor.fetchall()

    async def changed(self, project_id: int, rows: Sequence[Remembered]) -> dict[int, Element]:
        """The elements that locators used to hit, by ``n``, where they hit one now that they never hit before."""
        cursor = await self._execute("changed_fingerprints", project_id=project_id, rows=_json(rows))
        return {row[0]: _element.decode(row[1]) for row in await cursor.fetchall()}

    async def remember(self, project_id: int, rows: Sequence[Remembered]) -> None:
        """Each use once."""
        await self._execute("remember", project_id=project_id, rows=_json(rows), most=MOST_VERSIONS)

    async def add_drifts(self, project_id: int, run_id: UUID, rows: Sequence[NewDrift]) -> int:
        """How many of them are new."""
        values = {"project_id": project_id, "run_id": run_id, "rows": _json(rows), "most": MOST_DRIFTS}
        return (await self._execute("add_drifts", **values)).rowcount

    async def events(
        self, run_id: UUID, wanted: Mapping[str, object], page: Page | None = None
    ) -> tuple[list[Event], int]:
        """A page of the events that ``wanted`` describes, and the number of all; no page: all."""
        bounds = {"limit": page.limit, "offset": page.offset} if page else {"limit": None, "offset": 0}
        async with self._tx.cursor(row_factory=class_row(EventRow)) as cursor:
            await cursor.execute(QUERIES["page_of_events"], {**self._of(run_id), **wanted, **bounds})
            rows = await cursor.fetchall()
        if not rows and page and page.offset:
            return [], await self._count("count_events", **self._of(run_id), **wanted)
        return [row.event() for row in rows], rows[0].total if rows else 0

    async def screenshots(self, run_id: UUID, test_ids: Sequence[str]) -> list[Screenshot]:
        """Newest first."""
        async with self._tx.cursor(row_factory=class_row(Screenshot)) as cursor:
            values = {**self._of(run_id), "test_ids": list(test_ids)}
            await cursor.execute(QUERIES["screenshots_of_tests"], values)
            return await cursor.fetchall()

    async def drifts(self, run_id: UUID, page: Page) -> tuple[list[Drifted], int]:
        """A page, the least alike first, and the number of all."""
        values = {**self._of(run_id), "limit": page.limit, "offset": page.offset}
        async with self._tx.cursor(row_factory=class_row(_DriftRow)) as cursor:
            await cursor.execute(QUERIES["page_of_drifts"], values)
            rows = await cursor.fetchall()
        return [row.noun() for row in rows], await self._count("count_drifts", **self._of(run_id))

    def _of(self, run_id: UUID) -> dict[str, object]:
        return {"tenant_id": self._tenant_id, "run_id": run_id}

    async def _project(self, query: str, /, **values: object) -> Project | None:
        async with self._tx.cursor(row_factory=class_row(Project)) as cursor:
            await cursor.execute(QUERIES[query], {"tenant_id": self._tenant_id, **values})
            return await cursor.fetchone()

    async def _count(self, query: str, /, **values: object) -> int:
        row: tuple[int] | None = await (await self._execute(query, **values)).fetchone()
        return row[0] if row else 0

    async def _execute(self, query: str, /, **values: object) -> AsyncCursor[TupleRow]:
        return await self._tx.execute(QUERIES[query], {"tenant_id": self._tenant_id, **values})


async def forget(tx: Transaction, after: timedelta, limit: int) -> int:
    """How many went; whose they were does not matter."""
    return (await tx.execute(QUERIES["forget"], {"after": after, "limit": limit})).rowcount


def _json(rows: Sequence[msgspec.Struct]) -> str:
    # PostgreSQL's jsonb has no NUL; a page may.
    return msgspec.json.encode(rows).decode().replace("\\u0000", "\\ufffd")
