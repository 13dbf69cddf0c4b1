"""The client's methods against a real server."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from uuid import uuid4

import pytest

from shifty import wire
from shifty.client import AlreadyFinished, AsyncClient, Forbidden, Invalid, NotFound, QueueFull, Unauthenticated
from shifty.client.viewer import RunEnded, SnapshotTaken, TestsReported
from shifty.tenants.keys import create_key
from shifty.tenants.model import Scope
from tests.client.hand import hand_worker
from tests.support.server import RunningServer

FILES = ["a.spec.ts", "b.spec.ts"]
TESTS = [
    wire.PlannedTest(test_file="a.spec.ts", test_name="works", title_path=["works"], project_name="chromium"),
    wire.PlannedTest(test_file="b.spec.ts", test_name="fails", title_path=["fails"], project_name="chromium"),
]


@pytest.fixture
async def shifty(server: RunningServer) -> AsyncGenerator[AsyncClient]:
    async with AsyncClient(server.url, server.key, server.tenant.slug, patience_s=5) as client:
        yield client


async def failed_run(shifty: AsyncClient, server: RunningServer) -> str:
    """A run of two tests, one of which failed."""
    run = await shifty.orchestrate(FILES, worker_count=1, project="shop", branch="main", tests=TESTS)
    async with hand_worker(server):
        await shifty.wait(run.run_id)
    return run.run_id


async def test_a_run_is_read_back_with_all_that_was_given(shifty: AsyncClient) -> None:
    started = await shifty.orchestrate(
        FILES, worker_count=2, project="shop", branch="main", commit_sha="abc", metadata={"actor": "ada", "n": 1}
    )

    run = await shifty.run(started.run_id)

    assert (run.project, run.branch, run.commit_sha, run.actor) == ("shop", "main", "abc", "ada")
    assert run.metadata == {"actor": "ada", "n": 1}
    assert run.created_at is not None
    assert run.created_at.utcoffset() == timedelta(0)
    assert [shard.index for shard in run.shards] == [0, 1]


async def test_progress_ends_with_the_run(shifty: AsyncClient, server: RunningServer) -> None:
    run = await shifty.orchestrate(FILES, worker_count=1)
    async with hand_worker(server):
        snapshots = [snapshot async for snapshot in shifty.progress(run.run_id, every_ms=200)]

    assert snapshots[-1].is_over
    assert not any(snapshot.is_over for snapshot in snapshots[:-1])
    assert (snapshots[-1].conclusion, snapshots[-1].passed_tests) == ("passed", 2)


async def test_to_wait_has_a_limit(shifty: AsyncClient) -> None:
    run = await shifty.orchestrate(FILES)

    with pytest.raises(TimeoutError, match=run.run_id):
        await shifty.wait(run.run_id, timeout=timedelta(seconds=1))


async def test_every_test_is_told_of_between_the_first_snapshot_and_the_end(
    shifty: AsyncClient, server: RunningServer
) -> None:
    run = await shifty.orchestrate(FILES, worker_count=1)
    updates = shifty.watch(run.run_id)
    first = await anext(updates)
    async with hand_worker(server):
        later = [update async for update in updates]

    assert isinstance(first, SnapshotTaken)
    assert isinstance(later[-1], RunEnded)
    assert (later[-1].payload.status, later[-1].payload.passed_tests) == ("completed", 2)
    told = [
        result.test_file for update in later if isinstance(update, TestsReported) for result in update.payload.results
    ]
    assert sorted(told) == FILES


async def test_who_watches_what_is_over_sees_how_it_ended(shifty: AsyncClient) -> None:
    run = await shifty.orchestrate(FILES)
    await shifty.cancel(run.run_id)

    updates = [update async for update in shifty.watch(run.run_id)]

    assert isinstance(updates[-1], RunEnded)
    assert updates[-1].payload.status == "cancelled"


async def test_to_watch_what_does_not_exist_is_not_found(shifty: AsyncClient) -> None:
    with pytest.raises(NotFound) as refused:
        await anext(shifty.watch(str(uuid4())))

    assert refused.value.code == "RUN_NOT_FOUND"


async def test_runs_come_newest_first_over_several_pages(shifty: AsyncClient) -> None:
    started = [
        (await shifty.orchestrate(["a.spec.ts"], worker_count=1, branch=f"b{number % 2}")).run_id for number in range(6)
    ]

    found = [run.id async for run in shifty.runs()]
    newest = [run.id async for run in shifty.runs(limit=2)]
    of_a_branch = [run.id async for run in shifty.runs(branch="b1", status="pending")]

    assert found == started[::-1]
    assert newest == started[:3:-1]
    assert of_a_branch == started[5::-2]


async def test_results_and_failures_are_typed(shifty: AsyncClient, server: RunningServer) -> None:
    run_id = await failed_run(shifty, server)

    results = [result async for result in shifty.results(run_id)]
    failed = await shifty.failed_tests(run_id)
    only_failed = [result.test_name async for result in shifty.results(run_id, status="failed")]

    assert [(result.test_file, result.status) for result in results] == [
        ("a.spec.ts", "passed"),
        ("b.spec.ts", "failed"),
    ]
    assert [len(result.attempts) for result in results] == [1, 1]
    assert only_failed == ["fails"]
    assert [(test.test_name, test.error_message) for test in failed.failed_tests] == [("fails", "expected 1, got 2")]
    assert (await shifty.failed_tests_as(run_id, "files")).split() == ["b.spec.ts"]


async def test_a_rerun_has_what_failed(shifty: AsyncClient, server: RunningServer) -> None:
    run_id = await failed_run(shifty, server)

    again = await shifty.rerun(run_id, worker_count=1)

    assert (again.total_tests, again.rerun_of) == (1, run_id)
    assert (await shifty.run(again.run_id)).rerun_of == run_id


async def test_the_same_key_is_the_same_run(shifty: AsyncClient) -> None:
    first, second, other = [await shifty.orchestrate(FILES, idempotency_key=key) for key in ("one", "one", "another")]

    assert first.run_id == second.run_id != other.run_id
    assert (first.is_new_run, second.is_new_run) == (True, False)


async def test_what_is_reported_twice_counts_once(shifty: AsyncClient) -> None:
    run_id = str(uuid4())
    result = {"testFile": "a.spec.ts", "testName": "adds", "status": "passed"}
    messages: list[dict[str, object]] = [
        {"type": "run:start", "payload": {}},
        {"type": "test:batch", "payload": {"results": [result]}},
    ]

    told = [await shifty.report(run_id, messages) for _ in range(2)]

    assert [answer.acked for answer in told] == [2, 2]
    assert (await shifty.snapshot(run_id)).passed_tests == 1


async def test_usage_and_queue_are_the_tenants(shifty: AsyncClient, server: RunningServer) -> None:
    await shifty.orchestrate(FILES, worker_count=2)

    usage, queue = await shifty.usage(), await shifty.queue_stats()

    assert (usage.tenant, usage.tenant_id) == (server.tenant.slug, str(server.tenant.id))
    assert usage.rate_limits.api is not None
    assert queue.waiting == 2


async def test_a_ticket_is_given_for_one_run(shifty: AsyncClient) -> None:
    run = await shifty.orchestrate(FILES)

    ticket = await shifty.ticket(run.run_id)

    assert ticket.ticket
    assert ticket.expires_in == 30


async def test_each_refusal_has_its_kind_and_all_that_the_server_said(
    shifty: AsyncClient, server: RunningServer
) -> None:
    run = await shifty.orchestrate(["a.spec.ts"], worker_count=1, project="shop")
    async with hand_worker(server):
        await shifty.wait(run.run_id)

    with pytest.raises(AlreadyFinished):
        await shifty.cancel(run.run_id)
    with pytest.raises(NotFound) as unknown:
        await shifty.run(str(uuid4()))
    with pytest.raises(Invalid) as invalid:
        await shifty.orchestrate(["/etc/passwd"])

    assert (unknown.value.code, unknown.value.status) == ("RUN_NOT_FOUND", 404)
    assert unknown.value.request_id
    assert "testFiles[0]" in str(invalid.value.details["fields"])


async def test_a_key_that_is_no_good_and_one_that_is_not_good_enough(server: RunningServer) -> None:
    reader = await create_key(server.db, server.tenant.id, frozenset({Scope.READ}))

    async with AsyncClient(server.url, "shf_no_key", server.tenant.slug) as nobody:
        with pytest.raises(Unauthenticated):
            await nobody.queue_stats()
    async with AsyncClient(server.url, reader.text, server.tenant.slug) as looker:
        with pytest.raises(Forbidden) as refused:
            await looker.orchestrate(FILES)

    assert refused.value.details["scope"] == "orchestrate"


async def test_a_full_queue_is_waited_for_and_then_raised(server: RunningServer) -> None:
    async with server.db.connection() as connection:
        await connection.execute("update tenants set max_waiting = 1 where id = %s", (server.tenant.id,))

    async with AsyncClient(server.url, server.key, server.tenant.slug, patience_s=0) as shifty:
        with pytest.raises(QueueFull) as refused:
            await shifty.orchestrate(FILES, worker_count=2)
    async with AsyncClient(server.url, server.key, server.tenant.slug, patience_s=60) as shifty:
        waiting = asyncio.create_task(shifty.orchestrate(FILES, worker_count=2))
        async with server.db.connection() as connection:
            await connection.execute("update tenants set max_waiting = 10 where id = %s", (server.tenant.id,))
        started = await waiting

    assert refused.value.details == {"waiting": 0, "capacity": 1, "requested": 2}
    assert started.is_new_run
