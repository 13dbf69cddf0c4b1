"""What a timeline is made of, as the tables have it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from psycopg.rows import class_row, dict_row

from shifty.database.pool import Transaction
from shifty.dispatch.store import QUERIES
from shifty.dispatch.timeline_model import Mark, Piece, PlannedShard

MOST_MARKS: Final = 1500
"""Beyond so many tests, short ones of a kind that stand side by side share a mark."""


@dataclass(frozen=True)
class LeaseRow:
    seq: int
    worker_id: UUID
    state: Literal["active", "finished", "returned", "lost"]
    predicted_ms: int
    start_ms: int
    end_ms: int


@dataclass(frozen=True)
class WorkerRow:
    id: UUID
    name: str
    shard_index: int | None
    predicted_ms: int
    overhead_ms: int | None
    tests_run: int
    joined_ms: int
    left_ms: int | None


@dataclass(frozen=True)
class Facts:
    """All of one moment. Marks without a lease are by shard; pieces of the lease 0 wait."""

    leases: Sequence[LeaseRow]
    workers: Sequence[WorkerRow]
    shards: Sequence[PlannedShard]
    marks: Mapping[int, Sequence[Mark]]
    loose: Mapping[int, Sequence[Mark]]
    pieces: Mapping[int, Sequence[Piece]]
    waiting: Sequence[Piece]


class TimelineStore:
    """One run's; ``began`` is what its moments are counted from."""

    def __init__(self, tx: Transaction, tenant_id: UUID, run_id: UUID, began: datetime) -> None:
        self._tx = tx
        self._keys = {"tenant_id": tenant_id, "run_id": run_id, "began": began}

    async def facts(self, span_ms: int, tests: int) -> Facts:
        """``span_ms``: how long the run has gone on, ``tests``: how many it has."""
        async with self._tx.cursor(row_factory=class_row(LeaseRow)) as cursor:
            leases = await (await cursor.execute(QUERIES["timeline_leases"], self._keys)).fetchall()
        async with self._tx.cursor(row_factory=class_row(WorkerRow)) as cursor:
            workers = await (await cursor.execute(QUERIES["timeline_workers"], self._keys)).fetchall()
        async with self._tx.cursor(row_factory=class_row(PlannedShard)) as cursor:
            shards = await (await cursor.execute(QUERIES["timeline_shards"], self._keys)).fetchall()
        lanes = max(1, len(workers) or len(shards))
        # 0: each test has a mark of its own.
        slot_ms = 0 if tests <= MOST_MARKS else max(1, span_ms * lanes // MOST_MARKS)
        marks, loose = await self._marks(slot_ms)
        pieces, waiting = await self._pieces()
        return Facts(leases, workers, shards, marks, loose, pieces, waiting)

    async def _marks(self, slot_ms: int) -> tuple[Mapping[int, list[Mark]], Mapping[int, list[Mark]]]:
        by_lease: defaultdict[int, list[Mark]] = defaultdict(list)
        by_shard: defaultdict[int, list[Mark]] = defaultdict(list)
        cursor = await self._tx.execute(QUERIES["timeline_marks"], {**self._keys, "slot_ms": slot_ms})
        for seq, shard, kind, tests, start, end, test_ms, test_id, file, project, title in await cursor.fetchall():
            mark = Mark(kind, start, end, tests, test_ms, test_id, file, project, title)
            (by_lease[seq] if shard is None else by_shard[shard]).append(mark)
        return by_lease, by_shard

    async def _pieces(self) -> tuple[Mapping[int, list[Piece]], list[Piece]]:
        by_lease: defaultdict[int, list[Piece]] = defaultdict(list)
        waiting: list[Piece] = []
        async with self._tx.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(QUERIES["timeline_items"], self._keys)
            for row in await cursor.fetchall():
                seq, state = row.pop("seq"), row.pop("state")
                if seq:
                    by_lease[seq].append(Piece(**row))
                elif state == "waiting":
                    waiting.append(Piece(**row))
        return by_lease, waiting
