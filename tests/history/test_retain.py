"""Months of history: made ahead, dropped as a whole."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from shifty.database.pool import Database
from shifty.history.retain import retain
from tests.history.past import Past, failed, passed, take_in

SPRING = datetime(2025, 4, 30, 23, 59, 59, tzinfo=UTC)
SUMMER = datetime(2025, 7, 1, tzinfo=UTC)


@pytest.fixture
async def db(fresh_database: str) -> AsyncGenerator[Database]:
    """A database of its own: partitions are everybody's."""
    database = await Database.open(fresh_database)
    yield database
    await database.close()


async def test_a_run_is_folded_into_the_partition_of_its_month(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)

    await past.folded(failed(), at=SPRING)
    await past.folded(passed(), at=SUMMER)

    assert await _rows(db, "test_results_2025_04") == 1
    assert await _rows(db, "error_occurrences_2025_04") == 1
    assert await _rows(db, "test_results_2025_07") == 1
    assert await _rows(db, "test_results_other") == 0


async def test_runs_of_several_projects_are_the_first_of_their_month_at_once(db: Database, tenant_id: UUID) -> None:
    pasts = [Past(db, tenant_id, f"p{n}") for n in range(5)]
    runs = [await past.run(failed(), passed("b"), at=moment) for past in pasts for moment in (SPRING, SUMMER)]

    await asyncio.gather(*(take_in(db, tenant_id, run) for run in runs))

    assert await _runs(db) == set(runs)
    assert await _rows(db, "test_results_other") == 0


async def test_the_next_month_is_made_ahead(db: Database) -> None:
    await retain(db, 13, now=datetime(2025, 12, 31, 23, 0, tzinfo=UTC))

    assert {"test_results_2025_12", "test_results_2026_01", "error_occurrences_2026_01"} <= await _partitions(db)


async def test_whole_months_that_are_too_old_are_dropped(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    old = await past.folded(failed(), at=SPRING)
    young = await past.folded(passed("lives"), at=datetime(2025, 5, 1, tzinfo=UTC))

    await retain(db, 2, now=SUMMER)

    assert not {"test_results_2025_04", "error_occurrences_2025_04"} & await _partitions(db)
    assert await _runs(db) == {young}
    assert old not in await _runs(db)


async def test_nothing_is_dropped_before_its_time(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    run = await past.folded(passed(), at=SPRING)

    await retain(db, 2, now=datetime(2025, 6, 30, 23, 59, tzinfo=UTC))

    assert await _runs(db) == {run}


async def test_old_rows_without_a_partition_are_deleted(db: Database, tenant_id: UUID) -> None:
    for moment in (SPRING, SUMMER):
        await _add_without_partition(db, tenant_id, moment)

    await retain(db, 2, now=SUMMER)

    assert await _rows(db, "test_results_other") == 1
    assert await _rows(db, "error_occurrences_other") == 1


async def test_a_run_whose_month_has_rows_without_a_partition_is_folded_all_the_same(
    db: Database, tenant_id: UUID
) -> None:
    await _add_without_partition(db, tenant_id, SPRING)

    run = await Past(db, tenant_id).folded(passed(), at=SPRING)

    assert run in await _runs(db)
    assert "test_results_2025_04" not in await _partitions(db)


async def test_tests_that_no_run_had_for_so_long_are_forgotten(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    await past.folded(passed("gone"), passed("stays"), at=SPRING)
    await past.folded(passed("stays"), at=SUMMER)

    await retain(db, 2, now=SUMMER)

    async with db.connection() as connection:
        cursor = await connection.execute("select title_path[2] from known_tests")
        assert [row[0] for row in await cursor.fetchall()] == ["stays"]


async def test_who_reads_history_is_not_held_up_by_a_drop_for_long(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    run = await past.folded(passed(), at=SPRING)

    async with db.transaction() as reader:
        await reader.execute("select count(*) from test_results")
        # It gives up after two seconds, while the reader still reads.
        await retain(db, 2, now=SUMMER)
        assert await _runs(db) == {run}

    await retain(db, 2, now=SUMMER)
    assert await _runs(db) == set()


async def test_two_servers_retain_at_once(db: Database, tenant_id: UUID) -> None:
    await Past(db, tenant_id).folded(passed(), at=SPRING)

    await asyncio.gather(*(retain(db, 2, now=SUMMER) for _ in range(4)))

    assert await _runs(db) == set()
    assert {"test_results_2025_07", "test_results_2025_08"} <= await _partitions(db)


async def _add_without_partition(db: Database, tenant_id: UUID, moment: datetime) -> None:
    async with db.connection() as connection:
        await connection.execute(
            "insert into test_results (tenant_id, project_id, run_id, test_ref, ended_at, outcome, retried, burst,"
            " quarantined, attempts, failed_attempts, duration_ms, failed_ms)"
            " values (%s, 1, %s, 1, %s, 'passed', false, false, false, 1, 0, 1, 0)",
            (tenant_id, uuid4(), moment),
        )
        await connection.execute(
            "insert into error_occurrences (tenant_id, project_id, group_id, run_id, test_ref, attempts, ended_at)"
            " values (%s, 1, 1, %s, 1, 1, %s)",
            (tenant_id, uuid4(), moment),
        )


async def _rows(db: Database, table: str) -> int:
    async with db.connection() as connection:
        cursor = await connection.execute(f"select count(*) from {table}".encode())
        row = await cursor.fetchone()
    assert row
    return row[0]


async def _partitions(db: Database) -> set[str]:
    async with db.connection() as connection:
        cursor = await connection.execute("select relname from pg_class where relispartition and relkind = 'r'")
        return {row[0] for row in await cursor.fetchall()}


async def _runs(db: Database) -> set[UUID]:
    async with db.connection() as connection:
        cursor = await connection.execute("select run_id from test_results")
        return {row[0] for row in await cursor.fetchall()}
