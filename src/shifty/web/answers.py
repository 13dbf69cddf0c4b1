"""The one shape of an error on the wire, and which status each kind of refusal has."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from shifty.errors import (
    Conflict,
    Exhausted,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    OutOfRange,
    Refusal,
    TooLarge,
    TooSlow,
    Unauthenticated,
    Unavailable,
)

STATUS_OF_KIND: Mapping[type[Refusal], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    Gone: HTTPStatus.GONE,
    Invalid: HTTPStatus.BAD_REQUEST,
    Conflict: HTTPStatus.CONFLICT,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    Exhausted: HTTPStatus.TOO_MANY_REQUESTS,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    TooSlow: HTTPStatus.REQUEST_TIMEOUT,
    OutOfRange: HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


class ErrorAnswer(BaseModel):
    """Every error, whatever its status."""

    model_config = ConfigDict(json_schema_extra={"title": "Error"})

    error: str = Field(description="A sentence for people: what was asked, why not, what to do.")
    code: str = Field(description="A constant for programs.")
    details: dict[str, object] = Field(description="What the code alone does not say; may be empty.")


def status_of(refusal: type[Refusal]) -> HTTPStatus:
    """The status of the nearest kind that ``refusal`` descends from; 500 where there is none."""
    for kind in refusal.__mro__:
        if kind in STATUS_OF_KIND:
            return STATUS_OF_KIND[kind]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def error_answer(
    status: int, code: str, error: str, details: Mapping[str, object], headers: Mapping[str, str] | None = None
) -> Response:
    # Escaped to ASCII: an echoed field name may hold half a surrogate pair, which UTF-8 can't carry.
    body = json.dumps({"error": error, "code": code, "details": details}, default=str)
    return Response(body, status_code=int(status), headers=dict(headers or {}), media_type="application/json")


def refusal_answer(refusal: Refusal) -> Response:
    return error_answer(status_of(type(refusal)), refusal.code, refusal.message, refusal.details, headers_of(refusal))


def headers_of(refusal: Refusal) -> dict[str, str]:
    """Headers that belong to the kind; who refuses a socket before its upgrade sends them too."""
    match refusal:
        case Unauthenticated():
            return {"WWW-Authenticate": "Bearer"}
        case Exhausted() | Unavailable():
            return {"Retry-After": str(refusal.retry_after_s)}
        case OutOfRange():
            return {"Content-Range": f"bytes */{refusal.size_bytes}"}
        case _:
            return {}
