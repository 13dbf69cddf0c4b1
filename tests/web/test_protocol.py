"""Headers have an end, and what is no HTTP is answered in our shape."""

import asyncio
import contextlib
import json
from urllib.parse import urlsplit

from tests.support.server import RunningServer


async def _answer(server: RunningServer, *pieces: bytes) -> bytes:
    address = urlsplit(server.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        async with asyncio.timeout(60):
            return await reader.read()
    finally:
        writer.close()


def _told(answer: bytes) -> tuple[int, str]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"x-request-id" in head.lower()
    said = json.loads(body)
    assert set(said) == {"error", "code", "details"}
    return int(head.split()[1]), said["code"]


async def test_large_headers_are_refused(server: RunningServer) -> None:
    large = b"".join(b"X-%d: %s\r\n" % (number, b"x" * 1000) for number in range(70))

    answer = await _answer(server, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + large + b"\r\n")

    assert _told(answer) == (431, "HEADERS_TOO_LARGE")


async def test_headers_without_an_end_are_ended(server: RunningServer) -> None:
    address = urlsplit(server.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Endless: ")
    sent = 0
    answer = asyncio.create_task(reader.read())
    try:
        async with asyncio.timeout(60):
            while not answer.done() and sent < 50_000_000:
                writer.write(b"x" * 10_000)
                sent += 10_000
                with contextlib.suppress(ConnectionError):
                    await writer.drain()
                await asyncio.wait([answer], timeout=0.01)
    finally:
        writer.close()

    assert _told(answer.result()) == (431, "HEADERS_TOO_LARGE")


async def test_what_is_no_http_is_told_so(server: RunningServer) -> None:
    assert _told(await _answer(server, b"HELLO\r\n\r\n")) == (400, "INVALID_PARAMETERS")


async def test_many_requests_on_one_connection_have_headers_of_their_own(server: RunningServer) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Filler: " + b"x" * 5000 + b"\r\n"

    answer = await _answer(server, (one + b"\r\n") * 60, one + b"Connection: close\r\n\r\n")

    assert answer.count(b"HTTP/1.1 200 OK") == 61
