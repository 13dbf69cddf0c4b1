"""Which part of an artifact is wanted (RFC 9110, 13 and 14)."""

import re
from datetime import UTC, datetime
from email.utils import format_datetime

from shifty.errors import OutOfRange
from shifty.storage.blobs import Span

_ONE_RANGE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.ASCII | re.IGNORECASE)


def wanted_span(header: str | None, if_range: str | None, size: int, etag: str, modified_at: datetime) -> Span | None:
    """The part that is asked for; None: all of it.

    What is malformed, or names several parts, is answered with all of it, as is a client whose ``If-Range`` shows that
    it has another version.

    Raises:
        OutOfRange: it begins after the end.
    """
    asked = _ONE_RANGE.fullmatch(header) if header else None
    if asked is None or (if_range is not None and if_range.strip() not in (etag, http_date(modified_at))):
        return None
    first, last = asked[1], asked[2]
    if not first and not last:
        return None
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None
    if start >= size or start >= end:
        raise OutOfRange(size)
    return Span(start, end)


def not_modified(if_none_match: str | None, etag: str) -> bool:
    """Whether the client has it already."""
    if if_none_match is None:
        return False
    return "*" in if_none_match or etag in {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}


def http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)
