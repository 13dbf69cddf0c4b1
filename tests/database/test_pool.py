"""The pool and its transactions."""

import asyncio
from uuid import UUID, uuid4

import psycopg
import pytest

from shifty.database import pool
from shifty.database.pool import Database, connect
from shifty.errors import Unavailable, UsageError


async def test_a_transaction_commits_when_its_block_ends(db: Database, tenant_id: UUID) -> None:
    async with db.transaction() as tx:
        await tx.execute("insert into projects (tenant_id, slug) values (%s, 'shop')", (tenant_id,))

    assert await _projects(db, tenant_id) == ["shop"]


async def test_an_exception_rolls_a_transaction_back(db: Database, tenant_id: UUID) -> None:
    with pytest.raises(LookupError):  # noqa: PT012 - the block is what is tested.
        async with db.transaction() as tx:
            await tx.execute("insert into projects (tenant_id, slug) values (%s, 'shop')", (tenant_id,))
            raise LookupError

    assert await _projects(db, tenant_id) == []


async def test_times_come_in_utc_whatever_the_server_is_set_to(db: Database) -> None:
    async with db.connection() as connection:
        row = await (await connection.execute("select now(), current_setting('transaction_isolation')")).fetchone()

    assert row
    assert row[0].utcoffset().total_seconds() == 0
    assert row[1] == "read committed"


async def test_connections_that_the_server_has_closed_are_never_handed_out(db: Database) -> None:
    async with db.connection() as connection:
        mine = connection.info.backend_pid
    await _end_backends(db.dsn, mine)

    for _ in range(20):
        async with db.transaction() as tx:
            assert await (await tx.execute("select 1")).fetchone() == (1,)


async def test_a_connection_that_breaks_in_the_middle_is_told_as_unavailable(db: Database) -> None:
    with pytest.raises(Unavailable, match="away for the moment"):  # noqa: PT012 - the block is what is tested.
        async with db.transaction() as tx:
            await _end_backends(db.dsn, tx.info.backend_pid)
            await tx.execute("select 1")

    async with db.connection() as connection:
        assert await (await connection.execute("select 1")).fetchone() == (1,)


async def test_an_error_of_the_statement_stays_what_it_is(db: Database) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):  # noqa: PT012 - the block is what is tested.
        async with db.transaction() as tx:
            slug = uuid4().hex
            await tx.execute("insert into tenants (slug) values (%s), (%s)", (slug, slug))


async def test_more_callers_than_connections_take_turns(shared_dsn: str) -> None:
    db = await Database.open(shared_dsn, max_size=2)
    inside = 0
    most = 0

    async def work() -> None:
        nonlocal inside, most
        async with db.transaction() as tx:
            inside += 1
            most = max(most, inside)
            await tx.execute("select pg_sleep(0.01)")
            inside -= 1

    await asyncio.gather(*[work() for _ in range(20)])
    await db.close()

    assert most == 2


async def test_holders_of_all_connections_for_longer_than_a_slice_do_not_make_others_fail(shared_dsn: str) -> None:
    db = await Database.open(shared_dsn, max_size=1)

    async def hold() -> None:
        async with db.connection() as connection:
            await connection.execute("select pg_sleep(0.8)")

    holding = asyncio.create_task(hold())
    await asyncio.sleep(0.1)
    async with db.connection() as connection:
        assert await (await connection.execute("select 1")).fetchone() == (1,)
    await holding
    await db.close()


async def test_a_cancelled_caller_gives_its_connection_back(shared_dsn: str) -> None:
    db = await Database.open(shared_dsn, max_size=1)

    async def hold() -> None:
        async with db.transaction() as tx:
            await tx.execute("select pg_sleep(280)")

    holding = asyncio.create_task(hold())
    await asyncio.sleep(0.1)
    holding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holding

    async with asyncio.timeout(120), db.connection() as connection:
        assert await (await connection.execute("select 1")).fetchone() == (1,)
    await db.close()


async def test_a_closed_database_says_that_the_server_is_going_down(shared_dsn: str) -> None:
    db = await Database.open(shared_dsn)
    await db.close()

    with pytest.raises(Unavailable, match="going down"):
        await _projects(db, uuid4())


async def test_nobody_at_the_address_is_one_sentence_with_the_reason() -> None:
    with pytest.raises(Unavailable, match=r"can't be reached \(.*refused.*\): check that it runs"):
        await Database.open("postgresql://someone@127.0.0.1:1/x")


@pytest.mark.parametrize("address", ["postgresql://[::1/x", "port=5432 nonsense", "nonsense"])
async def test_a_malformed_address_is_a_usage_error(address: str) -> None:
    with pytest.raises(UsageError, match="malformed"):
        await connect(address)


async def test_a_dedicated_connection_listens_beside_the_pool(db: Database) -> None:
    listener = await db.dedicated()
    await listener.execute("listen told")
    async with db.connection() as connection:
        await connection.execute("select pg_notify('told', 'hello')")

    notes = [note.payload async for note in listener.notifies(timeout=60, stop_after=1)]
    await listener.close()

    assert notes == ["hello"]


def test_the_wait_for_a_server_that_is_away_is_as_documented() -> None:
    assert pool.PATIENCE_S == 5


async def _projects(db: Database, tenant_id: UUID) -> list[str]:
    async with db.connection() as connection:
        rows = await connection.execute("select slug from projects where tenant_id = %s", (tenant_id,))
        return [slug for (slug,) in await rows.fetchall()]


async def _end_backends(dsn: str, pid: int) -> None:
    """Every backend of the pool that ``pid`` belongs to: of this process, by its socket's owner, is all we can tell."""
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as other:
        await other.execute("select pg_terminate_backend(%s)", (pid,))
        while await (await other.execute("select 1 from pg_stat_activity where pid = %s", (pid,))).fetchone():
            await asyncio.sleep(0.01)
