"""Keep what locators hit in tests that passed, and notice those that hit something else than before."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from shifty.database.pool import Database
from shifty.healing.digest import digest_of
from shifty.healing.engine.element import Element
from shifty.healing.engine.same import DRIFTED, describe_drift, sameness
from shifty.healing.model import Project
from shifty.healing.store import HealingStore, NewDrift, Remembered
from shifty.healing.wire import Seen, SeenAnswer, SeenRequest
from shifty.ids import parse_run_id

LARGEST: Final = 64 * 1024
"""Bytes of an element that is kept. Those that the hook collects have a few KiB."""


async def remember(db: Database, tenant_id: UUID, told: SeenRequest, only: str | None = None) -> SeenAnswer:
    """Keep ``told``; what is sent again only moves times. A project that is not there yet is made.

    A drift is reported once: what a locator hits from then on is its fingerprint.
    """
    run_id = parse_run_id(told.run_id) if told.run_id else None
    uses = [use for use in _each_once(told.seen) if _is_kept(use[0].element)]
    rows = [_row(n, seen, passes) for n, (seen, passes) in enumerate(uses)]
    project = await _project(db, tenant_id, told.project, run_id, only)
    drifts = await _drifts(db, tenant_id, project, rows, uses) if run_id else []
    async with db.transaction() as tx:
        store = HealingStore(tx, tenant_id)
        if rows:
            await store.remember(project.id, rows)
        drifted = await store.add_drifts(project.id, run_id, drifts) if run_id and drifts else 0
    return SeenAnswer(stored=len(rows), drifted=drifted)


async def _project(db: Database, tenant_id: UUID, slug: str, run_id: UUID | None, only: str | None) -> Project:
    async with db.connection() as connection:
        store = HealingStore(connection, tenant_id)
        project = await store.project(slug, run_id, only)
        if project is None:
            await store.add_project(slug)
            project = await store.project(slug)
    assert project is not None
    return project


async def _drifts(
    db: Database,
    tenant_id: UUID,
    project: Project,
    rows: Sequence[Remembered],
    uses: Sequence[tuple[Seen, int]],
) -> list[NewDrift]:
    async with db.connection() as connection:
        changed = await HealingStore(connection, tenant_id).changed(project.id, rows)
    # Off the event loop: a page that was made anew changes every locator of a batch.
    return await asyncio.to_thread(_judge, changed, rows, [seen.element for seen, _ in uses]) if changed else []


def _judge(changed: Mapping[int, Element], rows: Sequence[Remembered], elements: Sequence[Element]) -> list[NewDrift]:
    found: list[NewDrift] = []
    for n, was in changed.items():
        row, now = rows[n], elements[n]
        similarity = sameness(was, now)
        if similarity < DRIFTED:
            found.append(
                NewDrift(
                    test_id=row.test_id,
                    file=row.file,
                    line=row.line,
                    selector=row.selector,
                    similarity=similarity,
                    was=was,
                    is_now=now,
                    explanation=describe_drift(was, now),
                )
            )
    return found


def _is_kept(element: Element) -> bool:
    return len(msgspec.json.encode(element)) <= LARGEST


def _each_once(seen: Sequence[Seen]) -> list[tuple[Seen, int]]:
    """The last of each use, with the longest wait of all, and how many there were."""
    uses: dict[tuple[object, ...], tuple[Seen, int]] = {}
    for one in seen:
        key = (one.test_id, one.call_site.file, one.call_site.line, one.selector)
        before, passes = uses.get(key, (one, 0))
        longest = max(one.waited_ms, before.waited_ms)
        uses[key] = (msgspec.structs.replace(one, waited_ms=longest), passes + 1)
    return list(uses.values())


def _row(n: int, seen: Seen, passes: int) -> Remembered:
    return Remembered(
        n=n,
        test_id=seen.test_id,
        file=seen.call_site.file,
        line=seen.call_site.line,
        selector=seen.selector,
        digest=digest_of(seen.element),
        version={"element": seen.element, "url": seen.url},
        waited_ms=seen.waited_ms,
        passes=passes,
    )
