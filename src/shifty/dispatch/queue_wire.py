"""What travels: the queue as people look at it."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import Field

from shifty.dispatch.queue_model import Doing, LostLease, Place, Queue, QueueWorker, Why
from shifty.web.times import UtcTime
from shifty.wire import Body


class QueuePlace(Body):
    """A run of which something waits."""

    position: int = Field(description="From 1: workers that serve any run take the first one first.", examples=[1])
    run_id: UUID
    project: str
    branch: str | None
    status: str = Field(description="`pending` or `running`.", examples=["pending"])
    created_at: UtcTime
    given_up_at: UtcTime | None = Field(description="When it fails unless a worker comes; null once one has.")
    why: Why = Field(
        description="`busy`: its workers are at other tests of it. `behind`: workers of the project are at other runs. "
        "`noWorkers`: there is none. `planFull`: the tenant's plan allows no more.",
        examples=["noWorkers"],
    )
    sentence: str = Field(description="The same in words.", examples=["No worker of my-app is there: …"])
    command: str | None = Field(
        description="What to type for it to go on, in the folder of the suite; null: it goes on by itself.",
        examples=["shifty worker --run 550e8400-e29b-41d4-a716-446655440000"],
    )
    planned_workers: int = Field(description="Workers that it was planned for.", examples=[5])
    workers: int = Field(description="Workers of its own that were heard of lately.", examples=[0])
    waiting_shards: int = Field(description="Shards of which something waits.", examples=[5])
    waiting_pieces: int = Field(description="Spec files, or pieces of them, that wait.", examples=[12])
    waiting_tests: int = Field(description="Tests that wait, as far as they are known.", examples=[150])
    waiting_ms: int = Field(description="What they take one after the other, predicted.", examples=[225_000])

    @classmethod
    def of(cls, place: Place) -> "QueuePlace":
        return cls.model_validate({**vars(place.run), **vars(place)})


class QueueWorkerAnswer(Body):
    worker_id: UUID
    worker: str
    run_id: UUID
    project: str
    doing: Doing = Field(
        description="`working`; `silent`: it has missed heartbeats and will lose its lease; `idle`: it asks for work; "
        "`done`: its run is over; `stopped`: it handed its work back; `lost`.",
        examples=["working"],
    )
    shard_index: int | None = Field(description="The shard it began with; null for a late joiner.", examples=[0])
    joined_at: UtcTime
    last_seen_at: UtcTime
    silent_ms: int = Field(description="Milliseconds since it was last heard of.", examples=[1800])
    tests_run: int = Field(description="Tests that it ran in batches that have ended.", examples=[30])
    batches: int = Field(description="Batches that it took.", examples=[3])
    seq: int | None = Field(description="Number of the lease that it holds; null: none.", examples=[4])
    granted_at: UtcTime | None = Field(description="Since when it holds that.")
    expires_in_ms: int | None = Field(description="Until it is lost unless it is renewed.", examples=[27_000])
    predicted_ms: int | None = Field(description="Predicted time of the batch.", examples=[45_000])
    files: Sequence[str] = Field(description="Files of the batch, at most ten.", examples=[["tests/login.spec.ts"]])
    tests: int = Field(description="Tests of the batch.", examples=[12])
    done: int = Field(description="How many of these have reported.", examples=[5])
    running: Sequence[str] = Field(description="Titles of tests that run now.", examples=[["pays by card"]])

    @classmethod
    def of(cls, worker: QueueWorker) -> "QueueWorkerAnswer":
        return cls.model_validate({**vars(worker), "worker_id": worker.id, "worker": worker.name})


class LostLeaseAnswer(Body):
    run_id: UUID
    project: str
    branch: str | None
    worker: str
    seq: int = Field(description="The lease's number within the run.", examples=[3])
    granted_at: UtcTime = Field(description="When it was given out.")
    ended_at: UtcTime = Field(description="When it was lost.")
    predicted_ms: int

    @classmethod
    def of(cls, lost: LostLease) -> "LostLeaseAnswer":
        return cls.model_validate(lost, from_attributes=True)


class QueueAnswer(Body):
    waiting: Sequence[QueuePlace] = Field(description="Runs of which something waits, at most 100.", examples=[[]])
    waiting_runs: int = Field(description="How many such runs there are.", examples=[1])
    workers: Sequence[QueueWorkerAnswer] = Field(
        description="Workers that hold a lease, at most 100 with the others.", examples=[[]]
    )
    others: Sequence[QueueWorkerAnswer] = Field(description="Workers of the last hour that hold none.", examples=[[]])
    lost: Sequence[LostLeaseAnswer] = Field(
        description="Leases that were lost in the last 24 hours, newest first.", examples=[[]]
    )
    max_workers: int | None = Field(description="Workers at once by the tenant's plan; null: any number.")

    @classmethod
    def of(cls, queue: Queue) -> "QueueAnswer":
        return cls(
            waiting=[QueuePlace.of(place) for place in queue.waiting],
            waiting_runs=queue.waiting_runs,
            workers=[QueueWorkerAnswer.of(worker) for worker in queue.workers],
            others=[QueueWorkerAnswer.of(worker) for worker in queue.others],
            lost=[LostLeaseAnswer.of(lost) for lost in queue.lost],
            max_workers=queue.seats.most,
        )
