"""Doors of this room: the contract's messages over HTTP. The same over a socket is `socket.py`."""

from fastapi import APIRouter, Request
from pydantic import Field

from shifty.results.commit import Committer
from shifty.results.errors import BadMessage, UnknownRun
from shifty.results.ingest import Report
from shifty.results.messages import decode_all
from shifty.results.store import RunKey
from shifty.runs.errors import RunNotFound
from shifty.runs.routes import RunId
from shifty.runs.store import RunStore
from shifty.tenants.caller import AUTHENTICATED, IngestCaller, ReadCaller
from shifty.tenants.tickets import GOOD_FOR, make_ticket
from shifty.web.deps import Db
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


_MESSAGES = {
    "title": "Messages",
    "description": "Messages of the contract: an array of objects, or one. What can't be read is named in `errors`.",
}


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
                    "schema": _MESSAGES,
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


class TicketAnswer(WireBody):
    """What opens one stream, once."""

    ticket: str = Field(
        description="For `?ticket=` in the address of a stream of this run.",
        examples=["pV3n0Vq3mJ8cVwS0m6iZyQ0sXr0Wq2dKk4m9b1tU7eE"],
    )
    expires_in: int = Field(description="Seconds within which the stream has to be opened.", examples=[30])


@router.post("/runs/{runId}/tickets", summary="Get a ticket for a stream", responses=refusals(RunNotFound))
async def post_ticket(caller: ReadCaller, run_id: RunId, db: Db) -> TicketAnswer:
    """For browsers, which can't send our headers when they open a stream: shown once in the address of
    `/ws` or of this run's progress, in place of key and tenant."""
    async with db.connection() as connection:
        if await RunStore(connection, caller.tenant_id, caller.project).get(run_id) is None:
            raise RunNotFound(run_id)
    ticket = await make_ticket(db, caller.tenant_id, run_id)
    return TicketAnswer(ticket=ticket, expires_in=int(GOOD_FOR.total_seconds()))
