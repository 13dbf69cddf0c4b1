"""Each answer names its request."""

import logging

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shifty.web.errors import install
from shifty.web.request_ids import RequestIds, current_request_id


def _client() -> httpx.AsyncClient:
    app = FastAPI()
    install(app)

    @app.get("/id")
    async def get_id() -> str:
        return current_request_id()

    _ = get_id
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shifty")


async def test_a_request_without_an_id_gets_one_of_its_own() -> None:
    async with _client() as api:
        first, second = await api.get("/id"), await api.get("/id")

    assert first.headers["x-request-id"] == first.json()
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


async def test_a_sane_id_of_the_caller_is_kept() -> None:
    async with _client() as api:
        answer = await api.get("/id", headers={"X-Request-ID": "build-7/step:2"})

    assert answer.headers["x-request-id"] == answer.json() == "build-7/step:2"


@pytest.mark.parametrize(
    "given", ["", " ", "a b", "x" * 129, "id\twith-tab", "ümlaut".encode("latin-1").decode("latin-1")]
)
async def test_an_id_that_would_do_harm_is_replaced(given: str) -> None:
    async with _client() as api:
        answer = await api.get("/id", headers=[(b"X-Request-ID", given.encode("latin-1"))])

    assert answer.headers["x-request-id"] != given
    assert len(answer.headers["x-request-id"]) == 32


async def _answered(app: ASGIApp, scope_type: str) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    scope: Scope = {"type": scope_type, "path": "/ws", "method": "GET", "headers": [(b"x-request-id", b"mine")]}
    await RequestIds(app)(scope, receive, send)
    return sent


async def test_a_socket_that_is_accepted_carries_the_id() -> None:
    async def socket(_: Scope, __: Receive, send: Send) -> None:
        assert current_request_id() == "mine"
        await send({"type": "websocket.accept"})

    (accepted,) = await _answered(socket, "websocket")

    assert accepted["headers"] == [(b"x-request-id", b"mine")]


async def test_a_client_that_goes_away_is_no_failure_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    async def upload(_: Scope, __: Receive, ___: Send) -> None:
        raise ClientDisconnect

    with caplog.at_level(logging.WARNING):
        assert await _answered(upload, "http") == []
    assert caplog.text == ""


async def test_a_failure_after_the_answer_has_begun_breaks_it_off() -> None:
    async def half(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await _answered(half, "http")
