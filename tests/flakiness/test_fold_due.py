"""Who asks waits a little for runs that have just ended, and takes nothing from others by that; whose turn it is."""

import asyncio
from collections.abc import AsyncGenerator
from uuid import UUID

import pytest
from psycopg.conninfo import make_conninfo

from shifty.database.pool import Database, Transaction
from shifty.flakiness import fold_runs
from shifty.flakiness.fold_runs import fold_due
from shifty.history.facts import Facts, due
from shifty.history.refold import refold
from tests.flakiness.seen import history
from tests.history.past import DAY, NOW, Past, facts_of, failed, passed


@pytest.fixture
async def narrow(shared_dsn: str) -> AsyncGenerator[Database]:
    """With a single connection, and late to notice a deadlock."""
    db = await Database.open(make_conninfo(shared_dsn, options="-c deadlock_timeout=3s"), max_size=1)
    yield db
    await db.close()


async def test_who_asks_while_a_project_is_busy_is_answered_and_keeps_no_connection(
    db: Database, narrow: Database, tenant_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fold_runs, "PATIENCE_S", 0.3)
    past = Past(db, tenant_id)
    await past.run(failed())

    async with db.transaction() as tx, asyncio.timeout(30):
        await Facts(tx, tenant_id).lock_project(await past.project_id())
        asked = [asyncio.create_task(fold_due(narrow, tenant_id)) for _ in range(5)]
        await asyncio.wait(asked, timeout=0.1)
        async with narrow.connection() as connection:
            await connection.execute("select 1")
        answered = await asyncio.gather(*asked)

    assert answered == [0] * 5
    assert await fold_due(narrow, tenant_id) == 1


async def test_who_asks_while_a_project_is_busy_waits_a_little_for_it(
    db: Database, tenant_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fold_runs, "PATIENCE_S", 60.0)
    monkeypatch.setattr(fold_runs, "LONGEST_WAIT_S", 60.0)
    past = Past(db, tenant_id)
    await past.run(failed())

    async with db.transaction() as tx:
        await Facts(tx, tenant_id).lock_project(await past.project_id())
        asked = asyncio.create_task(fold_due(db, tenant_id))
        await asyncio.wait({asked}, timeout=0.1)
        assert not asked.done()

    assert await asked == 1


async def test_who_asks_is_answered_although_a_run_takes_long(
    db: Database, tenant_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fold_runs, "LONGEST_WAIT_S", 0.3)
    run = await Past(db, tenant_id).run(failed())

    async with db.transaction() as tx:
        await tx.execute("select from runs where id = %s for update", (run,))
        assert await asyncio.wait_for(fold_due(db, tenant_id), 30) == 0

    monkeypatch.undo()
    await fold_due(db, tenant_id)
    assert set(await facts_of(db, run)) == {"pays"}


async def test_who_goes_away_takes_nothing_from_others_who_ask(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    await past.run(failed())

    async with db.transaction() as tx:
        await Facts(tx, tenant_id).lock_project(await past.project_id())
        first, second = (asyncio.create_task(fold_due(db, tenant_id)) for _ in range(2))
        await asyncio.wait({first, second}, timeout=0.1)
        first.cancel()
    folded = await asyncio.gather(first, second, return_exceptions=True)

    assert isinstance(folded[0], asyncio.CancelledError)
    async with db.connection() as connection:
        assert await due(connection, 10, tenant_id) == []


async def test_the_duty_leaves_a_busy_project_and_goes_on_with_others(db: Database, tenant_id: UUID) -> None:
    busy, free = Past(db, tenant_id, "busy"), Past(db, tenant_id, "free")
    await busy.run(passed(), at=NOW - DAY)
    run = await free.run(passed())

    async with db.transaction() as tx, asyncio.timeout(30):
        await Facts(tx, tenant_id).lock_project(await busy.project_id())
        await fold_due(db)

    assert set(await facts_of(db, run)) == {"pays"}
    async with db.connection() as connection:
        assert [each.project_id for each in await due(connection, 10, tenant_id)] == [await busy.project_id()]


async def test_a_run_that_has_just_ended_does_not_wait_for_those_that_are_taken_in_again(
    db: Database, tenant_id: UUID
) -> None:
    past = Past(db, tenant_id)
    old = await history(past, "P" * 3, ends=NOW - DAY)
    await fold_due(db, tenant_id)
    await refold(db, tenant_id, past.project)
    new = await past.run(passed())

    async with db.connection() as connection:
        assert [run.run_id for run in await due(connection, 10, tenant_id)] == [new, *old]
    assert await fold_due(db, tenant_id) == 1
    assert set(await facts_of(db, new)) == {"pays"}


async def test_a_project_of_many_runs_does_not_keep_others_waiting(db: Database, tenant_id: UUID) -> None:
    many, few = Past(db, tenant_id, "many"), Past(db, tenant_id, "few")
    await history(many, "P" * 5, ends=NOW - DAY)
    run = await few.run(passed())

    async with db.connection() as connection:
        assert run in [each.run_id for each in await due(connection, 2, tenant_id)]


async def test_a_run_that_ran_into_a_deadlock_is_tried_again_at_once(
    db: Database, narrow: Database, tenant_id: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    past = Past(db, tenant_id)
    await past.folded(failed(), at=NOW - DAY)
    await past.run(failed())

    async with db.transaction() as tx, asyncio.timeout(60):
        await tx.execute("set local deadlock_timeout = '60s'")
        await tx.execute("select from known_tests where tenant_id = %s for update", (tenant_id,))
        asked = asyncio.create_task(fold_due(narrow, tenant_id))
        while not await _is_waited_for(db, tx):
            await asyncio.sleep(0.01)
        # Crosswise: the fold has the project, and waits for the test.
        await Facts(tx, tenant_id).lock_project(await past.project_id())
    await asked

    assert await fold_due(narrow, tenant_id) + asked.result() == 1
    assert "could not be taken in" not in caplog.text


async def _is_waited_for(db: Database, tx: Transaction) -> bool:
    async with db.connection() as connection:
        cursor = await connection.execute(
            "select 1 from pg_stat_activity where %s = any(pg_blocking_pids(pid))", (tx.info.backend_pid,)
        )
        return await cursor.fetchone() is not None
