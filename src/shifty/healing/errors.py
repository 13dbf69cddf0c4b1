"""Refusals of this room."""

import re
from typing import Self

from shifty.errors import Invalid

_PLACE = re.compile(r"^(?P<reason>.*) - at `(?:key in )?\$\.?(?P<path>.*)`$", re.DOTALL)


class BadBody(Invalid):
    """The body is no JSON, or a field of it is at fault; details name the field."""

    def __init__(self, path: str, reason: str) -> None:
        reason = reason.replace("`", "")
        super().__init__(f"The body can't be read: {path}: {reason}.", {"fields": [{"path": path, "message": reason}]})

    @classmethod
    def of(cls, error: Exception) -> Self:
        found = _PLACE.match(str(error))
        return cls(found["path"] or "body", found["reason"]) if found else cls("body", str(error))
