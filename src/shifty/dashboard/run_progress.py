"""How far a run that goes on has come: its shards, who works on them, and how long it may still take. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

MOST_SHARDS = 64
MOST_RUNNING = 3


class _Shard(msgspec.Struct, rename="camel"):
    index: int
    status: str
    test_count: int
    done: int = 0
    failed: int = 0
    worker_name: str | None = None


class _Worker(msgspec.Struct, rename="camel"):
    name: str
    tests_run: int = 0
    gone: bool = False
    running: list[str] = []


class _Snapshot(msgspec.Struct, rename="camel"):
    status: str
    estimated_remaining_ms: int | None = None
    shards: list[_Shard] = []
    workers: list[_Worker] = []


_snapshot = msgspec.json.Decoder(_Snapshot)


@dataclass(frozen=True)
class ShardRow:
    name: str
    done: int
    planned: int
    failed: int
    share: float
    """Of 1000."""
    worker: str


@dataclass(frozen=True)
class WorkerRow:
    name: str
    tests_run: int
    running: Sequence[str]
    more: int


@dataclass(frozen=True)
class Progress:
    """``remaining_ms`` None: it can't be told."""

    shards: Sequence[ShardRow] = ()
    more_shards: int = 0
    workers: Sequence[WorkerRow] = ()
    gone: int = 0
    remaining_ms: int | None = None

    @property
    def busy(self) -> int:
        return sum(bool(worker.running) for worker in self.workers)


def progress(body: str) -> Progress:
    """``body`` is a look at the run, as the live view sends it."""
    seen = _snapshot.decode(body)
    here = [worker for worker in seen.workers if not worker.gone]
    is_known = seen.estimated_remaining_ms is not None and any(worker.running for worker in here)
    return Progress(
        shards=[_shard_row(shard) for shard in seen.shards if shard.test_count or shard.done][:MOST_SHARDS],
        more_shards=max(0, len(seen.shards) - MOST_SHARDS),
        workers=[_worker_row(worker) for worker in here[:MOST_SHARDS]],
        gone=len(seen.workers) - len(here),
        remaining_ms=seen.estimated_remaining_ms if is_known else None,
    )


def _shard_row(shard: _Shard) -> ShardRow:
    planned = max(shard.test_count, shard.done)
    return ShardRow(
        name=f"Shard {shard.index + 1}",
        done=shard.done,
        planned=planned,
        failed=shard.failed,
        share=round(1000 * shard.done / max(1, planned), 1),
        worker=shard.worker_name
        or {"waiting": "waits for a worker", "active": "at work"}.get(shard.status, shard.status),
    )


def _worker_row(worker: _Worker) -> WorkerRow:
    return WorkerRow(
        worker.name, worker.tests_run, worker.running[:MOST_RUNNING], max(0, len(worker.running) - MOST_RUNNING)
    )
