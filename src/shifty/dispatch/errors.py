"""Refusals of this room."""

from uuid import UUID

from shifty.errors import Conflict


class RunCancelled(Conflict):
    code = "RUN_CANCELLED"

    def __init__(self, run_id: UUID) -> None:
        super().__init__(f"Run {run_id} was cancelled; it gives out no more work.", {"runId": str(run_id)})


class LeaseLost(Conflict):
    code = "LEASE_LOST"

    def __init__(self, token: UUID | str) -> None:
        super().__init__(
            "This lease is no longer held: it was not renewed in time, and its tests were given to another worker. "
            "Stop them and claim again.",
            {"token": str(token)},
        )
