"""Refusals of this room."""

from shifty.errors import Invalid, NotFound, TooLarge


class UnknownRun(NotFound):
    code = "RUN_NOT_FOUND"

    def __init__(self, run_id: str) -> None:
        super().__init__(f"There is no run {run_id}. Send run:start first, or check the run id.", {"runId": run_id})


class BadMessage(Invalid):
    def __init__(self, reason: str, index: int | None = None) -> None:
        where = "The message" if index is None else f"Message {index}"
        super().__init__(f"{where} can't be read: {reason}", {} if index is None else {"index": index})


class MessageTooLarge(TooLarge):
    def __init__(self, limit: int) -> None:
        super().__init__(f"The message is over {limit} bytes. Send fewer results at a time.", {"limit": limit})
