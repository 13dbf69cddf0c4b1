"""What a plan allows, over a real database: storage, workers, minutes."""

import asyncio
from datetime import UTC, datetime
from typing import LiteralString
from uuid import UUID, uuid4

import pytest

from shifty.database.pool import Database
from shifty.dispatch.claim import claim_any
from shifty.dispatch.model import Claimant, Drained, Idle, Lease
from shifty.orchestration.request import RunRequest
from shifty.orchestration.start import start_run
from shifty.tenants.errors import QuotaExceeded, TenantNotFound
from shifty.tenants.plan import PlanChanges, change_plan
from shifty.tenants.quota import (
    count_minutes,
    find_seat,
    require_minutes,
    require_storage,
    require_workers,
)
from shifty.tenants.usage import usage
from tests.runs.seed import Seed
from tests.support.runs import HALF_A_MINUTE, HandWorker, ledger, let_expire, start, suite


async def store_bytes(db: Database, tenant_id: UUID, size: int) -> None:
    """As the artifacts room keeps it."""
    async with db.connection() as connection:
        await connection.execute(
            "insert into tenant_storage (tenant_id, bytes) values (%s, %s)"
            " on conflict (tenant_id) do update set bytes = tenant_storage.bytes + excluded.bytes",
            (tenant_id, size),
        )


async def test_nothing_is_limited_unless_a_plan_says_so(db: Database, tenant_id: UUID) -> None:
    await store_bytes(db, tenant_id, 2**50)

    async with db.transaction() as tx:
        await require_storage(tx, tenant_id, 2**50)
        await require_workers(tx, tenant_id, 20)
        await require_minutes(tx, tenant_id)
        assert await find_seat(tx, tenant_id, uuid4()) is None
    used = await usage(db, tenant_id)
    assert (used.plan.retention_days, used.plan.max_storage_bytes, used.plan.max_workers) == (30, None, None)


async def test_a_plan_changes_only_in_what_is_named(db: Database, tenant_id: UUID) -> None:
    await change_plan(db, tenant_id, PlanChanges(retention_days=60, max_workers=3, max_minutes_per_month=10))
    await change_plan(db, tenant_id, PlanChanges(max_storage_bytes=5, max_workers="unlimited"))

    plan = (await usage(db, tenant_id)).plan
    assert (plan.retention_days, plan.max_storage_bytes, plan.max_workers) == (60, 5, None)
    assert plan.max_minutes_per_month == 10
    with pytest.raises(TenantNotFound):
        await change_plan(db, uuid4(), PlanChanges())


async def test_storage_ends_at_the_plans_last_byte(db: Database, tenant_id: UUID) -> None:
    await change_plan(db, tenant_id, PlanChanges(max_storage_bytes=1000))
    await store_bytes(db, tenant_id, 400)

    async with db.transaction() as tx:
        await require_storage(tx, tenant_id, 600)
        with pytest.raises(QuotaExceeded) as refused:
            await require_storage(tx, tenant_id, 601)

    assert refused.value.code == "QUOTA_EXCEEDED"
    assert refused.value.details == {"quota": "storage", "limit": 1000, "used": 400, "requested": 601}
    assert "shifty tenants set" in refused.value.message
    assert "--max-storage" in refused.value.message


async def test_two_uploads_that_fit_alone_do_not_both_get_in(db: Database, tenant_id: UUID) -> None:
    await change_plan(db, tenant_id, PlanChanges(max_storage_bytes=100))

    async def upload() -> None:
        async with db.transaction() as tx:
            await require_storage(tx, tenant_id, 60)
            await tx.execute(
                "insert into tenant_storage (tenant_id, bytes) values (%s, 60)"
                " on conflict (tenant_id) do update set bytes = tenant_storage.bytes + 60",
                (tenant_id,),
            )

    ended = await asyncio.gather(*(upload() for _ in range(4)), return_exceptions=True)

    assert sorted(type(outcome).__name__ for outcome in ended) == ["NoneType", *["QuotaExceeded"] * 3]


async def test_a_run_that_asks_for_more_workers_than_the_plan_has_is_refused(db: Database, tenant_id: UUID) -> None:
    await change_plan(db, tenant_id, PlanChanges(max_workers=3))

    async with db.transaction() as tx:
        await require_workers(tx, tenant_id, 3)
        with pytest.raises(QuotaExceeded) as refused:
            await require_workers(tx, tenant_id, 4)

    assert refused.value.details == {"quota": "workers", "limit": 3, "used": 0, "requested": 4}


async def test_a_surplus_worker_waits_and_is_told_why(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(files=12))
    await change_plan(db, tenant_id, PlanChanges(max_workers=2))
    first, second, third = (HandWorker(db, key, name) for name in ("w1", "w2", "w3"))
    lease = await first.lease()
    await second.lease()

    waits = await third.claim()

    assert isinstance(waits, Idle)
    assert waits.reason is not None
    assert "2 workers at once" in waits.reason
    # Who holds a lease keeps it, and between two batches a worker keeps its place.
    assert await first.claim() == lease
    await first.pass_all(lease)
    await first.finish(lease)
    assert isinstance(await third.claim(), Idle)
    assert isinstance(await first.claim(), Lease)


async def test_the_plan_counts_the_workers_of_all_runs(db: Database, tenant_id: UUID) -> None:
    one, two = [await start(db, tenant_id, suite(files=4)) for _ in range(2)]
    await change_plan(db, tenant_id, PlanChanges(max_workers=1))
    worker = HandWorker(db, one)
    await worker.lease()

    assert isinstance(await HandWorker(db, two).claim(), Idle)
    pool = await claim_any(db, tenant_id, None, Claimant(uuid4(), "pool"), HALF_A_MINUTE)

    assert isinstance(pool, Idle)
    assert pool.reason
    assert (await usage(db, tenant_id)).workers == 1
    # The same machine in another run is no second worker.
    assert isinstance(await HandWorker(db, two, id=worker.id).claim(), Lease)


async def test_a_worker_that_is_lost_or_leaves_makes_room(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(files=6))
    await change_plan(db, tenant_id, PlanChanges(max_workers=1))
    first, second, third = (HandWorker(db, key, name) for name in ("w1", "w2", "w3"))
    lease = await first.lease()
    assert isinstance(await second.claim(), Idle)

    await first.finish(lease, "returned")

    lease = await second.lease()
    assert isinstance(await third.claim(), Idle)
    await let_expire(db, lease)
    await silent_for_a_minute(db, second.id)
    assert isinstance(await third.claim(), Idle)  # Its lease is not taken from it yet.
    await second.finish(lease, "lost")
    assert isinstance(await third.claim(), Lease)


async def silent_for_a_minute(db: Database, worker_id: UUID) -> None:
    async with db.connection() as connection:
        await connection.execute(
            "update workers set last_seen_at = last_seen_at - interval '1 minute' where id = %s", (worker_id,)
        )


async def test_workers_of_runs_that_are_over_take_no_place(db: Database, tenant_id: UUID) -> None:
    await change_plan(db, tenant_id, PlanChanges(max_workers=1))
    one, two = [await start(db, tenant_id, suite(files=1), workers=1) for _ in range(2)]
    first, second = HandWorker(db, one), HandWorker(db, two)
    lease = await first.lease()
    assert isinstance(await second.claim(), Idle)

    await first.pass_all(lease)
    await first.finish(lease)

    assert (await ledger(db, one)).status == "completed"
    assert isinstance(await second.claim(), Lease)
    assert isinstance(await first.claim(), Drained)


async def test_two_claims_at_once_do_not_take_the_last_place_both(db: Database, tenant_id: UUID) -> None:
    keys = [await start(db, tenant_id, suite(files=2)) for _ in range(4)]
    await change_plan(db, tenant_id, PlanChanges(max_workers=1))

    answers = await asyncio.gather(*(HandWorker(db, key).claim() for key in keys))

    assert sorted(type(answer).__name__ for answer in answers) == ["Idle", "Idle", "Idle", "Lease"]


_DURATION: LiteralString = "update runs set test_duration_ms = %(ms)s where id = %(run)s and tenant_id = %(tenant_id)s"
_CLOSED: LiteralString = "update runs set closed = true where id = %(run)s and tenant_id = %(tenant_id)s"


async def test_minutes_of_a_run_are_counted_once_however_often_it_is_closed(db: Database, tenant_id: UUID) -> None:
    seed = Seed(db, tenant_id)
    for _ in range(2):
        run = await seed.run(status="running")
        await seed.execute(_DURATION, run=run, ms=90_000)
        for _ in range(2):
            async with db.transaction() as tx:
                await count_minutes(tx, tenant_id, run)
                await tx.execute(_CLOSED, {"run": run, "tenant_id": tenant_id})

    used = await usage(db, tenant_id)
    assert used.minutes == 3
    assert used.month == f"{datetime.now(UTC):%Y-%m}"


async def test_a_run_that_ends_costs_the_time_of_its_tests(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(files=1), workers=1)
    worker = HandWorker(db, key)
    lease = await worker.lease()
    await worker.pass_all(lease)
    await worker.finish(lease)

    async with db.connection() as connection:
        cursor = await connection.execute("select ms from tenant_minutes where tenant_id = %s", (tenant_id,))
        assert await cursor.fetchall() == [(100,)]


async def test_a_month_without_minutes_left_starts_no_run(db: Database, tenant_id: UUID) -> None:
    await change_plan(db, tenant_id, PlanChanges(max_minutes_per_month=2))
    run = await Seed(db, tenant_id).run(status="running")
    await Seed(db, tenant_id).execute(_DURATION, run=run, ms=119_000)
    async with db.transaction() as tx:
        await count_minutes(tx, tenant_id, run)
        await require_minutes(tx, tenant_id)
        await tx.execute(
            "update tenant_minutes set ms = 120000 where tenant_id = %s",
            (tenant_id,),
        )

    with pytest.raises(QuotaExceeded) as refused:
        await start_run(db, tenant_id, RunRequest(("a.spec.ts",), workers=1))

    assert refused.value.details == {"quota": "minutes", "limit": 2, "used": 2, "requested": 1}
    async with db.connection() as connection:
        await connection.execute("update tenant_minutes set month = month - 31 where tenant_id = %s", (tenant_id,))
    assert (await start_run(db, tenant_id, RunRequest(("a.spec.ts",), workers=1))).is_new


async def test_a_run_with_too_many_workers_is_not_stored(db: Database, tenant_id: UUID) -> None:
    await change_plan(db, tenant_id, PlanChanges(max_workers=2))

    with pytest.raises(QuotaExceeded):
        await start_run(db, tenant_id, RunRequest(("a.spec.ts",), workers=3))

    async with db.connection() as connection:
        cursor = await connection.execute("select count(*) from runs where tenant_id = %s", (tenant_id,))
        assert await cursor.fetchone() == (0,)
