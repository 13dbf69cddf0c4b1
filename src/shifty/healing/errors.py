"""Refusals of this room."""

import re
from typing import Self

from shifty.errors import Conflict, Invalid, NotFound

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


class EventNotFound(NotFound):
    """The test has no such broken locator in the run."""

    code = "HEALING_EVENT_NOT_FOUND"

    def __init__(self, event_id: str) -> None:
        super().__init__(
            f"The test has no broken locator {event_id!r} in this run. GET /healing/events lists them.",
            {"eventId": event_id},
        )


class DecisionNotFound(NotFound):
    """Nothing was said, or it is another tenant's word."""

    code = "HEALING_DECISION_NOT_FOUND"

    def __init__(self, decision_id: str) -> None:
        super().__init__(
            f"There is no decision {decision_id!r}. GET /healing/decisions lists them.", {"decisionId": decision_id}
        )


class NothingToDecide(Conflict):
    """Nothing was found that could take the locator's place."""

    code = "NOTHING_TO_DECIDE"

    def __init__(self, event_id: str) -> None:
        super().__init__(
            "No other locator was healed to or proposed here, so there is nothing to accept or refuse: mend the test.",
            {"eventId": event_id},
        )
