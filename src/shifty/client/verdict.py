"""The one place that decides whether a caller goes on or stops."""

from collections.abc import Mapping

import msgspec

from shifty.client.errors import (
    AlreadyFinished,
    CallFailed,
    Cancelled,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    LeaseGone,
    NotFound,
    QueueFull,
    RateLimited,
    ServerAway,
    Stopped,
    Unauthenticated,
)

_PASSES_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
_LATER: dict[str, type[ServerAway]] = {"RATE_LIMIT_EXCEEDED": RateLimited, "QUEUE_FULL": QueueFull}
_ABOUT_THE_CALLER = frozenset({"FORBIDDEN", "INVALID_TENANT"})
_NEVER: dict[str | int, type[Stopped]] = {
    "RUN_CANCELLED": Cancelled,
    "RUN_ALREADY_FINISHED": AlreadyFinished,
    "LEASE_LOST": LeaseGone,
    400: Invalid,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    413: Invalid,
    415: Invalid,
    422: Invalid,
}


class _Envelope(msgspec.Struct):
    error: str = ""
    code: str = ""
    details: dict[str, object] = {}


def failure_of(
    status: int, body: bytes, retry_after: str | None, url: str, request_id: str | None = None
) -> CallFailed:
    """What an answer of 400 and above means for the caller."""
    envelope = _read(body)
    if status in _PASSES_LATER:
        return _LATER.get(envelope.code, ServerAway)(
            envelope.error or f"{url} answered {status}.",
            _seconds(retry_after),
            code=envelope.code,
            status=status,
            details=envelope.details,
            request_id=request_id,
        )
    sentence = envelope.error or f"{url} answered {status}; is it a Shifty server?"
    if status == 401 or envelope.code in _ABOUT_THE_CALLER:
        sentence += " Check SHIFTY_API_KEY and SHIFTY_TENANT_ID."
    kind = _NEVER.get(envelope.code) or _NEVER.get(status, Stopped)
    return kind(
        sentence, code=envelope.code or "UNKNOWN", status=status, details=envelope.details, request_id=request_id
    )


def failure_in(status: int, body: bytes, headers: Mapping[str, str], url: str) -> CallFailed:
    """The same, of an answer with its headers."""
    return failure_of(status, body, headers.get("Retry-After"), url, headers.get("X-Request-ID"))


def _read(body: bytes) -> _Envelope:
    try:
        return msgspec.json.decode(body, type=_Envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _Envelope()


def _seconds(retry_after: str | None) -> float | None:
    try:
        return max(0.0, float(retry_after)) if retry_after else None
    except ValueError:
        return None
