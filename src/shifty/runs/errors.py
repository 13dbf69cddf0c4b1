"""Refusals of this room."""

from shifty.errors import Conflict, NotFound


class RunNotFound(NotFound):
    """There is no such run, or it is another tenant's, or its id is malformed."""

    code = "RUN_NOT_FOUND"

    def __init__(self, run_id: object) -> None:
        super().__init__(
            f"There is no run {run_id}. Check the id and the tenant; shifty runs lists them.", {"runId": str(run_id)}
        )


class TestNotInRun(NotFound):
    """The run has no such test."""

    __test__ = False

    def __init__(self, run_id: object, test_id: str) -> None:
        super().__init__(
            f"The run {run_id} has no test {test_id}. It may have another file, project or title there.",
            {"runId": str(run_id), "testId": test_id},
        )


class NotByTest(Conflict):
    """What is to be run again can't be named test by test."""
