"""Refusals of this room."""

from collections.abc import Mapping
from uuid import UUID

from shifty.errors import Conflict, Invalid, Unavailable


class BadRequest(Invalid):
    """The input of a run is at fault; details name each field."""


class BadWorkerCount(Invalid):
    def __init__(self, value: object, low: int, high: int) -> None:
        super().__init__(
            f"workerCount must be a whole number from {low} to {high}; this was {value!r}.",
            {"field": "workerCount", "min": low, "max": high, "value": value},
        )


class RunAlreadyFinished(Conflict):
    code = "RUN_ALREADY_FINISHED"

    def __init__(self, run_id: UUID, status: str) -> None:
        super().__init__(
            f"Run {run_id} is {status}; there is nothing left to cancel.", {"runId": str(run_id), "status": status}
        )


class RunNotFinished(Conflict):
    """The run still goes on, so nobody knows yet what of it is to be run again."""

    code = "RUN_NOT_FINISHED"

    def __init__(self, run_id: UUID, status: str) -> None:
        super().__init__(
            f"Run {run_id} is {status} and its tests may still report: rerun it when it has ended, or cancel it first.",
            {"runId": str(run_id), "status": status},
        )


class RerunNotPossible(Conflict):
    """No test of the run can be run again, though it did not pass; or the rerun's build is the run itself."""

    code = "RERUN_NOT_POSSIBLE"

    def __init__(self, run_id: UUID, why: str) -> None:
        super().__init__(why, {"runId": str(run_id)})


class QueueFull(Unavailable):
    code = "QUEUE_FULL"

    def __init__(self, details: Mapping[str, int]) -> None:
        super().__init__(
            "The queue is full: {waiting} shards wait, {capacity} may, and this run asks for {requested} more. "
            "Try again when runs have ended, or cancel one.".format(**details),
            details,
            retry_after_s=30,
        )
