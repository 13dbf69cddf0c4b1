"""p50, p95 and p99 of a test, from fold to fold."""

from uuid import UUID

import pytest

from shifty.database.pool import Database
from tests.history.past import DAY, NOW, Past, passed, take_in


async def _measured(db: Database, tenant_id: UUID, run: UUID, durations_ms: list[int], runs: int) -> None:
    """What planning keeps once the run has closed."""
    async with db.connection() as connection:
        await connection.execute(
            "insert into test_history (project_id, tenant_id, test_id, file, title_path, durations_ms, p50_ms, runs,"
            " last_seen_at) select project_id, tenant_id, %s, 'f', '{t}', %s, %s, %s, now() from runs where id = %s"
            " on conflict (project_id, test_id) do update set durations_ms = excluded.durations_ms,"
            " p50_ms = excluded.p50_ms, runs = excluded.runs",
            (passed().test_id, durations_ms, sorted(durations_ms)[len(durations_ms) // 2], runs, run),
        )


async def _percentiles(db: Database, tenant_id: UUID) -> tuple[int, int, int]:
    async with db.connection() as connection:
        cursor = await connection.execute(
            "select p50_ms, p95_ms, p99_ms from known_tests where tenant_id = %s", (tenant_id,)
        )
        row = await cursor.fetchone()
    assert row
    return row


@pytest.mark.parametrize("runs", range(2, 6))
async def test_those_of_a_young_test_are_renewed_by_every_run(runs: int, db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    first = await past.run(passed(), at=NOW - DAY)
    await _measured(db, tenant_id, first, [35], 1)
    await take_in(db, tenant_id, first)

    second = await past.run(passed(), at=NOW)
    await _measured(db, tenant_id, second, [63, 35, 90], runs)
    await take_in(db, tenant_id, second)

    assert await _percentiles(db, tenant_id) == (63, 90, 90)


@pytest.mark.parametrize("runs", range(60, 64))
async def test_no_percentile_is_below_a_lower_one(runs: int, db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    first = await past.run(passed(), at=NOW - DAY)
    await _measured(db, tenant_id, first, [35] * 50, 50)
    await take_in(db, tenant_id, first)

    second = await past.run(passed(), at=NOW)
    await _measured(db, tenant_id, second, [100] * 50, runs)
    await take_in(db, tenant_id, second)

    assert await _percentiles(db, tenant_id) == (100, 100, 100)
