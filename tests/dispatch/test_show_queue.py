"""What waits and why, who works, what was lost."""

from uuid import UUID, uuid4

from shifty.database.pool import Database
from shifty.dispatch.queue_model import Seats
from shifty.dispatch.show_queue import place, show_queue
from shifty.dispatch.store import QUERIES
from shifty.orchestration.reap import reap
from tests.support.plans import plan_of
from tests.support.runs import HALF_A_MINUTE, HandWorker, leased_tests, let_expire, result, start, suite


async def test_a_run_without_a_worker_says_what_to_type(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(4, 2), workers=2)

    (waiting,) = (await show_queue(db, tenant_id)).waiting

    assert (waiting.position, waiting.why) == (1, "noWorkers")
    assert waiting.command == f"shifty worker --run {key.run_id}"
    assert (waiting.run.waiting_tests, waiting.run.waiting_shards, waiting.run.leases) == (8, 2, 0)
    assert waiting.run.given_up_at is not None


async def test_runs_stand_in_the_order_in_which_they_are_taken_up(db: Database, tenant_id: UUID) -> None:
    keys = [await start(db, tenant_id, suite(2)) for _ in range(3)]

    queue = await show_queue(db, tenant_id)

    assert [place.run.run_id for place in queue.waiting] == [key.run_id for key in keys]
    assert queue.waiting_runs == 3


async def test_a_run_whose_workers_are_busy_needs_nothing(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(8), workers=1)
    await HandWorker(db, key).lease()

    (waiting,) = (await show_queue(db, tenant_id)).waiting

    assert (waiting.why, waiting.command, waiting.run.given_up_at) == ("busy", None, None)


async def test_a_run_behind_others_of_its_project_waits_for_their_workers(db: Database, tenant_id: UUID) -> None:
    await HandWorker(db, await start(db, tenant_id, suite(8), workers=1)).lease()
    behind = await start(db, tenant_id, suite(2))

    found = {place.run.run_id: place.why for place in (await show_queue(db, tenant_id)).waiting}

    assert found[behind.run_id] == "behind"


async def test_a_full_plan_is_the_reason(db: Database, tenant_id: UUID) -> None:
    await start(db, tenant_id, suite(2))
    (waiting,) = (await show_queue(db, tenant_id)).waiting

    full = place(1, waiting.run, Seats(most=3, taken=3))

    assert (full.why, full.command) == ("planFull", None)
    assert "3 workers at once" in full.sentence


async def test_a_worker_at_work_shows_its_batch_and_how_far_it_has_come(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(1, 4), workers=1)
    worker = HandWorker(db, key, "mac")
    lease = await worker.lease()
    (item, first), (_, second), *_ = leased_tests(lease)
    await worker.report(lease, [result(item, first)])
    await worker.begin(lease, item, second)

    queue = await show_queue(db, tenant_id)

    (shown,) = queue.workers
    assert (shown.name, shown.doing, shown.seq, shown.files) == ("mac", "working", 1, ["tests/000.spec.ts"])
    assert (shown.done, shown.tests, shown.running) == (1, 4, ["test 1"])
    assert shown.expires_in_ms is not None
    assert queue.others == []


async def test_a_lost_worker_is_listed_and_so_is_its_lease(db: Database, tenant_id: UUID) -> None:
    key = await start(db, tenant_id, suite(4), workers=2)
    lost = HandWorker(db, key, "lost")
    await let_expire(db, await lost.lease())
    await reap(db, HALF_A_MINUTE)

    queue = await show_queue(db, tenant_id)

    assert [(worker.name, worker.doing) for worker in queue.others] == [("lost", "lost")]
    assert [(lease.worker, lease.seq, lease.run_id) for lease in queue.lost] == [("lost", 1, key.run_id)]


async def test_another_tenants_and_another_projects_queue_is_not_shown(db: Database, tenant_id: UUID) -> None:
    await HandWorker(db, await start(db, tenant_id, suite(8))).lease()

    for queue in (await show_queue(db, uuid4()), await show_queue(db, tenant_id, "another")):
        assert (queue.waiting, queue.workers, queue.others, queue.lost) == ([], [], [], [])
    assert len((await show_queue(db, tenant_id, "shop")).workers) == 1


async def test_lost_leases_are_found_by_their_index(db: Database) -> None:
    values = {"tenant_id": uuid4(), "only": None, "most": 100, "lost_within": HALF_A_MINUTE}

    assert "leases_lost" in await plan_of(db, QUERIES["lost_leases"], values)
