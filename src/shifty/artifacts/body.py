"""The bytes of an upload as they come: counted, and never more than a piece of them in memory."""

from collections.abc import AsyncIterator

from shifty.artifacts.errors import ArtifactTooLarge, EmptyArtifact


async def within(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    """``chunks``, as long as there are some and not too many.

    Raises:
        ArtifactTooLarge: more than ``limit`` bytes come.
        EmptyArtifact: none does.
    """
    come = 0
    async for chunk in chunks:
        come += len(chunk)
        if come > limit:
            raise ArtifactTooLarge(limit)
        if chunk:
            yield chunk
    if not come:
        raise EmptyArtifact


def announced_length(header: str | None) -> int | None:
    """A ``Content-Length``; None where there is none. Its number is the HTTP server's to check."""
    return int(header[:20]) if header and header.isascii() and header.isdigit() else None
