"""What every answer of the server is read as."""

import msgspec


class Answer(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    """Base of what is read. Fields that a newer server adds are passed over; times are aware, durations milliseconds."""
