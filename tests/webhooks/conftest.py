"""A database whose deliveries are one's own, a receiver, and runs that end."""

from collections.abc import AsyncGenerator
from datetime import datetime
from uuid import UUID

import pytest

from shifty.database.pool import Database
from shifty.results.store import RunKey
from shifty.tenants.model import Caller, Scope
from shifty.webhooks.send import Sender
from tests.support.runs import HandWorker, leased_tests, result, start, suite
from tests.webhooks.receiver import Receiver


@pytest.fixture
async def db(fresh_database: str) -> AsyncGenerator[Database]:
    """Due deliveries are everybody's: no other test may send ours."""
    database = await Database.open(fresh_database)
    yield database
    await database.close()


@pytest.fixture
def caller(tenant_id: UUID) -> Caller:
    return Caller(tenant_id, "acme", "0123456789abcdef", frozenset(Scope), None)


@pytest.fixture
async def receiver() -> AsyncGenerator[Receiver]:
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
def sender() -> Sender:
    return Sender("https://shifty.example.com/", private_addresses=True)


async def ended_run(db: Database, tenant_id: UUID, *, error: str | None = None) -> RunKey:
    """A run of three tests; the second fails with ``error``."""
    key = await start(db, tenant_id, suite(1, 3), workers=1)
    worker = HandWorker(db, key)
    lease = await worker.lease()
    results = [result(item, test) for item, test in leased_tests(lease)]
    if error is not None:
        item, test = leased_tests(lease)[1]
        results[1] = result(item, test, "failed", error_message=error)
    await worker.report(lease, results)
    await worker.finish(lease)
    return key


async def make_due(db: Database) -> None:
    """As if the pause before the next try were over."""
    async with db.connection() as connection:
        await connection.execute("update webhook_deliveries set next_try_at = now() where state = 'waiting'")


async def now(db: Database) -> datetime:
    """By the clock that counts."""
    async with db.connection() as connection:
        row = await (await connection.execute("select now()")).fetchone()
    assert row is not None
    return row[0]
