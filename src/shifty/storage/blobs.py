"""What a store of bytes can do, whichever it is."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Span:
    """Bytes from ``start`` up to, but not including, ``end``."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass(frozen=True)
class UploadTerms:
    """What a signed address is good for: nothing else, and not after ``expires_at``."""

    key: str
    content_type: str
    size_bytes: int | None
    """Exactly so many; None: any number up to ``max_bytes``."""
    max_bytes: int
    expires_at: datetime


@dataclass(frozen=True)
class SignedUpload:
    """PUT the bytes to ``url``, with these headers."""

    url: str
    headers: Mapping[str, str]


class BlobStore(Protocol):
    """Keys are relative paths of letters, digits and ``. _ -``. A store that does not answer is a ``StoreAway``."""

    async def check(self) -> None:
        """Store something and delete it again.

        Raises:
            UsageError: it is set up wrongly; the sentence says what to change.
            StoreAway: it does not answer; it may later.
        """
        ...

    async def put(self, key: str, chunks: AsyncIterator[bytes], content_type: str) -> int:
        """Store what ``chunks`` gives, all of it or nothing, and return its size; what they raise is raised."""
        ...

    async def get(self, key: str, span: Span | None = None) -> AsyncIterator[bytes] | None:
        """The bytes, a piece at a time; None: there is no such object."""
        ...

    async def size_of(self, key: str) -> int | None:
        """Its size; None: there is no such object."""
        ...

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete those of them that are there."""
        ...

    async def tidy(self) -> None:
        """Remove what a crash has left."""
        ...

    def sign_upload(self, terms: UploadTerms, now: datetime) -> SignedUpload | None:
        """An address of the store itself; None: it can't hold an upload to these terms, and the bytes come to us."""
        ...
