"""Refusals of this room."""

from shifty.errors import Forbidden, Unavailable


class StoreAway(Unavailable):
    """The artifact store does not answer, or its disk is full."""

    def __init__(self) -> None:
        super().__init__(
            "The artifact store is away for the moment; nothing was kept. The same call may pass later.",
            retry_after_s=5,
        )


class BadSignature(Forbidden):
    """The signed address is forged, over, or for another upload."""

    def __init__(self, fault: str) -> None:
        super().__init__(f"{fault} Ask for a new address: POST /api/v1/artifacts/presigned-upload.")
