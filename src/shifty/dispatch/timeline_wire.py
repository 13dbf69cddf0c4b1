"""What travels: the timeline of a run."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import Field

from shifty.dispatch.timeline_model import (
    Batch,
    BatchState,
    GapKind,
    Kind,
    Lane,
    Mark,
    Piece,
    Source,
    Timeline,
    Totals,
)
from shifty.web.times import UtcTime
from shifty.wire import Body

_FILE = "tests/checkout.spec.ts"


def _moment(text: str, example: int) -> int:
    return Field(description=f"{text}, in milliseconds since `startedAt`.", examples=[example])


class TimelineMark(Body):
    kind: Kind = Field(description="How the test ended, or `running`.", examples=["passed"])
    start_ms: int = _moment("When it began", 1200)
    end_ms: int = _moment("When it ended, or now", 4300)
    tests: int = Field(description="How many: short ones of a kind, side by side, are told as one.", examples=[1])
    test_id: str = Field(description="The test, or one of several.", examples=["4f1c2a9be0d37c55"])
    test_file: str = Field(description="Its file.", examples=[_FILE])
    test_name: str = Field(description="Its title.", examples=["pays by card"])

    @classmethod
    def of(cls, mark: Mark) -> "TimelineMark":
        return cls(
            kind=mark.kind,
            start_ms=mark.start_ms,
            end_ms=mark.end_ms,
            tests=mark.tests,
            test_id=mark.test_id,
            test_file=mark.file,
            test_name=mark.title,
        )


class TimelinePiece(Body):
    """What is leased as a whole: a spec file, or tests of one that may run apart."""

    test_file: str = Field(description="The spec file.", examples=[_FILE])
    project_name: str = Field(description="The Playwright project; empty: none, or all.", examples=["chromium"])
    shard_index: int = Field(description="The shard that it was planned for, from 0.", examples=[0])
    tests: int = Field(description="How many tests it has.", examples=[12])
    ran: int = Field(description="How many of them have run.", examples=[12])
    predicted_ms: int = Field(description="Predicted time in milliseconds.", examples=[40_000])
    wall_ms: int = Field(description="From its first test to its last one, in milliseconds.", examples=[100_000])
    unknown: bool = Field(description="No earlier run knew it, so the prediction is a guess.", examples=[False])
    requeued: bool = Field(description="A lost or returned lease had left it.", examples=[False])

    @classmethod
    def of(cls, piece: Piece) -> "TimelinePiece":
        return cls(
            test_file=piece.file,
            project_name=piece.project_name,
            shard_index=piece.shard_index,
            tests=piece.tests,
            ran=piece.ran,
            predicted_ms=piece.predicted_ms,
            wall_ms=piece.wall_ms,
            unknown=piece.unknown,
            requeued=piece.requeued,
        )


class TimelineBatch(Body):
    seq: int = Field(description="The lease's number within the run; 0: there was no lease.", examples=[1])
    state: BatchState = Field(
        description="What became of the lease; `reported`: there was none.", examples=["finished"]
    )
    start_ms: int = _moment("When it was given out", 0)
    end_ms: int = _moment("When it ended, or now", 46_000)
    predicted_ms: int = Field(description="Predicted time of its tests in milliseconds.", examples=[45_000])
    source: Source = Field(
        description="`own`: of the worker's own shard. `stolen`: of another's, so that nobody waits while there is "
        "work. `rescued`: what a lost or returned lease had left. `reported`: nobody has given it out.",
        examples=["own"],
    )
    shard_index: int | None = Field(description="The shard it came from; null when that is not known.", examples=[0])
    pieces: Sequence[TimelinePiece] = Field(
        description="What it held; of a lost or returned lease: what was done under it.",
        examples=[[]],
    )
    marks: Sequence[TimelineMark] = Field(description="Its tests, in the order in which they began.", examples=[[]])

    @classmethod
    def of(cls, batch: Batch) -> "TimelineBatch":
        return cls(
            seq=batch.seq,
            state=batch.state,
            start_ms=batch.start_ms,
            end_ms=batch.end_ms,
            predicted_ms=batch.predicted_ms,
            source=batch.source,
            shard_index=batch.shard_index,
            pieces=[TimelinePiece.of(piece) for piece in batch.pieces],
            marks=[TimelineMark.of(mark) for mark in batch.marks],
        )


class TimelineGap(Body):
    kind: GapKind = Field(description="Before its first batch, between two, or after its last.", examples=["end"])
    start_ms: int = _moment("From when", 46_000)
    end_ms: int = _moment("Until when", 58_000)


class TimelineLane(Body):
    worker_id: UUID | None = Field(description="The worker; null: a shard of a run that a reporter has told of.")
    worker: str = Field(description="Its name.", examples=["ci-1"])
    shard_index: int | None = Field(description="The shard it began with; null for a late joiner.", examples=[0])
    predicted_ms: int = Field(description="Predicted time of that shard in milliseconds.", examples=[45_000])
    overhead_ms: int | None = Field(
        description="What a batch costs it beside its tests, in milliseconds; null before its first.", examples=[1500]
    )
    joined_ms: int = _moment("When it came", 0)
    left_ms: int | None = Field(
        description="When it was lost or stopped, in milliseconds since `startedAt`; null: it stayed.", examples=[None]
    )
    busy_ms: int = Field(description="Time under leases, in milliseconds.", examples=[46_000])
    idle_ms: int = Field(description="Time without one, in milliseconds.", examples=[12_000])
    batches: Sequence[TimelineBatch] = Field(description="Its batches, the first one first.", examples=[[]])
    gaps: Sequence[TimelineGap] = Field(description="When it had nothing to do.", examples=[[]])

    @classmethod
    def of(cls, lane: Lane) -> "TimelineLane":
        return cls(
            worker_id=lane.worker_id,
            worker=lane.name,
            shard_index=lane.shard_index,
            predicted_ms=lane.predicted_ms,
            overhead_ms=lane.overhead_ms,
            joined_ms=lane.joined_ms,
            left_ms=lane.left_ms,
            busy_ms=lane.busy_ms,
            idle_ms=lane.idle_ms,
            batches=[TimelineBatch.of(batch) for batch in lane.batches],
            gaps=[TimelineGap(kind=gap.kind, start_ms=gap.start_ms, end_ms=gap.end_ms) for gap in lane.gaps],
        )


class TimelineShard(Body):
    index: int = Field(description="Its number, from 0.", examples=[0])
    status: str = Field(description="`empty`, `waiting`, `active`, `completed`, `failed` or `cancelled`.")
    tests: int = Field(description="Tests that were planned for it.", examples=[30])
    predicted_ms: int = Field(description="Predicted time in milliseconds.", examples=[45_000])
    worker: str | None = Field(description="Who began with it; null: nobody.", examples=["ci-1"])
    start_ms: int | None = Field(description="When it began, in milliseconds since `startedAt`.", examples=[0])
    end_ms: int | None = Field(description="When the last of it ended, likewise.", examples=[46_000])


class TimelineStep(Body):
    worker: str = Field(description="Whose batch it was.", examples=["ci-1"])
    seq: int = Field(description="The lease's number.", examples=[3])
    start_ms: int = _moment("When it was given out", 0)
    end_ms: int = _moment("When it ended", 46_000)
    sentence: str = Field(description="In words.", examples=["batch 3 took 46.0 s (predicted 45.0 s)"])


class TimelineTotals(Body):
    wall_ms: int = Field(description="From the first claim or report to the end, or to now.", examples=[250_000])
    predicted_ms: int | None = Field(description="The longest shard of the plan; null: no plan.", examples=[180_000])
    bound_ms: int | None = Field(
        description="With as many workers, no plan could have been shorter; null when nothing is known of the pieces.",
        examples=[170_000],
    )
    worked_ms: int = Field(description="Of all workers together, under leases.", examples=[480_000])
    testing_ms: int = Field(description="Of that, while at least one test ran.", examples=[440_000])
    idle_ms: int = Field(description="Of all workers together, without a lease.", examples=[20_000])
    utilization: float | None = Field(
        description="Percent of the workers' time in which tests ran; null before there is any.", examples=[88.0]
    )
    workers: int = Field(description="Workers that took part.", examples=[2])
    batches: int = Field(description="Leases that were given out.", examples=[7])
    steals: int = Field(description="Batches that were taken from another worker's shard.", examples=[2])
    rescues: int = Field(description="Batches with what a lost or returned lease had left.", examples=[0])
    lost: int = Field(description="Leases that were lost with their workers.", examples=[0])
    returned: int = Field(description="Leases that workers handed back.", examples=[0])

    @classmethod
    def of(cls, totals: Totals) -> "TimelineTotals":
        return cls.model_validate(totals, from_attributes=True)


class TimelineAnswer(Body):
    run_id: UUID
    started_at: UtcTime = Field(description="What all moments are counted from.")
    is_over: bool = Field(description="Whether the run has ended; else all is as of now.", examples=[True])
    strategy: str = Field(description="How tests were spread over shards.", examples=["duration-aware"])
    totals: TimelineTotals = Field(description="In numbers.")
    sentences: Sequence[str] = Field(
        description="What decided when the run ended, in words.",
        examples=[["The run took 4 min 10 s (predicted 3 min 00 s)."]],
    )
    critical_path: Sequence[TimelineStep] = Field(
        description="The batches that followed one another up to the end of the run, the first one first.",
        examples=[[]],
    )
    lanes: Sequence[TimelineLane] = Field(description="Workers, in the order in which they came.", examples=[[]])
    shards: Sequence[TimelineShard] = Field(description="The plan.", examples=[[]])
    waiting: Sequence[TimelinePiece] = Field(description="What nobody has been given yet.", examples=[[]])

    @classmethod
    def of(cls, found: Timeline) -> "TimelineAnswer":
        return cls(
            run_id=found.run_id,
            started_at=found.began_at,
            is_over=found.is_over,
            strategy=found.strategy,
            totals=TimelineTotals.of(found.totals),
            sentences=found.sentences,
            critical_path=[TimelineStep.model_validate(step, from_attributes=True) for step in found.chain],
            lanes=[TimelineLane.of(lane) for lane in found.lanes],
            shards=[
                TimelineShard(
                    index=shard.index,
                    status=shard.state,
                    tests=shard.tests,
                    predicted_ms=shard.predicted_ms,
                    worker=shard.worker,
                    start_ms=shard.start_ms,
                    end_ms=shard.end_ms,
                )
                for shard in found.shards
            ],
            waiting=[TimelinePiece.of(piece) for piece in found.waiting],
        )
