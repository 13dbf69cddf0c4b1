"""Where the worker processes of one machine meet: a private folder with locks that die with their holders."""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import stat
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path

from shifty.errors import UsageError

_LOOK_S = 0.05


def meeting_place(root: Path, config: Path | None, *more: str) -> Path:
    """The folder for all processes of this user that run this configuration from this checkout.

    Raises:
        UsageError: somebody else has taken its name.
    """
    base = Path(tempfile.gettempdir()) / f"shifty-{os.getuid()}"
    name = hashlib.sha256("\0".join([str(root), str(config), *more]).encode()).hexdigest()[:16]
    folder = base / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = base.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise UsageError(f"{base} belongs to somebody else: set TMPDIR to a folder of your own.")
    return folder


class FileLock:
    """An flock on a file: shared or exclusive, freed by the kernel when its holder dies."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._fd = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def try_exclusive(self) -> bool:
        return self._try(fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        return self._try(fcntl.LOCK_SH)

    def is_at(self, file: Path) -> bool:
        """Whether the locked file still has this name."""
        try:
            return os.path.samestat(os.fstat(self._fd), file.stat())
        except FileNotFoundError:
            return False

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self._fd)

    def _try(self, how: int) -> bool:
        try:
            fcntl.flock(self._fd, how | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextlib.asynccontextmanager
async def exclusively(file: Path) -> AsyncGenerator[None]:
    """Hold the lock on ``file``; waits as long as another process does."""
    lock = FileLock(file)
    try:
        while not lock.try_exclusive() or not lock.is_at(file):
            if not lock.is_at(file):
                # The last one to leave has removed the folder.
                lock.close()
                lock = FileLock(file)
                continue
            await asyncio.sleep(_LOOK_S)
        yield
    finally:
        lock.close()
