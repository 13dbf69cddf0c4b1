"""How large a request body may be."""

from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shifty.web.answers import error_answer

MIB: Final = 1024 * 1024
CONTROL_LIMIT: Final = 1 * MIB
LIMITS_BY_ENDING: Final[Mapping[str, int]] = {"/events": 32 * MIB, "/orchestrate": 32 * MIB, "/finish": 8 * MIB}
"""Calls that carry whole suites or batches; all others are control calls."""


class BodyLimits:
    """Answers 413 to a body over the limit of its path, by its announced length or as soon as too much has come."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = limit_for(scope["path"])
        headers = Headers(scope=scope)
        announced = headers.get("content-length", "")
        if announced.isascii() and announced.isdigit() and int(announced) > limit:
            if "expect" not in headers:
                await _discard(receive, limit)
            answer = error_answer(413, "PAYLOAD_TOO_LARGE", _sentence(limit), {"limitBytes": limit})
            await answer(scope, receive, send)
            return
        await self.app(scope, _Counted(receive, limit).receive, send)


def limit_for(path: str) -> int:
    """The limit in bytes of the call at ``path``."""
    for ending, limit in LIMITS_BY_ENDING.items():
        if path.endswith(ending):
            return limit
    return CONTROL_LIMIT


class _Counted:
    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit
        self._limit = limit

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            # The framework's own exception: its body parser lets this one through and swallows all others.
            raise HTTPException(413, _sentence(self._limit))
        return message


async def _discard(receive: Receive, at_most: int) -> None:
    """Take some of what is being sent: many clients read no answer before they have sent a good part."""
    left = at_most
    while left > 0:
        message = await receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return
        left -= len(message.get("body", b""))


def _sentence(limit: int) -> str:
    return f"The body is over the limit of {limit // MIB} MiB for this call. Send it in smaller parts."
