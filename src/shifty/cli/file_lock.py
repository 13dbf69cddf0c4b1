"""A lock on a file, shared or exclusive; released by the kernel when its holder dies."""

import asyncio
import fcntl
import os
from pathlib import Path

from shifty.errors import UsageError

_POLL_S = 0.05
_PATIENCE_S = 90.0


class FileLock:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    async def shared(self) -> None:
        await self._wait(fcntl.LOCK_SH)

    async def exclusive(self) -> None:
        await self._wait(fcntl.LOCK_EX)

    def try_exclusive(self) -> bool:
        return self._try(fcntl.LOCK_EX)

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    async def _wait(self, kind: int) -> None:
        for _ in range(round(_PATIENCE_S / _POLL_S)):
            if self._try(kind):
                return
            await asyncio.sleep(_POLL_S)
        raise UsageError(f"Another Shifty process keeps {self._path}; stop it, or use another --data-dir.")

    def _try(self, kind: int) -> bool:
        # Not inherited by children: a server that outlives us must not look like a user.
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return False
        self.release()
        self._descriptor = descriptor
        return True
