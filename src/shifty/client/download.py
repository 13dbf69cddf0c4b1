"""Fetches artifacts into files, and goes on where an earlier try was broken off."""

import asyncio
import time
from pathlib import Path
from urllib.parse import quote

from shifty.client.artifacts_api import Artifact
from shifty.client.attempts import LinkedArtifact
from shifty.client.errors import ServerAway, Stopped
from shifty.client.pauses import Pauses
from shifty.client.transport import FIRST_PAUSE_S, LONGEST_PAUSE_S, Transport

_SILENCE_S = 30.0


async def download(
    transport: Transport, artifact: Artifact | LinkedArtifact, file: Path, *, patience_s: float = 30.0
) -> None:
    """Write an artifact to ``file``, which appears once it is whole.

    What an interrupted download has left beside it is gone on with: the bytes of an artifact never change.

    Raises:
        ServerAway: for ``patience_s`` nothing more came.
        Stopped: it is not there any more, or not ours.
        OSError: the file can't be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name[:100]}.{artifact.id}.part")
    pauses = Pauses(FIRST_PAUSE_S, LONGEST_PAUSE_S)
    until = time.monotonic() + patience_s
    while True:
        had = _size(part)
        try:
            await _go_on(transport, artifact, part, had)
            break
        except ServerAway as away:
            if _size(part) > had:
                until = time.monotonic() + patience_s
                pauses.restart()
            wait_s = pauses.next_s(away.retry_after_s)
            if time.monotonic() + wait_s > until:
                raise
        await asyncio.sleep(wait_s)
    part.replace(file)


async def _go_on(transport: Transport, artifact: Artifact | LinkedArtifact, part: Path, had: int) -> None:
    """Fetch what ``part`` lacks; without a known size, or with more than that, all of it."""
    size = artifact.size_bytes
    if size and had == size:
        return
    await _fetch(transport, artifact, part, had if size is not None and had < size else 0)
    come = _size(part)
    if size is not None and come != size:
        raise ServerAway(f"{artifact.name} came with {come} of {size} bytes.")


async def _fetch(transport: Transport, artifact: Artifact | LinkedArtifact, part: Path, start: int) -> None:
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={start}-"} if start else {})}
    # Not its ``url``: that is where the world finds it, and we may be closer.
    path = f"/artifacts/{artifact.id}/{quote(artifact.name, safe='')}"
    async with transport.stream(path, headers, silence_s=_SILENCE_S) as answer:
        if answer.status_code not in (200, 206):
            sentence = f"The server answered {answer.status_code} to a download; is it a Shifty server?"
            raise Stopped(sentence, code="UNKNOWN", status=answer.status_code)
        opened = await asyncio.to_thread(part.open, "ab" if answer.status_code == 206 else "wb")
        try:
            async for chunk in answer.aiter_raw():
                await asyncio.to_thread(opened.write, chunk)
        finally:
            opened.close()


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
