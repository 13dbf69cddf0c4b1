"""Server-sent events: frames and their answer. What is in them is the live room's."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Header
from starlette.responses import Response, StreamingResponse

RETRY_MS: Final = 2000

# A proxy that buffers or transforms would hold back what is meant to be live.
_HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}

LastEventId = Annotated[str | None, Header(alias="Last-Event-ID", description="The last version that was seen.")]


@dataclass(frozen=True)
class Event:
    """An unnamed event; ``id`` is what a client sends back as Last-Event-ID, ``data`` is JSON on one line."""

    id: str
    data: str

    def frame(self) -> bytes:
        lines = "".join(f"data: {line}\n" for line in self.data.splitlines() or [""])
        return f"id: {self.id}\n{lines}\n".encode()


def event_stream(events: AsyncIterator[Event]) -> Response:
    """Send ``events`` as they come, then close."""
    return StreamingResponse(_frames(events), headers=_HEADERS, media_type="text/event-stream")


def nothing_more() -> Response:
    """204: what tells an EventSource that has seen the end to stay away."""
    return Response(status_code=204)


async def _frames(events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
    yield f"retry: {RETRY_MS}\n\n".encode()
    async for event in events:
        yield event.frame()
