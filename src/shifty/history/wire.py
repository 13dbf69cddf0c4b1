"""Bodies of this room's answers."""

from pydantic import Field

from shifty.wire import Body


class RefoldAnswer(Body):
    """What will be taken in again."""

    runs: int = Field(description="Closed runs that history takes in again, the oldest first.", examples=[214])
