"""Bodies of the calls that workers make."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shifty.dispatch.claim import Claim
from shifty.dispatch.model import Claimant, Idle, Lease, LeasedItem, Renewal
from shifty.dispatch.queue import QueueStats
from shifty.wire import WHOLE, Body, Words

IDLE_RETRY_MS = 500
FULL_RETRY_MS = 2000


class ClaimRequest(Body):
    """Who asks. The same ``workerId`` that still holds a lease gets that lease again."""

    worker_id: UUID
    worker: Annotated[Words, Field(min_length=1, max_length=200)]
    lanes: Annotated[int, Field(ge=1, le=256), WHOLE] = 1
    overhead_ms: Annotated[int, Field(ge=0, le=600_000), WHOLE] | None = None
    shard_index: Annotated[int, Field(ge=0, le=999), WHOLE] | None = Field(
        default=None,
        description="Everything that waits of this shard, and nothing else: for a machine that comes only once.",
        examples=[0],
    )

    def claimant(self) -> Claimant:
        return Claimant(self.worker_id, self.worker, self.lanes, self.overhead_ms, self.shard_index)


class PoolClaimRequest(ClaimRequest):
    projects: Annotated[list[Words], Field(max_length=1000)] | None = None


class TestToRun(Body):
    test_id: str
    title_path: list[str]
    project_name: str
    line: int | None


class ItemToRun(Body):
    """``tests`` null: run the whole file, in ``projectName`` or, where that is null, in every Playwright project."""

    id: int
    file: str
    project_name: str | None
    tests: list[TestToRun] | None

    @classmethod
    def of(cls, item: LeasedItem) -> "ItemToRun":
        tests = None
        if item.tests is not None:
            tests = [
                TestToRun(test_id=t.test_id, title_path=list(t.title_path), project_name=t.project_name, line=t.line)
                for t in item.tests
            ]
        return cls(id=item.id, file=item.file, project_name=item.project_name, tests=tests)


class ClaimResponse(Body):
    """``lease``: run this. ``idle``: ask again after ``retryAfterMs``. ``drained``: no work will come."""

    kind: Literal["lease", "idle", "drained"]
    retry_after_ms: int | None = None
    reason: str | None = Field(
        default=None,
        description="Why a worker is idle where it is not for want of work: the plan's workers are all busy.",
    )
    run_id: UUID | None = None
    token: UUID | None = None
    seq: int | None = None
    shard_index: int | None = None
    total_shards: int | None = None
    expires_in_ms: int | None = None
    predicted_ms: int | None = None
    project: str | None = None
    items: list[ItemToRun] = []

    @classmethod
    def of(cls, claim: Claim) -> "ClaimResponse":
        match claim:
            case Lease():
                return cls(
                    kind="lease",
                    run_id=claim.run_id,
                    token=claim.token,
                    seq=claim.seq,
                    shard_index=claim.shard_index,
                    total_shards=claim.total_shards,
                    expires_in_ms=round(claim.expires_in.total_seconds() * 1000),
                    predicted_ms=claim.predicted_ms,
                    project=claim.project,
                    items=[ItemToRun.of(item) for item in claim.items],
                )
            case Idle():
                # A seat gets free when a batch or a run ends, and that takes its time.
                wait_ms = FULL_RETRY_MS if claim.reason else IDLE_RETRY_MS
                return cls(kind="idle", retry_after_ms=wait_ms, reason=claim.reason)
            case _:
                return cls(kind="drained")


class PlannedShare(Body):
    index: int
    test_ids: list[str] = Field(
        description="Tests that were planned for this shard, whatever has become of them since.",
        examples=[["9b74c9897bac770ffc02"]],
    )


class PlanResponse(Body):
    """``shards`` leaves out those without tests. Set-up and teardown belong to none."""

    shards: list[PlannedShare]

    @classmethod
    def of(cls, plan: Mapping[int, Sequence[str]]) -> "PlanResponse":
        return cls(shards=[PlannedShare(index=index, test_ids=list(ids)) for index, ids in plan.items()])


class RenewResponse(Body):
    expires_in_ms: int
    cancelled: bool

    @classmethod
    def of(cls, renewal: Renewal) -> "RenewResponse":
        return cls(expires_in_ms=round(renewal.expires_in.total_seconds() * 1000), cancelled=renewal.cancelled)


class QueueStatsResponse(Body):
    waiting: int
    active: int
    completed: int
    failed: int
    capacity: int
    workers: int
    oldest_waiting_ms: int | None

    @classmethod
    def of(cls, stats: QueueStats) -> "QueueStatsResponse":
        return cls.model_validate(stats, from_attributes=True)
