"""Start a run: history, plan, run, shards and work items in one transaction."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shifty.database.pool import Database, Transaction
from shifty.dispatch.queue import waiting_and_capacity
from shifty.dispatch.store import DispatchStore
from shifty.history.store import HistoryStore
from shifty.orchestration.errors import QueueFull
from shifty.orchestration.plan_run import History, PlannedShard, RunPlan, plan_run
from shifty.orchestration.repeat import like, original_of, other_build, same_build, tests_again
from shifty.orchestration.request import RunRequest
from shifty.orchestration.rerun import Again
from shifty.orchestration.store import RunStore, StartedRun
from shifty.results.ingest import listed_row
from shifty.results.outcome import identity
from shifty.results.owners import keep_codeowners
from shifty.results.store import ResultStore, RunKey
from shifty.tenants.quota import require_minutes, require_workers
from shifty.webhooks.enqueue import run_ended


@dataclass(frozen=True)
class Started:
    """A run that exists now. ``is_new`` is False for a build that had started it before."""

    run_id: UUID
    run: StartedRun
    is_new: bool
    useful_workers: int | None
    duplicates: tuple[str, ...]
    gone: tuple[str, ...] = ()
    """Files of tests that a rerun would have to run and that the suite no longer has."""


async def start_run(db: Database, tenant_id: UUID, request: RunRequest, only: str | None = None) -> Started:
    """Plan and store a run; its work can be claimed once this returns. ``only`` is the one project of the caller's key.

    Idempotent for the same ``ci_build_id`` or ``idempotency_key`` within tenant and project. A process that dies in
    here leaves nothing. A rerun of which nothing is to be run has ended, passed, when this returns.

    Raises:
        QueueFull: the tenant's queue has no room for this run's shards; nothing is stored.
        QuotaExceeded: the tenant's plan does not allow it.
        RunNotFound, RunNotFinished, RerunNotPossible, BadRequest: what a rerun asks for can't be had.
    """
    async with db.transaction() as tx:
        store = RunStore(tx, tenant_id)
        original = await original_of(store, request.rerun, only) if request.rerun else None
        request = like(original, request) if original else request
        project_id = await store.ensure_project(request.project)
        if run_id := await _existing(store, project_id, request):
            if original and run_id == original.run_id:
                raise same_build(run_id)
            run = await store.started(run_id)
            assert run is not None
            if original and run.rerun_of != original.run_id:
                raise other_build(original.run_id, run_id)
            return Started(run_id, run, is_new=False, useful_workers=None, duplicates=request.duplicates)
        await require_workers(tx, tenant_id, request.workers)
        await require_minutes(tx, tenant_id)
        found = await tests_again(store, original, request) if original else Again(request)
        request = found.request
        run_plan = plan_run(request, await _history(tx, tenant_id, project_id, request))
        await _make_room(tx, tenant_id, run_plan)
        run_id = uuid.uuid4()
        await _store(tx, RunKey(run_id, tenant_id), project_id, request, run_plan)
        if original and not request.files:
            await store.end(run_id, "completed", "passed", None)
            await run_ended(tx, tenant_id, run_id)
        run = await store.started(run_id)
    assert run is not None
    return Started(run_id, run, True, run_plan.useful_workers, request.duplicates, found.gone)


async def _existing(store: RunStore, project_id: int, request: RunRequest) -> UUID | None:
    for name in filter(None, (request.ci_build_id, request.idempotency_key)):
        await store.lock_build(f"{project_id}/{name}")
    if request.ci_build_id and (found := await store.run_of_build(project_id, request.ci_build_id)):
        return found
    if request.idempotency_key:
        return await store.run_of_key(project_id, request.idempotency_key)
    return None


async def _history(tx: Transaction, tenant_id: UUID, project_id: int, request: RunRequest) -> History:
    history = HistoryStore(tx, tenant_id)
    tests = await history.tests(project_id, [identity(test) for test in request.tests]) if request.tests else {}
    return History(await history.files(project_id), tests)


async def _make_room(tx: Transaction, tenant_id: UUID, run_plan: RunPlan) -> None:
    requested = len({item.shard_index for item in run_plan.items})
    waiting, capacity = await waiting_and_capacity(tx, tenant_id)
    if waiting + requested > capacity:
        raise QueueFull({"waiting": waiting, "capacity": capacity, "requested": requested})


async def _store(tx: Transaction, key: RunKey, project_id: int, request: RunRequest, run_plan: RunPlan) -> None:
    expected = sum(item.expected_tests for item in run_plan.items if item.test_ids is None)
    runs = RunStore(tx, key.tenant_id)
    await runs.create(key.run_id, project_id, request, expected)
    if request.idempotency_key:
        await runs.keep_key(project_id, request.idempotency_key, key.run_id)
    if request.codeowners:
        await keep_codeowners(tx, key, request.codeowners)
    if request.tests:
        rows = [listed_row(key, test, run_plan.shard_of.get(identity(test)), test.stage) for test in request.tests]
        await ResultStore(tx).list_tests(rows)
    used = {item.shard_index for item in run_plan.items}
    shards = [_shard_row(shard, used) for shard in run_plan.shards]
    await DispatchStore(tx, key.tenant_id, key.run_id).add(shards, run_plan.items)


def _shard_row(shard: PlannedShard, used: set[int]) -> dict[str, object]:
    return {
        "index": shard.index,
        # An empty shard is never queued: nobody would ever claim it.
        "state": "waiting" if shard.index in used else "empty",
        "test_count": shard.test_count,
        "estimated_ms": shard.estimated_ms,
    }


def warnings(started: Started, request: RunRequest) -> Sequence[dict[str, object]]:
    """What the caller should know about a run that started all the same."""
    found: list[dict[str, object]] = []
    if started.run.has_nothing_to_rerun:
        message = f"Nothing of run {started.run.rerun_of} failed or was left out, so this rerun runs nothing."
        return [{"code": "NOTHING_TO_RERUN", "message": message}]
    if started.gone:
        message = f"{len(started.gone)} files have tests that failed or never ran and that the suite no longer has."
        found.append({"code": "TESTS_GONE", "message": message, "files": list(started.gone[:50])})
    if request.added:
        message = f"{len(request.added)} files that only tests names run as well."
        found.append({"code": "FILES_ADDED", "message": message, "files": list(request.added[:50])})
    if started.duplicates:
        files = list(started.duplicates[:50])
        found.append({"code": "DUPLICATE_FILES", "message": "Files named twice run once.", "files": files})
    if started.is_new and started.useful_workers is not None and started.useful_workers < request.workers:
        enough = "1 worker is" if started.useful_workers == 1 else f"{started.useful_workers} workers are"
        message = f"{enough} enough: the longest piece of work sets the floor."
        empty = any(shard[1] == 0 for shard in started.run.shards)
        code = "WORKERS_EXCEED_TESTS" if empty else "WORKERS_BEYOND_FLOOR"
        found.append({"code": code, "message": message, "recommendedWorkerCount": started.useful_workers})
    return found
