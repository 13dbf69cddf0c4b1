"""The little of HTTP/1.1 that the relay needs: one request a connection, a body of a stated length, all bounded."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self, TypeAlias
from urllib.parse import parse_qsl, urlsplit

import msgspec

LONGEST_HEAD = 64 * 1024
LARGEST_BODY = 16 * 1024 * 1024
MOST_CONNECTIONS = 64
_HEAD_S = 5.0
_BODY_S = 10.0


@dataclass(frozen=True)
class Head:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """By names in small letters."""


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes

    @classmethod
    def refusing(cls, status: int, code: str, error: str) -> Self:
        """In the shape of the server's own errors."""
        return cls(status, msgspec.json.encode({"error": error, "code": code, "details": {}}))


ReadBody: TypeAlias = Callable[[], Awaitable[bytes]]
Handler: TypeAlias = Callable[[Head, ReadBody], Awaitable[Reply]]
"""Answers a request. It reads the body when it has seen that the caller may send one."""


class Unreadable(Exception):
    """A request that can't be taken; ``reply`` says why."""

    def __init__(self, status: int, code: str, error: str) -> None:
        super().__init__(error)
        self.reply = Reply.refusing(status, code, error)


class LoopbackServer:
    """Listens on a free port of 127.0.0.1 from ``start`` to ``close``."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.url = ""

    async def start(self) -> None:
        """Raises OSError: this machine gives no port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=LONGEST_HEAD)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        if self._server:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Whoever has gone needs no answer.
        with contextlib.suppress(OSError):
            try:
                writer.write(_written(await self._reply(reader)))
                await writer.drain()
            finally:
                writer.close()

    async def _reply(self, reader: asyncio.StreamReader) -> Reply:
        try:
            if len(self._connections) > MOST_CONNECTIONS:
                raise Unreadable(503, "SERVICE_UNAVAILABLE", f"More than {MOST_CONNECTIONS} requests at once.")
            head = await _read_head(reader)
            return await self._handler(head, lambda: _read_body(reader, head))
        except Unreadable as unreadable:
            return unreadable.reply
        except (TimeoutError, asyncio.IncompleteReadError):
            return Reply.refusing(408, "REQUEST_TIMEOUT", "The request did not come in time.")


async def _read_head(reader: asyncio.StreamReader) -> Head:
    try:
        async with asyncio.timeout(_HEAD_S):
            text = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.LimitOverrunError:
        raise Unreadable(431, "INVALID_PARAMETERS", f"The head has more than {LONGEST_HEAD} bytes.") from None
    first, *lines = text.split("\r\n")
    try:
        method, target, _ = first.split(" ")
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query))
    except ValueError:
        raise Unreadable(400, "INVALID_PARAMETERS", "This is no HTTP/1.1 request.") from None
    fields = (line.partition(":") for line in lines if line)
    return Head(method, parts.path, query, {name.strip().lower(): value.strip() for name, _, value in fields})


async def _read_body(reader: asyncio.StreamReader, head: Head) -> bytes:
    length = head.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit() and len(length) < 16):
        raise Unreadable(411, "INVALID_PARAMETERS", "Send the body with its Content-Length.")
    if int(length) > LARGEST_BODY:
        raise Unreadable(413, "PAYLOAD_TOO_LARGE", f"The body has more than {LARGEST_BODY} bytes.")
    async with asyncio.timeout(_BODY_S):
        return await reader.readexactly(int(length))


def _written(reply: Reply) -> bytes:
    head = (
        f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(reply.body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + reply.body
