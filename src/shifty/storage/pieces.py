"""Streams of bytes in pieces of a good size: from network packets to what a store likes."""

from collections.abc import AsyncIterator
from typing import Final

PIECE: Final = 1024 * 1024
PART: Final = 5 * 1024 * 1024
"""The smallest part that S3 takes. What fits in one is stored by one call."""
PARTS_AT_ONCE: Final = 2
"""So many are in memory for an upload."""


class Tally:
    """Passes pieces of about ``PIECE`` on, and counts them."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self.size_bytes = 0
        self.fault: Exception | None = None
        """What the sender of the bytes has raised: no fault of the store."""

    async def first(self) -> tuple[bytes, bool]:
        """Up to a little over a ``PART``, and whether that was all."""
        taken = bytearray()
        async for chunk in self._chunks:
            taken += chunk
            if len(taken) > PART:
                self.size_bytes += len(taken)
                return bytes(taken), False
        self.size_bytes += len(taken)
        return bytes(taken), True

    async def all_after(self, first: bytes) -> AsyncIterator[bytes]:
        yield first
        taken = bytearray()
        async for chunk in self._watched():
            taken += chunk
            if len(taken) >= PIECE:
                self.size_bytes += len(taken)
                yield bytes(taken)
                taken.clear()
        if taken:
            self.size_bytes += len(taken)
            yield bytes(taken)

    async def _watched(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._chunks:
                yield chunk
        except Exception as error:
            self.fault = error
            raise
