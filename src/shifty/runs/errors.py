"""Refusals of this room."""

from shifty.errors import Conflict, NotFound


class RunNotFound(NotFound):
    """There is no such run, or it is another tenant's, or its id is malformed."""

    code = "RUN_NOT_FOUND"

    def __init__(self, run_id: object) -> None:
        super().__init__(
            f"There is no run {run_id}. Check the id and the tenant; shifty runs lists them.", {"runId": str(run_id)}
        )


class NotByTest(Conflict):
    """What is to be run again can't be named test by test."""
