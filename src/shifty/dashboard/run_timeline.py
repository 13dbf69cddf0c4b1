"""The timeline of a run: who did what when, what decided when it ended, and why work was where it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import Request
from starlette.responses import Response

from shifty.dashboard.page import page, pages
from shifty.dashboard.run_frame import RunFrame, frame_of
from shifty.dashboard.run_timeline_layout import Drawing, draw
from shifty.dashboard.visitor import Reader
from shifty.dashboard.words import count, duration
from shifty.dispatch.timeline import timeline_of
from shifty.dispatch.timeline_model import Batch, Lane, Piece, Timeline
from shifty.runs.routes import RunId
from shifty.web.deps import Db

router = pages()

MOST_ROWS: Final = 200
MOST_PIECES: Final = 5

SOURCES: Final = {
    "own": "its own shard",
    "stolen": "another's shard, which would have ended last",
    "rescued": "what a lost or returned lease had left; that comes first",
    "reported": "nobody gave it out: a reporter told of it",
}


@dataclass(frozen=True)
class BatchRow:
    batch: Batch
    worker: str
    is_critical: bool

    @property
    def source(self) -> str:
        if self.batch.source == "stolen" and self.batch.shard_index is not None:
            return f"shard {self.batch.shard_index + 1}, which would have ended last"
        return SOURCES[self.batch.source]

    @property
    def bad(self) -> int:
        return sum(mark.tests for mark in self.batch.marks if mark.kind == "failed")

    @property
    def basis(self) -> str:
        return basis_of(self.batch.pieces)

    @property
    def pieces(self) -> Sequence[Piece]:
        return sorted(self.batch.pieces, key=lambda piece: -piece.wall_ms)[:MOST_PIECES]

    @property
    def more_pieces(self) -> int:
        return max(0, len(self.batch.pieces) - MOST_PIECES)


@dataclass(frozen=True)
class Figure:
    name: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class RunTimelineView:
    frame: RunFrame
    timeline: Timeline
    drawing: Drawing | None
    """None: nothing has run yet."""
    figures: Sequence[Figure]
    rows: Sequence[BatchRow]
    more_rows: int
    waiting: str
    """What nobody has been given; empty: nothing waits."""

    @property
    def lanes(self) -> Sequence[Lane]:
        return self.timeline.lanes


@router.get("/runs/{runId}/timeline")
async def get_timeline(visitor: Reader, run_id: RunId, request: Request, db: Db) -> Response:
    frame = await frame_of(db, visitor, run_id, "timeline")
    # The frame is fetched by itself, and needs nothing of this.
    is_frame_alone = request.query_params.get("part") == "frame"
    view = (
        FrameAlone(frame)
        if is_frame_alone
        else view_of(frame, await timeline_of(db, visitor.caller.tenant_id, run_id, visitor.caller.project))
    )
    return page(request, visitor, "run/timeline.html", view, title=frame.title, section="runs", live=frame.live)


@dataclass(frozen=True)
class FrameAlone:
    frame: RunFrame


def view_of(frame: RunFrame, timeline: Timeline) -> RunTimelineView:
    critical = {(step.worker, step.seq) for step in timeline.chain}
    rows = [
        BatchRow(batch, lane.name, (lane.name, batch.seq) in critical)
        for lane in timeline.lanes
        for batch in lane.batches
    ]
    rows.sort(key=lambda row: (row.batch.start_ms, row.batch.seq))
    return RunTimelineView(
        frame=frame,
        timeline=timeline,
        drawing=draw(timeline) if rows or timeline.lanes else None,
        figures=figures_of(timeline),
        rows=rows[:MOST_ROWS],
        more_rows=max(0, len(rows) - MOST_ROWS),
        waiting=waiting_words(timeline.waiting),
    )


def figures_of(timeline: Timeline) -> list[Figure]:
    totals = timeline.totals
    used = "–" if totals.utilization is None else f"{totals.utilization:.0f} %"
    figures = [Figure("Took" if timeline.is_over else "So far", duration(totals.wall_ms))]
    if totals.predicted_ms is not None:
        figures.append(Figure("Predicted", duration(totals.predicted_ms), "The longest shard of the plan"))
    if timeline.origin != "reported":
        figures += [
            Figure("In tests", used, "Part of the workers' time in which tests ran"),
            Figure("Idle", duration(totals.idle_ms), "Of all workers together, without a batch"),
            Figure("Around tests", duration(totals.worked_ms - totals.testing_ms), "Starts of the test runner, mostly"),
            Figure("Batches", f"{totals.batches:,}"),
            Figure("Taken over", f"{totals.steals:,}", "Batches from the shard of another worker"),
        ]
    if totals.lost:
        figures.append(Figure("Lost", f"{totals.lost:,}", "Leases that were lost with their workers"))
    if totals.returned:
        figures.append(Figure("Handed back", f"{totals.returned:,}", "Leases of workers that were told to stop"))
    return figures


def basis_of(pieces: Sequence[Piece]) -> str:
    """What the prediction of a batch rests on."""
    if not pieces:
        return "–"
    guessed = sum(piece.unknown for piece in pieces)
    if not guessed:
        return "earlier runs"
    return "a guess: no earlier run" if guessed == len(pieces) else f"earlier runs; {guessed} of {len(pieces)} guessed"


def waiting_words(waiting: Sequence[Piece]) -> str:
    if not waiting:
        return ""
    tests = sum(piece.tests for piece in waiting)
    predicted = duration(sum(piece.predicted_ms for piece in waiting))
    pieces = count(len(waiting), "piece")
    return f"{count(tests, 'test')} in {pieces} still wait, {predicted} of predicted work."
