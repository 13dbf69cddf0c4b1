"""Which refusals a route declares: the error answers of its OpenAPI description."""

from http import HTTPStatus

from shifty.errors import Exhausted, Forbidden, Invalid, Refusal, TooLarge, Unauthenticated, Unavailable
from shifty.web.answers import ErrorAnswer, status_of

_ALWAYS: tuple[type[Refusal], ...] = (Invalid, Unauthenticated, Forbidden, TooLarge, Exhausted, Unavailable)
_CODES_BESIDE = {HTTPStatus.BAD_REQUEST: ["INVALID_TENANT"], HTTPStatus.FORBIDDEN: ["INVALID_TENANT"]}

Responses = dict[int | str, dict[str, object]]


def refusals(*types: type[Refusal]) -> Responses:
    """For ``responses=`` of an authenticated route: what every such route refuses, and ``types``."""
    codes: dict[HTTPStatus, list[str]] = {status: list(beside) for status, beside in _CODES_BESIDE.items()}
    reasons: dict[HTTPStatus, list[str]] = {}
    for refusal in (*types, *_ALWAYS):
        status = status_of(refusal)
        codes.setdefault(status, [])
        if refusal.code not in codes[status]:
            codes[status].insert(0, refusal.code)
        if reason := (refusal.__doc__ or "").strip().partition("\n")[0]:
            reasons.setdefault(status, []).append(reason)
    codes[HTTPStatus.INTERNAL_SERVER_ERROR] = ["INTERNAL_ERROR"]
    return {
        int(status): {
            "model": ErrorAnswer,
            "description": _description(codes[status], reasons.get(status, [])),
            "content": {"application/json": {"examples": {code: _example(code) for code in codes[status]}}},
        }
        for status in sorted(codes)
    }


def _example(code: str) -> dict[str, object]:
    return {"value": {"error": "What was asked, why not, and what to do.", "code": code, "details": {}}}


def _description(codes: list[str], reasons: list[str]) -> str:
    return " ".join([" or ".join(f"`{code}`" for code in codes) + ".", *reasons])
