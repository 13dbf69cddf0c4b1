"""What can become of a call, beside its answer.

CallFailed
├── ServerAway         nobody answered, or the server said "not now": the same call may pass later
│   ├── RateLimited    too many calls; ``retry_after_s`` says when the next one may come
│   └── QueueFull      more tests would wait than may; nothing was stored
└── Stopped            the server said no, and will say so again
    ├── Invalid        the input is at fault; ``details["fields"]`` names each fault
    ├── Unauthenticated  the key is missing, unknown, revoked or expired
    ├── Forbidden      the key lacks the scope, is another tenant's, or the plan does not allow it
    ├── NotFound       there is no such run or artifact, or it is somebody else's
    ├── Gone           it did exist
    └── Conflict       the state does not allow it
        ├── AlreadyFinished  the run is over and can't be cancelled
        ├── Cancelled  the run was cancelled
        └── LeaseGone  the lease is no longer held
"""

from collections.abc import Mapping


class CallFailed(Exception):
    """A call without an answer; the message is for the reader of a CI log, ``code`` for programs.

    ``status`` is that of HTTP, None where nobody answered; ``request_id`` is what the server's log has it under.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        status: int | None = None,
        details: Mapping[str, object] | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.details = dict(details or {})
        self.request_id = request_id


class ServerAway(CallFailed):
    def __init__(
        self,
        message: str,
        retry_after_s: float | None = None,
        *,
        code: str = "",
        status: int | None = None,
        details: Mapping[str, object] | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message, code=code, status=status, details=details, request_id=request_id)
        self.retry_after_s = retry_after_s


class RateLimited(ServerAway):
    pass


class QueueFull(ServerAway):
    pass


class Stopped(CallFailed):
    pass


class Invalid(Stopped):
    pass


class Unauthenticated(Stopped):
    pass


class Forbidden(Stopped):
    pass


class NotFound(Stopped):
    pass


class Gone(Stopped):
    pass


class Conflict(Stopped):
    pass


class AlreadyFinished(Conflict):
    pass


class Cancelled(Conflict):
    pass


class LeaseGone(Conflict):
    pass
