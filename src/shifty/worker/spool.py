"""Messages on disk until the server has acknowledged them, so that neither a dead server nor a killed worker loses one.

    <data>/spool/<run>/<worker>/messages.ndjson   what was said, in order
                                offset            how many bytes of it the server has
                                tenant            whose server may have the rest
                                lock              held by the process that writes
                                uploads/          files that wait to be uploaded, see ``upload_spool``

What is written survives the death of this process; ``sync`` makes it survive that of the machine.
"""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from shifty.errors import UsageError

_MESSAGES, _OFFSET, _TENANT, _LOCK = "messages.ndjson", "offset", "tenant", "lock"


class Spool:
    """The folder of one worker and one run. Only one process has it open."""

    def __init__(self, folder: Path, lock: int) -> None:
        self.folder = folder
        self._lock = lock
        self._messages = os.open(folder / _MESSAGES, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._offset_file = os.open(folder / _OFFSET, os.O_RDWR | os.O_CREAT, 0o600)
        self._offset = _read_offset(folder)

    @classmethod
    def open(cls, folder: Path, tenant: str) -> "Spool":
        """A new spool, or the one that is there.

        Raises:
            UsageError: the folder can't be written, or another process has it.
        """
        try:
            _make_private(folder)
            lock = _lock(folder)
            if lock is None:
                raise UsageError(f"Another process writes {folder}; give this worker a folder of its own.")
            (folder / _TENANT).write_text(tenant)
            return cls(folder, lock)
        except OSError as error:
            raise UsageError(
                f"Results can't be kept in {folder}: {error.strerror}. Free space or set --data-dir."
            ) from error

    @classmethod
    def adopt(cls, folder: Path, tenant: str) -> "Spool | None":
        """The spool of a worker that is gone, or None where it is at work or was another tenant's."""
        try:
            if (folder / _TENANT).read_text() != tenant:
                return None
            lock = _lock(folder)
            return cls(folder, lock) if lock is not None else None
        except OSError:
            return None

    def append(self, message: bytes) -> None:
        """Write one message, JSON without a newline.

        Raises:
            OSError: the disk is full; nothing of the message stays behind.
        """
        line = message + b"\n"
        before = os.fstat(self._messages).st_size
        if os.write(self._messages, line) < len(line):
            os.ftruncate(self._messages, before)
            raise OSError(28, "No space left on device")

    def waiting(self) -> list[bytes]:
        """What the server has not acknowledged. A last line that was cut off by a crash is left out."""
        size = os.fstat(self._messages).st_size - self._offset
        rest = os.pread(self._messages, size, self._offset) if size > 0 else b""
        complete, newline, _ = rest.rpartition(b"\n")
        return complete.split(b"\n") if newline else []

    def acknowledge(self, size: int) -> None:
        """The server has the next ``size`` bytes, newlines included.

        A crash before this only sends them again: ingest is idempotent.
        """
        self._offset += size
        os.pwrite(self._offset_file, b"%020d\n" % self._offset, 0)

    def sync(self) -> None:
        os.fdatasync(self._messages)

    def close(self, *, remove: bool) -> None:
        """``remove``: every message is delivered. The folder goes with them, unless files still wait in it."""
        if remove:
            for name in (_MESSAGES, _OFFSET):
                (self.folder / name).unlink(missing_ok=True)
            if not any(found.is_dir() for found in self.folder.iterdir()):
                for name in (_TENANT, _LOCK):
                    (self.folder / name).unlink(missing_ok=True)
                _remove_if_empty(self.folder)
                _remove_if_empty(self.folder.parent)
        for descriptor in (self._messages, self._offset_file, self._lock):
            os.close(descriptor)


def folders(root: Path) -> Iterator[tuple[str, Path]]:
    """Run id and folder of every spool below ``root``."""
    for tenant_file in sorted(root.glob(f"*/*/{_TENANT}")):
        yield tenant_file.parent.parent.name, tenant_file.parent


def _make_private(folder: Path) -> None:
    """Results hold what tests print, and with it what they know. ``parents=True`` would leave those above open."""
    for missing in reversed([above for above in folder.parents if not above.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)


def _lock(folder: Path) -> int | None:
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock


def _read_offset(folder: Path) -> int:
    text = (folder / _OFFSET).read_bytes().strip()
    return int(text) if text.isdigit() else 0


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return
