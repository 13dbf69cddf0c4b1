"""History from the results anew."""

from uuid import UUID

from shifty.database.pool import Database
from shifty.history.facts import due
from shifty.history.refold import refold
from tests.history.past import DAY, NOW, Past, failed, passed, retried, take_in


async def test_the_same_results_give_the_same_history(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    names = [f"t{n}" for n in range(30)]
    for day in range(9, 0, -1):
        await past.folded(*map(failed, names[:day]), *map(retried, names[day:15]), at=NOW - day * DAY)
        await past.folded(*map(failed, names[:15]), *map(passed, names[15:]), at=NOW - day * DAY + DAY / 2)
    before = await _everything(past)

    assert await refold(db, tenant_id, past.project) == 18
    await _take_all_in(past)

    assert await _everything(past) == before


async def test_what_was_known_of_a_run_stays_until_its_turn_comes(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    await past.folded(failed())
    before = await _everything(past)

    await refold(db, tenant_id, past.project)

    assert await _everything(past) == before
    # Lists count the runs that history has.
    assert await _folded(past) == 1
    await _take_all_in(past)
    assert await _folded(past) == 1
    async with db.connection() as connection:
        assert await due(connection, 10, tenant_id) == []


async def test_who_wants_new_runs_only_gets_none_that_is_taken_in_again(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    await past.folded(passed(), at=NOW - DAY)
    new = await past.run(passed())

    await refold(db, tenant_id, past.project)

    async with db.connection() as connection:
        assert [run.run_id for run in await due(connection, 10, tenant_id, again=False)] == [new]


async def test_runs_are_due_in_the_order_of_their_end(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    late = await past.folded(passed(), at=NOW)
    early = await past.folded(passed(), at=NOW - DAY)

    await refold(db, tenant_id, past.project)

    async with db.connection() as connection:
        assert [run.run_id for run in await due(connection, 10, tenant_id)] == [early, late]
        assert [run.run_id for run in await due(connection, 1, tenant_id)] == [early]


async def test_other_projects_and_tenants_are_left_alone(db: Database, tenant_id: UUID, other_tenant: UUID) -> None:
    past = Past(db, tenant_id)
    await past.folded(passed())
    await Past(db, tenant_id, "other").folded(passed())
    await Past(db, other_tenant).folded(passed())

    assert await refold(db, tenant_id, past.project) == 1
    assert await refold(db, tenant_id, "unknown") == 0

    async with db.connection() as connection:
        assert len(await due(connection, 10, tenant_id)) == 1
        assert await due(connection, 10, other_tenant) == []


async def test_a_run_whose_ledger_is_gone_keeps_what_history_has_of_it(db: Database, tenant_id: UUID) -> None:
    past = Past(db, tenant_id)
    run = await past.folded(failed())
    before = await _everything(past)
    async with db.connection() as connection:
        await connection.execute("delete from tests where run_id = %s", (run,))

    await refold(db, tenant_id, past.project)
    await _take_all_in(past)

    assert await _everything(past) == before


async def _folded(past: Past) -> int:
    async with past.db.connection() as connection:
        cursor = await connection.execute(
            "select count(*) from runs where tenant_id = %s and folded_at is not null", (past.tenant_id,)
        )
        row = await cursor.fetchone()
    assert row
    return row[0]


async def _take_all_in(past: Past) -> None:
    async with past.db.connection() as connection:
        runs = await due(connection, 100, past.tenant_id)
    for run in runs:
        await take_in(past.db, past.tenant_id, run.run_id)


async def _everything(past: Past) -> list[str]:
    """Every byte of it, but for the numbers that the database gives to rows that are written anew."""
    async with past.db.connection() as connection:
        cursor = await connection.execute(
            "select x::text from test_results x where tenant_id = %(tenant)s"
            " union all select x::text from known_tests x where tenant_id = %(tenant)s"
            " union all select x::text from error_groups x where tenant_id = %(tenant)s"
            " union all select x::text from error_occurrences x where tenant_id = %(tenant)s order by 1",
            {"tenant": past.tenant_id},
        )
        return [row[0] for row in await cursor.fetchall()]
