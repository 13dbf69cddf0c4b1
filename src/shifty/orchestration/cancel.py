"""Cancel a run."""

from uuid import UUID

from shifty.database.pool import Database
from shifty.dispatch.store import DispatchStore
from shifty.orchestration.close import close_if_done
from shifty.orchestration.errors import RunAlreadyFinished
from shifty.orchestration.store import RunStore
from shifty.results.store import Conclusion, ResultStore, RunKey
from shifty.runs.errors import RunNotFound


async def cancel_run(db: Database, tenant_id: UUID, run_id: UUID) -> None:
    """Take what waits out of the queue. Tests that run now finish and count; the status never changes back.

    Cancelled twice is cancelled.

    Raises:
        RunNotFound: this tenant has no such run.
        RunAlreadyFinished: it is completed or failed.
    """
    key = RunKey(run_id, tenant_id)
    async with db.transaction() as tx:
        dispatch = DispatchStore(tx, tenant_id, run_id)
        await dispatch.lock()
        state = await dispatch.state()
        if state is None:
            raise RunNotFound(run_id)
        if state.status == "cancelled":
            return
        if state.status in ("completed", "failed"):
            raise RunAlreadyFinished(run_id, state.status)
        waiting = await dispatch.cancel_waiting()
        await dispatch.cancel_shards()
        await ResultStore(tx).conclude(key, [Conclusion(test_id, "notRun", "cancelled") for test_id in waiting])
        await RunStore(tx, tenant_id).cancel(run_id)
        await close_if_done(tx, key)
