"""Close a run, once: ledger, verdict, history."""

from uuid import UUID

from shifty.database.pool import Database, Transaction
from shifty.dispatch.store import DispatchStore
from shifty.history.store import HistoryStore
from shifty.orchestration.store import ClosingState, RunStore
from shifty.quarantine.apply import count_excused, excuse
from shifty.results.store import ResultStore, RunKey
from shifty.runs.ledger import Ledger
from shifty.runs.verdict import Ending, verdict
from shifty.tenants.quota import count_minutes
from shifty.webhooks.enqueue import run_ended

NEVER_REPORTED = "the run ended before it reported"
HEALED_FAILS = (
    "It passed only with a healed locator, and this run's healing verdict is `fail`. `shifty show` says which locator; "
    "`shifty heal apply` repairs the source."
)


async def close_if_done(tx: Transaction, key: RunKey) -> bool:
    """End the run when no work of it is open; whether it has ended now. The caller's transaction holds its lock.

    A process that dies before its transaction commits leaves the run open, and the next look closes it.
    """
    state = await RunStore(tx, key.tenant_id).closing_state(key.run_id)
    if state is None or not _is_done(state):
        return False
    reason = "cancelled" if state.status == "cancelled" else NEVER_REPORTED
    await _end(tx, key, state, reason)
    return True


async def close(db: Database, key: RunKey) -> bool:
    """``close_if_done`` in a transaction of its own."""
    async with db.transaction() as tx:
        await DispatchStore(tx, key.tenant_id, key.run_id).lock()
        return await close_if_done(tx, key)


async def give_up(db: Database, key: RunKey, failure_reason: str) -> bool:
    """End a run on which nobody works: what has not reported was not run. Whether it was still open."""
    async with db.transaction() as tx:
        await DispatchStore(tx, key.tenant_id, key.run_id).lock()
        store = RunStore(tx, key.tenant_id)
        state = await store.closing_state(key.run_id)
        if state is None or not _is_forsaken(state, failure_reason):
            return False
        await store.abandon(key.run_id)
        lost = 0 if failure_reason == "NO_WORKERS" else max(1, state.lost_shards)
        await _end(tx, key, state._replace(failure_reason=failure_reason, lost_shards=lost), _WHY[failure_reason])
    return True


_WHY = {
    "NO_WORKERS": "no worker picked it up in time",
    "WORKERS_LOST": "every worker was gone",
    "PRODUCER_LOST": "the reporter went silent",
}


def _is_forsaken(state: ClosingState, failure_reason: str) -> bool:
    """Whether it still is, now that nobody else can change it: a worker may have come since it was found."""
    if failure_reason == "NO_WORKERS":
        return state.status == "pending"
    return state.status == "running" and state.is_silent and state.active_leases == 0


def _is_done(state: ClosingState) -> bool:
    if state.closed:
        return False
    if state.status == "cancelled":
        # Tests that run now still count; a reporter that never says its end is not waited for longer than for workers.
        open_shards = state.open_shards if state.origin == "reported" and not state.is_silent else 0
        return state.active_leases == 0 and open_shards == 0
    if state.status not in ("pending", "running"):
        return False
    return state.open_shards == 0 if state.origin == "reported" else state.open_items == 0 and state.teardowns == 0


async def _end(tx: Transaction, key: RunKey, state: ClosingState, reason: str) -> None:
    await ResultStore(tx).conclude_rest(key, reason)
    if state.healing_verdict == "fail":
        await ResultStore(tx).fail_healed(key, HEALED_FAILS)
    store = RunStore(tx, key.tenant_id)
    await store.mark_flaky(key.run_id)
    # What was not run in a run that was given up or cancelled says nothing of its tests.
    is_whole = state.status != "cancelled" and state.failure_reason is None
    excused = await excuse(tx, key.tenant_id, key.run_id, state.project_id, with_not_run=is_whole)
    counts = await store.recount(key.run_id)
    ledger = Ledger(counts.total, counts.passed, counts.failed, counts.flaky, counts.skipped, counts.not_run)
    ended = verdict(
        Ending(
            ledger=ledger,
            excused_failed=excused.failed,
            excused_not_run=excused.not_run,
            lost_shards=state.lost_shards,
            run_errors=state.errors,
            cancelled=state.status == "cancelled",
            no_workers=state.failure_reason == "NO_WORKERS",
        )
    )
    await count_minutes(tx, key.tenant_id, key.run_id)
    await store.end(key.run_id, ended.status, ended.conclusion, state.failure_reason or ended.failure_reason)
    await HistoryStore(tx, key.tenant_id).fold(key.run_id)
    await count_excused(tx, key.tenant_id, excused)
    await run_ended(tx, key.tenant_id, key.run_id)


async def close_all(db: Database, keys: set[RunKey]) -> set[UUID]:
    """Close those of ``keys`` that are done; which these are."""
    return {key.run_id for key in keys if await close(db, key)}
