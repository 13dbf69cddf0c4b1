"""From exceptions to answers: every error leaves as ``{error, code, details}``, and only this room knows statuses."""

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import cast

import psycopg
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path

from shifty.errors import Refusal, Unavailable
from shifty.web.answers import error_answer, refusal_answer
from shifty.web.body_limits import BodyLimits
from shifty.web.openapi import complete_description
from shifty.web.request_ids import RequestIds, current_request_id

log = logging.getLogger(__name__)

ErrorPage = Callable[[Request, int, str], Response]
"""What the composition root may put into ``app.state.error_page``: errors as pages, for browsers."""

_FRAMEWORK_ERRORS: Mapping[int, tuple[str, str]] = {
    400: ("INVALID_PARAMETERS", "The request can't be read."),
    401: ("UNAUTHORIZED", "Send a valid API key as Authorization: Bearer <key>."),
    403: ("FORBIDDEN", "The caller may not do this."),
    404: ("NOT_FOUND", "There is nothing at {path}. See /docs for what there is."),
    405: ("METHOD_NOT_ALLOWED", "{path} does not take {method}."),
    406: ("NOT_ACCEPTABLE", "No representation that the client accepts."),
    408: ("REQUEST_TIMEOUT", ""),
    409: ("CONFLICT", "The state does not allow this."),
    413: ("PAYLOAD_TOO_LARGE", "The body is over the limit."),
    415: ("UNSUPPORTED_MEDIA_TYPE", "Send JSON, with the header Content-Type: application/json."),
    429: ("RATE_LIMIT_EXCEEDED", "Too many requests. Try again later."),
    503: ("SERVICE_UNAVAILABLE", "A part that this needs is away. Try again later."),
}


def install(app: FastAPI, *gates: Middleware) -> None:
    """Give every answer of ``app`` a request id, every error our shape, and every body a limit.

    A request passes the ``gates``, the first one first, before its body is looked at; their answers have an id, too.
    """
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _framework_error)
    for kind in (psycopg.DataError, UnicodeEncodeError):
        app.add_exception_handler(kind, _not_storable)
    for kind in (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
        app.add_exception_handler(kind, _in_the_way)
    app.add_middleware(BodyLimits)
    for gate in reversed(gates):
        app.add_middleware(gate.cls, *gate.args, **gate.kwargs)
    # Last added is outermost: it sees every answer, those of the limits too.
    app.add_middleware(RequestIds)
    complete_description(app)


async def _refused(_: Request, error: Exception) -> Response:
    return refusal_answer(cast("Refusal", error))


async def _invalid(request: Request, error: Exception) -> Response:
    faults = cast("Sequence[Mapping[str, object]]", cast("RequestValidationError", error).errors())
    if _not_json(request) and any(_place(fault) == ("body",) for fault in faults):
        return _answer(request, 415, None, {})
    fields = [{"path": _path(fault), "message": str(fault["msg"])} for fault in faults]
    first = fields[0] if fields else {"path": "body", "message": "can't be read"}
    more = f" ({len(fields) - 1} more in details.fields)" if len(fields) > 1 else ""
    sentence = f"{first['path']}: {first['message']}{more}"
    return error_answer(400, "INVALID_PARAMETERS", sentence, {"fields": fields})


async def _not_storable(request: Request, error: Exception) -> Response:
    """A value that passed every check and that PostgreSQL has no place for: a NUL, half a surrogate pair, 10^30."""
    log.warning("Request %s holds what can't be stored: %s", current_request_id(), request.url.path, exc_info=error)
    sentence = "A value can't be stored: a number is too large, or a text holds a NUL or half a surrogate pair."
    return error_answer(400, "INVALID_PARAMETERS", sentence, {})


async def _in_the_way(_: Request, error: Exception) -> Response:
    """The database has rolled one of two calls back, whole; nothing is wrong with it."""
    log.warning("Request %s got into another one's way", current_request_id(), exc_info=error)
    return refusal_answer(Unavailable("Two calls got into each other's way. The same call passes now."))


async def _framework_error(request: Request, error: Exception) -> Response:
    known = cast("HTTPException", error)
    headers = dict(known.headers or {})
    if known.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = _allowed(request)
    return _answer(request, known.status_code, known.detail, headers)


def _allowed(request: Request) -> str:
    """Of all routes with the path: the framework names the methods of the first."""
    path: str = request.scope["path"]
    routes = iter_route_contexts(cast("FastAPI", request.app).routes)
    methods = [route.methods or () for route in routes if route.path and compile_path(route.path)[0].match(path)]
    return ", ".join(sorted(set[str]().union(*methods)))


def _answer(request: Request, status: int, detail: str | None, headers: Mapping[str, str]) -> Response:
    code, template = _FRAMEWORK_ERRORS.get(status, ("INTERNAL_ERROR" if status >= 500 else "INVALID_PARAMETERS", ""))
    sentence = template.replace("{path}", request.url.path).replace("{method}", request.method)
    sentence = sentence or detail or "The request was refused."
    # What the framework itself can't read is the body: its nesting, its encoding.
    if _is_for_people(request) and (error_page := getattr(request.app.state, "error_page", None)):
        return cast("ErrorPage", error_page)(request, status, sentence)
    details = {"fields": [{"path": "body", "message": sentence}]} if status == HTTPStatus.BAD_REQUEST else {}
    return error_answer(status, code, sentence, details, headers)


def _is_for_people(request: Request) -> bool:
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def _not_json(request: Request) -> bool:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    return has_body and given != "application/json" and not given.endswith("+json")


def _place(fault: Mapping[str, object]) -> tuple[str | int, ...]:
    return cast("tuple[str | int, ...]", fault["loc"])


def _path(fault: Mapping[str, object]) -> str:
    """``("body", "testFiles", 3)`` as ``testFiles[3]``: what the caller wrote, without where we found it."""
    if fault["type"] == "json_invalid":
        return "body"
    steps = _place(fault)[1:]
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return path.removeprefix(".") or str(_place(fault)[0])
