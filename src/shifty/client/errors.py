"""What can become of a call, beside its answer.

CallFailed
├── ServerAway   nobody answered, or the server said "not now": the same call may pass later
└── Stopped      the server said no, and will say so again
    ├── Cancelled  the run was cancelled
    └── LeaseGone  the lease is no longer held
"""


class CallFailed(Exception):
    """A call without an answer; the message is for the reader of a CI log."""


class ServerAway(CallFailed):
    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Stopped(CallFailed):
    """``code`` is the error code of the contract, ``status`` that of HTTP."""

    def __init__(self, message: str, *, code: str, status: int) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class Cancelled(Stopped):
    pass


class LeaseGone(Stopped):
    pass
