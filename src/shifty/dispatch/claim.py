"""Lease the next batch of a run to a worker."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from shifty.database.pool import Database
from shifty.dispatch.errors import RunCancelled
from shifty.dispatch.model import Claimant, Drained, Idle, Lease, OpenItem
from shifty.dispatch.store import QUERIES, DispatchStore, Held, RunState
from shifty.planning.policy import Board, Waiting, next_batch
from shifty.runs.errors import RunNotFound
from shifty.tenants.quota import find_seat

DEFAULT_OVERHEAD_S = 1.5
"""What a batch costs beside its tests until workers have measured it: a process start, mostly."""

Claim = Lease | Idle | Drained


async def claim(db: Database, tenant_id: UUID, run_id: UUID, claimant: Claimant, lease_for: timedelta) -> Claim:
    """Lease the next batch of a run to ``claimant``.

    A worker that dies before it hears the answer loses nothing but time: the lease runs out after ``lease_for``. One
    that only lost the answer asks again and gets the same lease.

    Raises:
        RunNotFound: this tenant has no such run.
        RunCancelled: the run takes no more claims.
    """
    async with db.transaction() as tx:
        store = DispatchStore(tx, tenant_id, run_id)
        await store.lock()
        state = await store.state()
        if state is None:
            raise RunNotFound(run_id)
        if state.status == "cancelled":
            raise RunCancelled(run_id)
        if state.status in ("completed", "failed"):
            return Drained()
        held = await store.held_by(claimant.worker_id)
        if held is not None:
            await store.extend(held.token, lease_for)
        elif (full := await find_seat(tx, tenant_id, claimant.worker_id)) and await store.anything_open():
            return Idle(full.sentence())
        else:
            held = await _next_lease(store, state, claimant, lease_for)
        if held is None:
            await store.seen(claimant.worker_id)
            return Idle() if await store.anything_open() else Drained()
        items = await store.items_of(held.token)
    return Lease(
        run_id=run_id,
        token=held.token,
        seq=held.seq,
        shard_index=held.shard_index,
        total_shards=state.worker_count,
        expires_in=lease_for,
        predicted_ms=held.predicted_ms,
        project=state.project,
        items=items,
    )


async def claim_any(
    db: Database, tenant_id: UUID, projects: list[str] | None, claimant: Claimant, lease_for: timedelta
) -> Claim:
    """Lease the next batch of whichever run of the tenant has waited longest; ``projects`` None means every project."""
    async with db.connection() as connection:
        cursor = await connection.execute(QUERIES["open_runs"], {"tenant_id": tenant_id, "projects": projects})
        runs: list[UUID] = [row[0] for row in await cursor.fetchall()]
    for run_id in runs:
        try:
            answer = await claim(db, tenant_id, run_id, claimant, lease_for)
        except (RunNotFound, RunCancelled):
            continue
        if isinstance(answer, Lease):
            return answer
        if isinstance(answer, Idle) and answer.reason:
            # The plan is one for all runs, so the next one would say the same.
            return answer
    return Idle()


async def _next_lease(store: DispatchStore, state: RunState, claimant: Claimant, lease_for: timedelta) -> Held | None:
    waiting = await store.waiting()
    if claimant.shard_index is not None:
        return await _whole_shard(
            store, [item for item in waiting if item.shard_index == claimant.shard_index], claimant, lease_for
        )
    if not waiting:
        return None
    shard, first = await store.join(claimant)
    crew = await store.crew()
    overhead_ms = claimant.overhead_ms if claimant.overhead_ms is not None else crew.overhead_ms
    board = Board(
        waiting=tuple(
            Waiting(item.id, item.shard_index, item.predicted_ms / 1000, item.unknown, item.requeued)
            for item in waiting
        ),
        running={index: left / 1000 for index, left in (await store.running_ms()).items()},
        workers=max(crew.alive, state.worker_count if first else 1),
        # A machine with several lanes gets through a batch that much faster, so its overhead weighs that much more.
        overhead_s=(DEFAULT_OVERHEAD_S if overhead_ms is None else overhead_ms / 1000) * claimant.lanes,
    )
    ids = next_batch(board, shard, first)
    chosen = set(ids)
    predicted_ms = sum(item.predicted_ms for item in waiting if item.id in chosen)
    held = await store.grant(claimant.worker_id, ids, predicted_ms, lease_for)
    return held._replace(shard_index=next(item.shard_index for item in waiting if item.id in chosen))


async def _whole_shard(
    store: DispatchStore, items: Sequence[OpenItem], claimant: Claimant, lease_for: timedelta
) -> Held | None:
    if not items:
        return None
    await store.join(claimant)
    predicted_ms = sum(item.predicted_ms for item in items)
    held = await store.grant(claimant.worker_id, [item.id for item in items], predicted_ms, lease_for)
    return held._replace(shard_index=items[0].shard_index)
