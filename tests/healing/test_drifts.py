"""A locator that still matches, but another element than it used to."""

import asyncio
from uuid import UUID, uuid4

import pytest

from shifty.database.pool import Database
from shifty.healing.drifts import list_drifts
from shifty.healing.model import Drifted
from shifty.healing.remember import remember
from shifty.healing.wire import Seen, SeenAnswer
from shifty.web.pagination import Page
from tests.healing.elements import FILE, button, seen, told
from tests.runs.seed import Seed

SAVE = button("Save", id="save", test_id="save")
DELETE = button("Delete", id="delete", test_id="delete", classes=["danger"])


@pytest.fixture
async def run_id(db: Database, tenant_id: UUID) -> UUID:
    return await Seed(db, tenant_id).run(project="shop")


async def pass_with(db: Database, tenant_id: UUID, run_id: UUID | None, *uses: Seen) -> SeenAnswer:
    return await remember(db, tenant_id, told(*uses, run_id=str(run_id) if run_id else None))


async def drifts(db: Database, tenant_id: UUID, run_id: UUID) -> list[Drifted]:
    return list((await list_drifts(db, tenant_id, run_id, Page(200), only=None)).drifts)


async def test_another_element_is_told_of_once(db: Database, tenant_id: UUID, run_id: UUID) -> None:
    await pass_with(db, tenant_id, run_id, seen(SAVE, ".btn"))

    first = await pass_with(db, tenant_id, run_id, seen(DELETE, ".btn"))
    again = await pass_with(db, tenant_id, run_id, seen(DELETE, ".btn"))
    back = await pass_with(db, tenant_id, run_id, seen(SAVE, ".btn"))

    assert (first.drifted, again.drifted, back.drifted) == (1, 0, 0)
    (drift,) = await drifts(db, tenant_id, run_id)
    assert (drift.selector, drift.file, drift.line, drift.was, drift.is_now) == (".btn", FILE, 12, SAVE, DELETE)
    assert drift.similarity < 0.15
    assert "Save" in drift.explanation


async def test_the_same_element_with_another_look_has_not_drifted(db: Database, tenant_id: UUID, run_id: UUID) -> None:
    await pass_with(db, tenant_id, run_id, seen(SAVE))

    answer = await pass_with(db, tenant_id, run_id, seen(button("Save", id="save", test_id="save", classes=["new"])))

    assert (answer.stored, answer.drifted) == (1, 0)


async def test_a_page_that_was_made_anew_does_not_flood_the_report(db: Database, tenant_id: UUID, run_id: UUID) -> None:
    lines = range(1, 80)
    await pass_with(db, tenant_id, run_id, *(seen(SAVE, line=line) for line in lines))

    answers = [
        await pass_with(db, tenant_id, run_id, *(seen(DELETE, line=line) for line in part))
        for part in (lines[:40], lines[40:])
    ]

    assert [answer.drifted for answer in answers] == [40, 10]
    assert len(await drifts(db, tenant_id, run_id)) == 50


async def test_two_that_notice_it_at_once_tell_of_it_once(db: Database, tenant_id: UUID, run_id: UUID) -> None:
    await pass_with(db, tenant_id, run_id, seen(SAVE))

    await asyncio.gather(*(pass_with(db, tenant_id, run_id, seen(DELETE)) for _ in range(6)))

    assert len(await drifts(db, tenant_id, run_id)) == 1


async def test_without_a_run_of_this_tenant_there_is_nothing_to_report_to(
    db: Database, tenant_id: UUID, run_id: UUID
) -> None:
    await pass_with(db, tenant_id, None, seen(SAVE))

    answers = [await pass_with(db, tenant_id, of, seen(button(str(of)))) for of in (None, uuid4())]

    assert [answer.drifted for answer in answers] == [0, 0]
    assert await drifts(db, tenant_id, run_id) == []


async def test_a_run_that_goes_takes_its_drifts_along(db: Database, tenant_id: UUID, run_id: UUID) -> None:
    await pass_with(db, tenant_id, run_id, seen(SAVE))
    await pass_with(db, tenant_id, run_id, seen(DELETE))

    async with db.connection() as connection:
        await connection.execute("delete from runs where id = %s", (run_id,))
        cursor = await connection.execute("select count(*) from drifts where tenant_id = %s", (tenant_id,))

        assert await cursor.fetchone() == (0,)
