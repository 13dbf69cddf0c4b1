"""Bodies over the limit of their path are refused, announced or not."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request

from shifty.web.body_limits import CONTROL_LIMIT, MIB, limit_for
from shifty.web.errors import install
from shifty.wire import Body


class Anything(Body):
    text: str


@pytest.fixture
async def api() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install(app)
    app.state.body_idle_s = 0.5

    @app.post("/json")
    async def post_json(body: Anything) -> int:
        return len(body.text)

    @app.post("/runs/1/events")
    async def post_stream(request: Request) -> int:
        return len(await request.body())

    _ = (post_json, post_stream)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shifty") as client:
        yield client


async def _in_pieces(total: int) -> AsyncIterator[bytes]:
    for _ in range(total // 65536):
        yield b" " * 65536


async def test_an_announced_length_over_the_limit_is_refused(api: httpx.AsyncClient) -> None:
    answer = await api.post("/json", json={"text": "x" * CONTROL_LIMIT})

    assert (answer.status_code, answer.json()["code"]) == (413, "PAYLOAD_TOO_LARGE")
    assert answer.json()["details"] == {"limitBytes": CONTROL_LIMIT}
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(("path", "size"), [("/json", 2 * MIB), ("/runs/1/events", 33 * MIB)])
async def test_a_body_of_unknown_length_is_refused_once_too_much_has_come(
    api: httpx.AsyncClient, path: str, size: int
) -> None:
    answer = await api.post(path, content=_in_pieces(size), headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (413, "PAYLOAD_TOO_LARGE")


async def test_events_may_be_larger_than_control_calls(api: httpx.AsyncClient) -> None:
    assert (await api.post("/runs/1/events", content=b"x" * 2 * MIB)).json() == 2 * MIB
    assert (limit_for("/api/v1/orchestrate"), limit_for("/api/v1/runs/1/claims")) == (32 * MIB, CONTROL_LIMIT)
    assert limit_for("/api/v1/artifacts/upload") is None


async def test_a_body_within_the_limit_passes(api: httpx.AsyncClient) -> None:
    assert (await api.post("/json", json={"text": "x" * (CONTROL_LIMIT - 100)})).status_code == 200


async def test_a_body_that_stops_coming_is_ended(api: httpx.AsyncClient) -> None:
    never = asyncio.Event()

    async def stalled() -> AsyncIterator[bytes]:
        yield b" "
        await never.wait()

    for path in ("/json", "/runs/1/events"):
        answer = await api.post(path, content=stalled(), headers={"Content-Type": "application/json"})

        assert (answer.status_code, answer.json()["code"]) == (408, "REQUEST_TIMEOUT")
