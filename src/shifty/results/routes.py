"""Doors of this room: the contract's messages over HTTP. The same over a socket is `socket.py`."""

from fastapi import APIRouter, Request

from shifty.results.commit import Committer
from shifty.results.errors import BadMessage, UnknownRun
from shifty.results.ingest import Report
from shifty.results.messages import decode_all
from shifty.results.store import RunKey
from shifty.runs.routes import RunId
from shifty.tenants.caller import AUTHENTICATED, IngestCaller
from shifty.web.refusals import refusals
from shifty.wire import Body as WireBody

router = APIRouter(tags=["results"], dependencies=AUTHENTICATED)


class MessageFault(WireBody):
    index: int
    code: str
    error: str


class EventsResponse(WireBody):
    """``acked`` messages are stored for good; those in ``errors`` can't be read and need no second try."""

    acked: int
    errors: list[MessageFault]


_EXAMPLE = [
    {
        "type": "test:batch",
        "payload": {
            "results": [
                {"testFile": "tests/login.spec.ts", "testName": "logs in", "status": "passed", "durationMs": 1250}
            ]
        },
    }
]


@router.post(
    "/runs/{runId}/events",
    summary="Report what tests did",
    responses=refusals(UnknownRun, BadMessage),
    openapi_extra={
        "requestBody": {
            # Nothing at all is no message, too.
            "required": False,
            "content": {
                "application/json": {
                    "schema": {"type": "array", "items": {"type": "object"}},
                    "example": _EXAMPLE,
                }
            },
        }
    },
)
async def post_events(caller: IngestCaller, run_id: RunId, request: Request) -> EventsResponse:
    """Store messages of the contract: an array of them, one alone, or one a line.

    Idempotent: what was sent before changes nothing, so send again whatever was not acknowledged. A `run:start` for a
    run that does not exist creates it.
    """
    messages, faults = decode_all(await request.body())
    if messages:
        committer: Committer = request.app.state.committer
        await committer.commit(Report(RunKey(run_id, caller.tenant_id), messages, caller.project))
    errors = [MessageFault(index=fault.index, code=fault.error.code, error=fault.error.message) for fault in faults]
    return EventsResponse(acked=len(messages), errors=errors)
