"""Sockets of producers and viewers, as clients open them."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.support.server import RunningServer

PATIENCE_S = 60.0


class Line:
    """One open socket; messages are JSON objects."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, *messages: object) -> None:
        for message in messages:
            await self.socket.send(message if isinstance(message, str) else json.dumps(message))

    async def next(self) -> dict[str, Any]:
        return json.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE_S))

    async def ask(self, message: object) -> dict[str, Any]:
        await self.say(message)
        return await self.next()

    async def until(self, kind: str) -> list[dict[str, Any]]:
        """What comes, up to and with the first message of this type."""
        heard = [await self.next()]
        while heard[-1]["type"] != kind:
            heard.append(await self.next())
        return heard

    async def rest(self) -> tuple[list[dict[str, Any]], int | None]:
        """All that comes until the server closes, and the code with which it does."""
        heard: list[dict[str, Any]] = []
        try:
            while True:
                heard.append(await self.next())
        except ConnectionClosed as closed:
            return heard, closed.rcvd.code if closed.rcvd else None


def socket_address(server: RunningServer, path: str = "/ws") -> str:
    return server.url.replace("http", "ws", 1) + path


@asynccontextmanager
async def producing(server: RunningServer, run_id: UUID) -> AsyncGenerator[Line]:
    headers = {**server.headers, "X-Run-ID": str(run_id)}
    # Acknowledgements that nobody reads must not keep the client from hearing the end.
    async with connect(socket_address(server), additional_headers=headers, compression=None, max_queue=None) as socket:
        yield Line(socket)


@asynccontextmanager
async def viewing(
    server: RunningServer, run_id: UUID, query: str = "", headers: Mapping[str, str] | None = None, max_queue: int = 16
) -> AsyncGenerator[Line]:
    given = {**(server.headers if headers is None else headers), "X-Run-ID": str(run_id), "X-Role": "viewer"}
    address = socket_address(server, f"/ws{query}")
    async with connect(address, additional_headers=given, compression=None, max_queue=max_queue) as socket:
        yield Line(socket)


def start_message(seq: int = 0, **payload: object) -> dict[str, object]:
    return {"type": "run:start", "seq": seq, "payload": payload}


def batch_message(seq: int, results: Sequence[Mapping[str, object]]) -> dict[str, object]:
    return {"type": "test:batch", "seq": seq, "payload": {"results": results}}


def passed(name: str, **more: object) -> dict[str, object]:
    return {"testFile": "tests/login.spec.ts", "testName": name, "status": "passed", "durationMs": 1250, **more}


END: Mapping[str, object] = {"type": "run:end", "seq": 999, "payload": {"status": "completed"}}
