"""Moments on the wire: UTC, ISO-8601, with a Z."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator


def _to_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


UtcTime = Annotated[datetime, AfterValidator(_to_utc)]
"""An aware time of a response body; the database gives it in whatever zone its session is in."""
