"""Show what waits, who works, and what was lost."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from psycopg.rows import class_row, dict_row

from shifty.database.pool import Database, Transaction
from shifty.dispatch.queue_model import Doing, LostLease, Place, Queue, QueueWorker, Seats, WaitingRun, Why
from shifty.dispatch.store import GONE_AFTER, QUERIES
from shifty.tenants.quota import SEAT_KEPT
from shifty.tenants.quota_store import QuotaStore

RECENT: Final = timedelta(hours=1)
LOST_WITHIN: Final = timedelta(hours=24)
SILENT_MS: Final = 15_000
"""Workers renew their leases every five seconds."""
MOST: Final = 100
"""Of each kind; a page that is looked at all day must stay cheap."""


async def show_queue(db: Database, tenant_id: UUID, only: str | None = None) -> Queue:
    """The tenant's queue, all of one moment. ``only`` is the one project of the caller's key."""
    keys = {"tenant_id": tenant_id, "only": only, "most": MOST}
    async with db.snapshot() as tx:
        seats = await _seats(tx, tenant_id)
        runs, total = await _waiting(tx, keys)
        async with tx.cursor(row_factory=class_row(QueueWorker)) as cursor:
            await cursor.execute(QUERIES["recent_workers"], {**keys, "recent": RECENT})
            workers = [replace(worker, doing=doing(worker)) for worker in await cursor.fetchall()]
        async with tx.cursor(row_factory=class_row(LostLease)) as cursor:
            await cursor.execute(QUERIES["lost_leases"], {**keys, "lost_within": LOST_WITHIN})
            lost = await cursor.fetchall()
    return Queue(
        waiting=[place(position, run, seats) for position, run in enumerate(runs, 1)],
        waiting_runs=total,
        workers=[worker for worker in workers if worker.seq is not None],
        others=[worker for worker in workers if worker.seq is None],
        lost=lost,
        seats=seats,
    )


def place(position: int, run: WaitingRun, seats: Seats) -> Place:
    why = _why(run, seats)
    command = f"shifty worker --run {run.run_id}" if why == "noWorkers" else None
    return Place(position, run, why, _sentence(why, run, seats), command)


def doing(worker: QueueWorker) -> Doing:
    if worker.seq is not None:
        return "silent" if worker.silent_ms > SILENT_MS else "working"
    if worker.left_at is not None:
        return "lost" if worker.was_lost else "stopped"
    is_over = worker.run_status not in ("pending", "running")
    if is_over:
        return "done"
    return "lost" if worker.silent_ms > GONE_AFTER / timedelta(milliseconds=1) else "idle"


def _why(run: WaitingRun, seats: Seats) -> Why:
    if seats.most is not None and seats.taken >= seats.most and not run.leases:
        return "planFull"
    if run.workers or run.leases:
        return "busy"
    return "behind" if run.elsewhere else "noWorkers"


def _sentence(why: Why, run: WaitingRun, seats: Seats) -> str:
    match why:
        case "planFull":
            return f"The plan allows {_workers(seats.most or 0)} at once, and all are at work."
        case "busy":
            count = max(run.workers, run.leases)
            return f"{_workers(count)} {'is' if count == 1 else 'are'} at it and will take the rest as they get free."
        case "behind":
            there = f"{_workers(run.elsewhere)} of {run.project} {'works' if run.elsewhere == 1 else 'work'}"
            return f"{there} for other runs; one that serves any run takes this up when its turn comes."
        case "noWorkers":
            return f"No worker of {run.project} is there: start one in the folder of its suite."


def _workers(count: int) -> str:
    return f"{count} worker" if count == 1 else f"{count} workers"


async def _seats(tx: Transaction, tenant_id: UUID) -> Seats:
    store = QuotaStore(tx, tenant_id)
    plan = await store.plan()
    most = plan.max_workers if plan else None
    return Seats(most, 0 if most is None else await store.seated(None, SEAT_KEPT))


async def _waiting(tx: Transaction, keys: dict[str, Any]) -> tuple[list[WaitingRun], int]:
    async with tx.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(QUERIES["waiting_runs"], {**keys, "gone_after": GONE_AFTER})
        rows = await cursor.fetchall()
    totals = [row.pop("total") for row in rows]
    return [WaitingRun(**row) for row in rows], totals[0] if totals else 0
