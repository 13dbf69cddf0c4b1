"""From leases and tests to lanes: who had which batch when, where it came from, and when nobody had anything: pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from shifty.dispatch.timeline_model import Batch, Gap, GapKind, Lane, Mark, Piece, Source
from shifty.dispatch.timeline_store import Facts, LeaseRow, WorkerRow


def lanes_of(facts: Facts, end_ms: int) -> list[Lane]:
    """A lane a worker, in the order in which they came; then one a shard for tests that came without a lease."""
    held: dict[object, list[LeaseRow]] = {}
    for lease in facts.leases:
        held.setdefault(lease.worker_id, []).append(lease)
    lanes = [_lane(worker, held.get(worker.id, []), facts, end_ms) for worker in facts.workers]
    loose = [_reported_lane(shard, marks, end_ms) for shard, marks in sorted(facts.loose.items())]
    return [*lanes, *loose]


def _lane(worker: WorkerRow, leases: Sequence[LeaseRow], facts: Facts, end_ms: int) -> Lane:
    batches = [_batch(lease, worker, facts, end_ms) for lease in leases]
    joined = _within(worker.joined_ms, end_ms)
    left = None if worker.left_ms is None else _within(worker.left_ms, end_ms)
    return Lane(
        worker_id=worker.id,
        name=worker.name,
        shard_index=worker.shard_index,
        predicted_ms=worker.predicted_ms,
        overhead_ms=worker.overhead_ms,
        joined_ms=joined,
        left_ms=left,
        batches=batches,
        gaps=list(_gaps(batches, joined, end_ms if left is None else left)),
    )


def _batch(lease: LeaseRow, worker: WorkerRow, facts: Facts, end_ms: int) -> Batch:
    start, end = _within(lease.start_ms, end_ms), _within(lease.end_ms, end_ms)
    pieces = facts.pieces.get(lease.seq, ())
    return Batch(
        seq=lease.seq,
        state=lease.state,
        start_ms=start,
        end_ms=max(start, end),
        predicted_ms=lease.predicted_ms,
        source=_source(pieces, worker.shard_index),
        shard_index=_shard_of(pieces),
        pieces=pieces,
        marks=_inside(facts.marks.get(lease.seq, ()), start, max(start, end)),
    )


def _source(pieces: Sequence[Piece], own: int | None) -> Source:
    if any(piece.requeued for piece in pieces):
        return "rescued"
    return "stolen" if any(piece.shard_index != own for piece in pieces) else "own"


def _shard_of(pieces: Sequence[Piece]) -> int | None:
    """Of most of them."""
    counted = Counter(piece.shard_index for piece in pieces)
    return min(counted, key=lambda shard: (-counted[shard], shard)) if counted else None


def _reported_lane(shard: int, marks: Sequence[Mark], end_ms: int) -> Lane:
    """Without a lease nobody knows when its machine was there: from its first test to its last."""
    inside = _inside(marks, 0, end_ms)
    start, end = min(mark.start_ms for mark in inside), max(mark.end_ms for mark in inside)
    batch = Batch(0, "reported", start, end, 0, "reported", shard, (), inside)
    return Lane(None, f"shard {shard + 1}", shard, 0, None, start, None, [batch], [])


def _gaps(batches: Sequence[Batch], joined_ms: int, until_ms: int) -> Iterable[Gap]:
    reached, kind = joined_ms, "start"
    for batch in batches:
        yield from _gap(kind, reached, batch.start_ms)
        reached, kind = max(reached, batch.end_ms), "between"
    yield from _gap("end" if batches else "start", reached, until_ms)


def _gap(kind: GapKind, start_ms: int, end_ms: int) -> Iterable[Gap]:
    if end_ms > start_ms:
        yield Gap(kind, start_ms, end_ms)


def _inside(marks: Sequence[Mark], start_ms: int, end_ms: int) -> list[Mark]:
    """Clocks differ, and a result may be stored after its lease has ended: nothing sticks out."""
    clipped = ((_clip(mark.start_ms, start_ms, end_ms), _clip(mark.end_ms, start_ms, end_ms), mark) for mark in marks)
    return [replace(mark, start_ms=start, end_ms=max(start, end)) for start, end, mark in clipped]


def _within(moment_ms: int, end_ms: int) -> int:
    return _clip(moment_ms, 0, end_ms)


def _clip(moment_ms: int, least: int, most: int) -> int:
    return min(max(moment_ms, least), most)
