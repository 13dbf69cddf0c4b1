"""Refusals of this room."""

from shifty.errors import Invalid, NotFound


class UnknownRun(NotFound):
    code = "RUN_NOT_FOUND"

    def __init__(self, run_id: str) -> None:
        super().__init__(f"There is no run {run_id}. Send run:start first, or check the run id.", {"runId": run_id})


class BadMessage(Invalid):
    def __init__(self, reason: str, index: int | None = None) -> None:
        where = "The message" if index is None else f"Message {index}"
        super().__init__(f"{where} can't be read: {reason}", {} if index is None else {"index": index})
