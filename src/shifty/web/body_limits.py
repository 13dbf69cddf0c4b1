"""How large a request body may be, and how long it may take to come."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shifty.web.answers import error_answer

MIB: Final = 1024 * 1024
CONTROL_LIMIT: Final = 1 * MIB
LIMITS_BY_ENDING: Final[Mapping[str, int]] = {
    "/events": 32 * MIB,
    "/orchestrate": 32 * MIB,
    "/finish": 8 * MIB,
    "/healing/heal": 16 * MIB,
    "/healing/prs": 16 * MIB,
    "/healing/fingerprints": 16 * MIB,
}
"""Calls that carry whole suites, batches or pages; all others are control calls."""
_STREAMED_ENDING: Final = "/artifacts/upload"
_STREAMED_FOLDER: Final = "/artifacts/put/"

HEADERS_LIMIT: Final = 64 * 1024
IDLE_S: Final = 30.0
"""The default of the setting ``body_idle_seconds``."""
_BYTES_PER_S: Final = 2048
"""Who keeps below this for long only keeps a connection busy: a modem is faster."""


class BodyLimits:
    """Answers 413 to a body over the limit of its path, by its announced length or as soon as too much has come.

    408 answers one that does not come: silent for ``body_idle_seconds``, or a trickle. Headers have a limit, too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if sum(len(name) + len(value) for name, value in scope["headers"]) > HEADERS_LIMIT:
            await headers_too_large()(scope, receive, send)
            return
        limit = limit_for(scope["path"])
        body = _Counted(receive, limit, _idle_s(scope))
        headers = Headers(scope=scope)
        announced = headers.get("content-length", "")
        if limit is not None and announced.isascii() and announced.isdigit() and int(announced[:20]) > limit:
            if "expect" not in headers:
                await _discard(_Counted(receive, None, _idle_s(scope)), limit)
            answer = error_answer(413, "PAYLOAD_TOO_LARGE", _sentence(limit), {"limitBytes": limit})
            await answer(scope, receive, send)
            return
        await self.app(scope, body.receive, send)


def headers_too_large() -> Response:
    sentence = f"The headers are over the limit of {HEADERS_LIMIT // 1024} KiB."
    return error_answer(431, "HEADERS_TOO_LARGE", sentence, {"limitBytes": HEADERS_LIMIT})


def limit_for(path: str) -> int | None:
    """The limit in bytes of the call at ``path``; None: it streams its body, and counts for itself."""
    if path.endswith(_STREAMED_ENDING) or _STREAMED_FOLDER in path:
        return None
    for ending, limit in LIMITS_BY_ENDING.items():
        if path.endswith(ending):
            return limit
    return CONTROL_LIMIT


class _Counted:
    """Counts what comes, and the time that was spent waiting for it."""

    def __init__(self, receive: Receive, limit: int | None, idle_s: float) -> None:
        self._receive = receive
        self._limit = limit
        self._idle_s = idle_s
        self._come = 0
        self._waited_s = 0.0
        self.ended = False

    async def receive(self) -> Message:
        if self.ended:
            # Whoever asks now waits for the client to leave, for as long as it stays.
            return await self._receive()
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._patience_s()):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, _too_slow(self._come)) from None
        self._waited_s += time.monotonic() - began
        self._come += len(message.get("body", b""))
        self.ended = message["type"] != "http.request" or not message.get("more_body", False)
        if self._limit is not None and self._come > self._limit:
            # The framework's own exception: its body parser lets this one through and swallows all others.
            raise HTTPException(413, _sentence(self._limit))
        return message

    def _patience_s(self) -> float:
        earned_s = 2 * self._idle_s + self._come / _BYTES_PER_S
        return max(0.0, min(self._idle_s, earned_s - self._waited_s))


def _idle_s(scope: Scope) -> float:
    return float(getattr(scope["app"].state, "body_idle_s", IDLE_S)) if "app" in scope else IDLE_S


async def _discard(body: "_Counted", at_most: int) -> None:
    """Take some of what is being sent: many clients read no answer before they have sent a good part."""
    left = at_most
    with suppress(HTTPException):
        while left > 0 and not body.ended:
            left -= len((await body.receive()).get("body", b""))


def _sentence(limit: int) -> str:
    return f"The body is over the limit of {limit // MIB} MiB for this call. Send it in smaller parts."


def _too_slow(come: int) -> str:
    return f"The body stopped coming after {come} bytes. Send it again, over a connection that holds."
