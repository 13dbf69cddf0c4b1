"""HTTP as uvicorn speaks it, with limits on what comes before a body."""

import asyncio
from http import HTTPStatus
from typing import Final
from uuid import uuid4

from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shifty.web.answers import error_answer
from shifty.web.body_limits import HEADERS_LIMIT, headers_too_large

_ROOM: Final = 2 * HEADERS_LIMIT
"""What is over ``HEADERS_LIMIT`` alone gets its answer further in; this is for headers that do not end."""
_HEADERS_WITHIN_S: Final = 30.0


class LimitedHttp(HttpToolsProtocol):
    """Ends a connection whose headers do not end: uvicorn's own protocol keeps all that comes, however long."""

    _before_body = 0
    _deadline: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._deadline:
            self._before_body += len(data)
            if self._before_body > _ROOM:
                self._end_with(headers_too_large())

    def connection_lost(self, exc: Exception | None) -> None:
        self._headers_are_here()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._headers_are_here()
        self._deadline = self.loop.call_later(_HEADERS_WITHIN_S, self.transport.close)

    def on_headers_complete(self) -> None:
        self._headers_are_here()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        self._end_with(error_answer(400, "INVALID_PARAMETERS", "This is no HTTP request that can be read.", {}))

    def _headers_are_here(self) -> None:
        if self._deadline:
            self._deadline.cancel()
        self._deadline, self._before_body = None, 0

    def _end_with(self, answer: Response) -> None:
        self._headers_are_here()
        if self.transport.is_closing():
            return
        fields = [*answer.raw_headers, (b"connection", b"close"), (b"x-request-id", uuid4().hex.encode())]
        head = b"".join(b"%s: %s\r\n" % field for field in fields)
        status = HTTPStatus(answer.status_code)
        line = f"HTTP/1.1 {int(status)} {status.phrase}\r\n".encode()
        self.transport.write(line + head + b"\r\n" + bytes(answer.body))
        self.transport.close()
