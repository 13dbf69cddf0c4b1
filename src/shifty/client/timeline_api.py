"""The calls that tell who did what when: the timeline of a run, and the queue."""

from datetime import datetime

from shifty.client.answer import Answer, read
from shifty.client.transport import Transport


class Mark(Answer, kw_only=True, frozen=True):
    kind: str
    start_ms: int
    end_ms: int
    tests: int = 1
    test_id: str = ""
    test_file: str = ""
    test_name: str = ""


class Piece(Answer, kw_only=True, frozen=True):
    test_file: str
    project_name: str = ""
    shard_index: int = 0
    tests: int = 0
    ran: int = 0
    predicted_ms: int = 0
    wall_ms: int = 0
    unknown: bool = False
    requeued: bool = False


class Batch(Answer, kw_only=True, frozen=True):
    seq: int
    state: str
    start_ms: int
    end_ms: int
    predicted_ms: int = 0
    source: str = "own"
    shard_index: int | None = None
    pieces: list[Piece] = []
    marks: list[Mark] = []


class Gap(Answer, kw_only=True, frozen=True):
    kind: str
    start_ms: int
    end_ms: int


class Lane(Answer, kw_only=True, frozen=True):
    worker_id: str | None = None
    worker: str
    shard_index: int | None = None
    predicted_ms: int = 0
    joined_ms: int = 0
    left_ms: int | None = None
    busy_ms: int = 0
    idle_ms: int = 0
    batches: list[Batch] = []
    gaps: list[Gap] = []


class Step(Answer, kw_only=True, frozen=True):
    worker: str
    seq: int
    start_ms: int
    end_ms: int
    sentence: str = ""


class TimelineTotals(Answer, kw_only=True, frozen=True):
    wall_ms: int
    predicted_ms: int | None = None
    bound_ms: int | None = None
    worked_ms: int = 0
    testing_ms: int = 0
    idle_ms: int = 0
    utilization: float | None = None
    workers: int = 0
    batches: int = 0
    steals: int = 0
    rescues: int = 0
    lost: int = 0
    returned: int = 0


class Timeline(Answer, kw_only=True, frozen=True):
    run_id: str
    started_at: datetime
    is_over: bool = True
    totals: TimelineTotals
    sentences: list[str] = []
    critical_path: list[Step] = []
    lanes: list[Lane] = []


class WaitingRun(Answer, kw_only=True, frozen=True):
    position: int
    run_id: str
    project: str = ""
    branch: str | None = None
    status: str = "pending"
    created_at: datetime
    why: str = ""
    sentence: str = ""
    command: str | None = None
    waiting_shards: int = 0
    waiting_tests: int = 0
    waiting_ms: int = 0


class QueueWorker(Answer, kw_only=True, frozen=True):
    worker_id: str
    worker: str
    run_id: str
    project: str = ""
    doing: str = ""
    silent_ms: int = 0
    seq: int | None = None
    granted_at: datetime | None = None
    expires_in_ms: int | None = None
    tests_run: int = 0
    tests: int = 0
    done: int = 0
    files: list[str] = []
    running: list[str] = []


class LostLease(Answer, kw_only=True, frozen=True):
    run_id: str
    project: str = ""
    worker: str
    seq: int
    granted_at: datetime
    ended_at: datetime


class Queue(Answer, kw_only=True, frozen=True):
    waiting: list[WaitingRun] = []
    waiting_runs: int = 0
    workers: list[QueueWorker] = []
    others: list[QueueWorker] = []
    lost: list[LostLease] = []
    max_workers: int | None = None


async def timeline(transport: Transport, run_id: str) -> bytes:
    """The timeline as JSON; ``read_timeline`` makes sense of it."""
    return await transport.call("GET", f"/runs/{run_id}/timeline")


def read_timeline(body: bytes) -> Timeline:
    return read(body, Timeline)


async def queue(transport: Transport) -> bytes:
    """The queue as JSON; ``read_queue`` makes sense of it."""
    return await transport.call("GET", "/queue")


def read_queue(body: bytes) -> Queue:
    return read(body, Queue)
