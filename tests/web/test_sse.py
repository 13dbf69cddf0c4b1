"""Frames as an EventSource reads them."""

from collections.abc import AsyncIterator

import httpx
from fastapi import FastAPI
from starlette.responses import Response

from shifty.web.sse import Event, LastEventId, event_stream, nothing_more


def test_a_frame_has_an_id_and_no_name() -> None:
    assert Event("7", '{"a":1}').frame() == b'id: 7\ndata: {"a":1}\n\n'


def test_a_line_break_in_data_does_not_end_the_frame() -> None:
    assert Event("1", "a\nb").frame() == b"id: 1\ndata: a\ndata: b\n\n"


async def test_the_answer_says_when_to_come_back_and_that_nobody_may_buffer_it() -> None:
    async def events() -> AsyncIterator[Event]:
        yield Event("1", "{}")
        yield Event("2", "{}")

    answer = await _get(event_stream(events()))

    assert answer.text == "retry: 2000\n\nid: 1\ndata: {}\n\nid: 2\ndata: {}\n\n"
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-cache, no-transform"
    assert answer.headers["x-accel-buffering"] == "no"


async def test_who_has_seen_the_end_is_told_to_stay_away() -> None:
    answer = await _get(nothing_more())

    assert (answer.status_code, answer.text) == (204, "")


async def _get(response: Response) -> httpx.Response:
    app = FastAPI()

    @app.get("/", response_model=None)
    async def get(last_event_id: LastEventId = None) -> Response:
        assert last_event_id == "41"
        return response

    _ = get
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shifty") as client:
        return await client.get("/", headers={"Last-Event-ID": "41"})
