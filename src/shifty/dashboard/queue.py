"""The queue: what waits and why, who works, what was lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from fastapi import Request
from starlette.responses import Response

from shifty.dashboard.page import page, pages
from shifty.dashboard.visitor import Reader
from shifty.dashboard.words import count, duration
from shifty.dispatch.queue import QueueStats, queue_stats
from shifty.dispatch.queue_model import Doing, LostLease, Place, Queue, QueueWorker
from shifty.dispatch.show_queue import show_queue
from shifty.web.deps import Db

router = pages()

POOL_COMMAND: Final = "shifty worker"
"""Serves any run of the project in whose folder it is started."""

_TONES: Final[dict[Doing, str]] = {
    "working": "running",
    "silent": "warning",
    "idle": "waiting",
    "done": "",
    "stopped": "",
    "lost": "lost",
}


@dataclass(frozen=True)
class WorkerRow:
    worker: QueueWorker

    @property
    def tone(self) -> str:
        return _TONES[self.worker.doing]

    @property
    def share(self) -> int:
        """Percent of the batch that has reported."""
        return min(100, round(100 * self.worker.done / self.worker.tests)) if self.worker.tests else 0

    @property
    def heard(self) -> str:
        """A heartbeat is seconds old, so ``just now`` would say nothing."""
        return f"{duration(max(0, self.worker.silent_ms))} ago"

    @property
    def lease(self) -> str:
        if self.worker.expires_in_ms is None:
            return "–"
        return f"{duration(self.worker.expires_in_ms)} left" if self.worker.expires_in_ms > 0 else "ran out"

    @property
    def now(self) -> Sequence[str]:
        """Titles of what runs, else the files of the batch."""
        return self.worker.running or self.worker.files[:3]


@dataclass(frozen=True)
class LostRow:
    lease: LostLease

    @property
    def held(self) -> timedelta:
        return self.lease.ended_at - self.lease.granted_at


@dataclass(frozen=True)
class QueueView:
    queue: Queue
    stats: QueueStats | None
    """Of the tenant; None for a key that opens one project only."""
    working: Sequence[WorkerRow]
    others: Sequence[WorkerRow]
    gone: int
    """Workers of the last hour whose runs are over."""
    lost: Sequence[LostRow]
    headline: str
    command: str | None
    """What to type so that the first run goes on; None: nothing is missing."""

    @property
    def places(self) -> Sequence[Place]:
        return self.queue.waiting


@router.get("/queue")
async def get_queue(visitor: Reader, request: Request, db: Db) -> Response:
    caller = visitor.caller
    stats = await queue_stats(db, caller.tenant_id) if caller.project is None else None
    view = view_of(await show_queue(db, caller.tenant_id, caller.project), stats)
    return page(request, visitor, "queue/queue.html", view, title="Queue", section="queue", live="/live")


def view_of(queue: Queue, stats: QueueStats | None) -> QueueView:
    others = [WorkerRow(worker) for worker in queue.others if worker.doing != "done"]
    return QueueView(
        queue=queue,
        stats=stats,
        working=[WorkerRow(worker) for worker in queue.workers],
        others=others,
        gone=len(queue.others) - len(others),
        lost=[LostRow(lease) for lease in queue.lost],
        headline=headline(queue),
        command=_command(queue),
    )


def headline(queue: Queue) -> str:
    """What somebody at night wants to know: does it go on by itself?"""
    stuck = sum(place.why == "noWorkers" for place in queue.waiting)
    working = count(len(queue.workers), "worker")
    if stuck:
        return f"No worker is there for {count(stuck, 'run')}"
    if queue.waiting_runs:
        return f"{working} at work, {count(queue.waiting_runs, 'run')} with work that waits"
    return f"Nothing waits, {working} at work" if queue.workers else "Nothing waits and nobody works"


def _command(queue: Queue) -> str | None:
    commands = [place.command for place in queue.waiting if place.command]
    return commands[0] if len(commands) == 1 else POOL_COMMAND if commands else None
