"""Refusals of this room."""

from shifty.errors import Exhausted, Forbidden, Invalid, NotFound


class UnknownRun(NotFound):
    code = "RUN_NOT_FOUND"

    def __init__(self, run_id: str) -> None:
        super().__init__(f"There is no run {run_id}. Send run:start first, or check the run id.", {"runId": run_id})


class BadMessage(Invalid):
    def __init__(self, reason: str, index: int | None = None) -> None:
        where = "The message" if index is None else f"Message {index}"
        super().__init__(f"{where} can't be read: {reason}", {} if index is None else {"index": index})


class TooManyProducers(Exhausted):
    """All sockets that a tenant may report over are in use."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"{most} sockets of this tenant report already, and no more may. Send the same messages to POST "
            "/api/v1/runs/{runId}/events, which has no such limit, or have the server's max_producers raised.",
            {"limit": "producers", "max": most, "fallback": "POST /api/v1/runs/{runId}/events"},
            retry_after_s=5,
        )


class OnlyViews(Forbidden):
    """A viewer's socket takes no results."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"This socket views a run, and {kind} was not stored. To report, open it with a key that has the scope "
            "'ingest', and without a ticket or the role 'viewer'.",
            {"type": kind},
        )


class BadRole(Invalid):
    def __init__(self, role: str) -> None:
        super().__init__(
            f"There is no role {role[:40]!r}: X-Role is 'viewer' or 'producer'.",
            {"fields": [{"path": "X-Role", "message": "is 'viewer' or 'producer'"}]},
        )


class BadCursor(Invalid):
    def __init__(self) -> None:
        super().__init__(
            "since is no cursor. Send the cursor of the last message that was seen, as it came, or leave it out.",
            {"fields": [{"path": "since", "message": "is the cursor of an earlier message"}]},
        )
