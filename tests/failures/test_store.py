"""Occurrences of errors, over runs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from shifty.database.pool import Database
from shifty.failures.classify import find
from shifty.failures.model import Occurrence
from shifty.failures.store import FailureStore, forget_groups
from tests.history.past import NOW, Past, failed

REFUSED = "Error: connect ECONNREFUSED 127.0.0.1:{}"


@pytest.fixture
def past(db: Database, tenant_id: UUID) -> Past:
    return Past(db, tenant_id)


async def record(past: Past, run_id: UUID, at: datetime, occurrences: Sequence[Occurrence]) -> None:
    async with past.db.transaction() as tx:
        await tx.execute("select ensure_history_month(%s)", (at,))
        store = FailureStore(tx, past.tenant_id)
        await store.record(await past.project_id(), run_id, at, occurrences)


async def groups(past: Past) -> list[tuple[str, str, datetime, datetime]]:
    async with past.db.connection() as connection:
        cursor = await connection.execute(
            "select message, sample, first_seen_at, last_seen_at from error_groups where tenant_id = %s order by 1",
            (past.tenant_id,),
        )
        return await cursor.fetchall()


async def occurrences(past: Past) -> list[tuple[UUID, int, int]]:
    async with past.db.connection() as connection:
        cursor = await connection.execute(
            "select run_id, test_ref, attempts from error_occurrences where tenant_id = %s order by ended_at, test_ref",
            (past.tenant_id,),
        )
        return await cursor.fetchall()


async def test_a_group_knows_when_it_was_first_and_last_seen_whatever_comes_first(past: Past) -> None:
    early, late = NOW - timedelta(days=3), NOW - timedelta(days=1)
    runs = [await past.run(failed()) for _ in range(3)]

    for run_id, at, port in zip(runs, (late, early, NOW), (1, 22, 333), strict=True):
        await record(past, run_id, at, [Occurrence(1, find(REFUSED.format(port)), 1)])

    message, sample = "Error: connect ECONNREFUSED localhost", REFUSED.format(333)
    assert await groups(past) == [(message, sample, early, NOW)]
    assert [run_id for run_id, _, _ in await occurrences(past)] == [runs[1], runs[0], runs[2]]


async def test_a_run_that_is_recorded_again_stands_there_once_as_it_was_told_last(past: Past) -> None:
    run_id = await past.run(failed())
    one, two = find("Error: one"), find("Error: two")
    await record(past, run_id, NOW, [Occurrence(7, one, 1), Occurrence(8, two, 1)])

    await record(past, run_id, NOW, [Occurrence(7, one, 1), Occurrence(7, one, 2), Occurrence(0, two, 1)])

    assert await occurrences(past) == [(run_id, 0, 1), (run_id, 7, 3)]


async def test_a_run_without_errors_leaves_none(past: Past) -> None:
    run_id = await past.run(failed())
    await record(past, run_id, NOW, [Occurrence(7, find("Error: one"), 1)])

    await record(past, run_id, NOW, [])

    assert await occurrences(past) == []


async def test_what_is_known_of_a_kind_better_now_is_kept(past: Past) -> None:
    run_id = await past.run(failed())
    finding = find("Error: one")
    await record(past, run_id, NOW, [Occurrence(7, finding, 1)])

    await record(past, run_id, NOW, [Occurrence(7, replace(finding, kind="crash"), 1)])

    async with past.db.connection() as connection:
        cursor = await connection.execute("select kind from error_groups where tenant_id = %s", (past.tenant_id,))
        assert await cursor.fetchall() == [("crash",)]


async def test_a_group_that_nobody_has_seen_for_long_is_forgotten_unless_a_run_still_has_it(past: Past) -> None:
    old = NOW - timedelta(days=400)
    run_id, gone = await past.run(failed()), await past.run(failed())
    await record(past, run_id, old, [Occurrence(7, find("Error: kept"), 1)])
    await record(past, gone, old, [Occurrence(7, find("Error: gone"), 1)])
    await record(past, gone, old, [])

    async with past.db.transaction() as tx:
        await forget_groups(tx, NOW - timedelta(days=399))

    assert [row[0] for row in await groups(past)] == ["Error: kept"]


async def test_another_tenant_has_groups_of_its_own(past: Past, db: Database) -> None:
    async with db.connection() as connection:
        cursor = await connection.execute("insert into tenants (slug) values (gen_random_uuid()::text) returning id")
        row = await cursor.fetchone()
    assert row
    other = Past(db, row[0])
    run_id = await other.run(failed())
    mine = await past.run(failed())
    await record(past, mine, NOW, [Occurrence(7, find("Error: one"), 1)])

    await record(other, run_id, NOW, [Occurrence(7, find("Error: one"), 1)])

    assert [len(await groups(each)) for each in (past, other)] == [1, 1]
    assert [run for run, _, _ in await occurrences(other)] == [run_id]
