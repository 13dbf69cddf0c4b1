"""The one place that decides whether a caller goes on or stops."""

import msgspec

from shifty.client.errors import CallFailed, Cancelled, LeaseGone, ServerAway, Stopped

_PASSES_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
_STOPS = {"RUN_CANCELLED": Cancelled, "LEASE_LOST": LeaseGone}


class _Envelope(msgspec.Struct):
    error: str = ""
    code: str = ""


def failure_of(status: int, body: bytes, retry_after: str | None, url: str) -> CallFailed:
    """What an answer of 400 and above means for the caller."""
    envelope = _read(body)
    if status in _PASSES_LATER:
        sentence = envelope.error or f"{url} answered {status}."
        return ServerAway(sentence, _seconds(retry_after))
    sentence = envelope.error or f"{url} answered {status}; is it a Shifty server?"
    if status in (401, 403):
        sentence += " Check SHIFTY_API_KEY and SHIFTY_TENANT_ID."
    return _STOPS.get(envelope.code, Stopped)(sentence, code=envelope.code or "UNKNOWN", status=status)


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
