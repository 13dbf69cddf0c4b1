"""Kinds of refusals. A room subclasses a kind, sets ``code`` and words the message for the reader of a CI log.

    Refusal
    ├── NotFound          what was asked for does not exist, or belongs to someone else
    ├── Gone              it did exist
    ├── Invalid           the input is at fault; details name the field
    ├── Conflict          the input is fine, the state does not allow it
    ├── Unauthenticated   nobody knows who is calling
    ├── Forbidden         the caller may not do this
    ├── Exhausted         a limit is reached; the same call may pass later
    ├── TooLarge          the body is over the limit
    ├── TooSlow           the body does not come
    ├── OutOfRange        the part that is asked for is not there
    └── Unavailable       a part that we need is away; the same call may pass later
    UsageError            a command was called wrongly or the machine lacks something: exit code 2

Only ``web/errors.py`` knows status codes, only ``cli/exits.py`` exit codes.
"""

from collections.abc import Mapping
from typing import ClassVar


class Refusal(Exception):
    """Something that Shifty refuses, with a code for programs and a sentence for people."""

    code: ClassVar[str] = "INTERNAL_ERROR"

    def __init__(self, message: str, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, object] = dict(details or {})


class NotFound(Refusal):
    code = "NOT_FOUND"


class Gone(Refusal):
    code = "GONE"


class Invalid(Refusal):
    code = "INVALID_PARAMETERS"


class Conflict(Refusal):
    code = "CONFLICT"


class Unauthenticated(Refusal):
    code = "UNAUTHORIZED"


class Forbidden(Refusal):
    code = "FORBIDDEN"


class Exhausted(Refusal):
    """Too many requests; `Retry-After` says when the next one may come."""

    code = "RATE_LIMIT_EXCEEDED"

    def __init__(self, message: str, details: Mapping[str, object] | None = None, *, retry_after_s: int = 1) -> None:
        super().__init__(message, details)
        self.retry_after_s = retry_after_s


class TooLarge(Refusal):
    code = "PAYLOAD_TOO_LARGE"


class TooSlow(Refusal):
    """The body came too slowly, or stopped coming."""

    code = "REQUEST_TIMEOUT"


class OutOfRange(Refusal):
    """The `Range` header asks for bytes that are not there."""

    code = "RANGE_NOT_SATISFIABLE"

    def __init__(self, size_bytes: int) -> None:
        super().__init__(f"The range begins after the end: there are {size_bytes} bytes.", {"sizeBytes": size_bytes})
        self.size_bytes = size_bytes


class Unavailable(Refusal):
    code = "SERVICE_UNAVAILABLE"

    def __init__(self, message: str, details: Mapping[str, object] | None = None, *, retry_after_s: int = 2) -> None:
        super().__init__(message, details)
        self.retry_after_s = retry_after_s


class UsageError(Exception):
    """One sentence that says what is wrong on this machine or command line, and the remedy. Exit code 2."""
