"""Request ids: on every answer and in every log line about it."""

import logging
import re
from contextvars import ContextVar
from typing import cast
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shifty.web.answers import error_answer

HEADER = "X-Request-ID"

# What may be repeated into a header and a log line without harm.
_SANE = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")

_STARTS = ("http.response.start", "websocket.accept", "websocket.http.response.start")

log = logging.getLogger(__name__)

_current: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """The id of the request being answered; empty outside of one."""
    return _current.get()


class RequestIds:
    """Names each request, and answers for what nobody else has caught.

    The last resort lives here, and not in an exception handler: the framework's own would run outside of this
    middleware, and its answer would carry no id.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        request_id = _given(Headers(scope=scope)) or uuid4().hex
        headers = headers_of_answer(scope)
        headers[HEADER] = request_id
        answer = _Answer(send, headers)
        token = _current.set(request_id)
        try:
            await self.app(scope, receive, answer.send)
        except ClientDisconnect:
            log.info("Request %s was given up by its client: %s", request_id, scope["path"])
        except Exception:
            log.exception("Request %s failed: %s %s", request_id, scope.get("method", "socket"), scope["path"])
            if answer.started or scope["type"] != "http":
                raise
            sentence = f"Something went wrong on our side. The server's log has it under request {request_id}."
            failure = error_answer(500, "INTERNAL_ERROR", sentence, {"requestId": request_id})
            await failure(scope, receive, answer.send)
        finally:
            _current.reset(token)


def headers_of_answer(scope: Scope) -> dict[str, str]:
    """Headers that the answer to a request will have, whoever gives it; middleware further in puts its own here."""
    return cast("dict[str, str]", scope.setdefault("shifty.headers", {}))


class _Answer:
    """Passes an answer on, with the headers of every answer, and remembers whether it has begun."""

    def __init__(self, send: Send, headers: dict[str, str]) -> None:
        self._send = send
        self._headers = headers
        self.started = False

    async def send(self, message: Message) -> None:
        if message["type"] in _STARTS:
            self.started = True
            message.setdefault("headers", [])
            MutableHeaders(scope=message).update(self._headers)
        await self._send(message)


def _given(headers: Headers) -> str | None:
    given = headers.get(HEADER, "").strip()
    return given if _SANE.fullmatch(given) else None
