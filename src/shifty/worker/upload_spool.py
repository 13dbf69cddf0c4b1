"""Files that wait to be uploaded, on disk, so that neither a killed worker nor a store that is away loses one.

    <data>/spool/<run>/<worker>/uploads/<upload id>.json   what it is, and where
                                        <upload id>.file   the file itself: a hard link, where the disk is the same
                                        why                what kept them the last time, for people

The link takes no space, and the file outlives whatever empties Playwright's folders. The folder belongs to whoever has
the ``Spool`` above it open.
"""

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from shifty.client.artifacts_api import ArtifactType
from shifty.worker.worth import FileToKeep

FOLDER = "uploads"
_WHY = "why"


class _Entry(msgspec.Struct, kw_only=True, frozen=True):
    path: str
    artifact_type: ArtifactType
    name: str
    content_type: str
    test_id: str | None = None
    attempt: int | None = None


@dataclass(eq=False)
class Waiting:
    """A file that is to be uploaded."""

    file: FileToKeep
    size: int
    storage_key: str | None = None
    """Where its bytes are already, though the server has not been told."""
    furthest: int = 0
    """The most bytes of it that were ever sent."""
    tries: int = 0
    """How often it was refused in a way that may pass."""


class UploadSpool:
    """The waiting files of one worker and one run."""

    def __init__(self, spool: Path) -> None:
        self.folder = spool / FOLDER

    def add(self, file: FileToKeep) -> Waiting | None:
        """Keep ``file`` until it is uploaded; None if it is gone, empty or no file.

        Raises:
            OSError: the disk is full; nothing is kept.
        """
        entry = self.folder / f"{file.upload_id}.json"
        found = _look_at(file.path)
        if found is None:
            return None
        self.folder.mkdir(mode=0o700, exist_ok=True)
        linked = self.folder / f"{file.upload_id}.file"
        with contextlib.suppress(OSError):
            # Kept already; or another file system, or one without links: then it is read where it is.
            os.link(file.path, linked)
        fields = _Entry(
            path=str(file.path),
            artifact_type=file.artifact_type,
            name=file.name,
            content_type=file.content_type,
            test_id=file.test_id,
            attempt=file.attempt,
        )
        # Under its name only once it is whole.
        fresh = entry.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(fields))
        fresh.replace(entry)
        return Waiting(file, found)

    def source_of(self, upload_id: str, path: Path) -> Path:
        """Where the bytes are read."""
        linked = self.folder / f"{upload_id}.file"
        return linked if linked.exists() else path

    def size_of(self, file: FileToKeep) -> int | None:
        """Its size now, None if it is gone."""
        return _look_at(self.source_of(file.upload_id, file.path))

    def waiting(self) -> list[Waiting]:
        """What a worker has left behind."""
        return [waiting for entry in sorted(self.folder.glob("*.json")) if (waiting := self._read(entry))]

    def done(self, file: FileToKeep) -> None:
        """It is delivered, or never will be."""
        # The entry first: a link without one is only rubbish.
        for ending in ("json", "file"):
            (self.folder / f"{file.upload_id}.{ending}").unlink(missing_ok=True)

    def say_why(self, sentence: str) -> None:
        """For who finds the files."""
        with contextlib.suppress(OSError):
            (self.folder / _WHY).write_text(sentence)

    def close(self) -> None:
        """Remove the folder if nothing waits in it."""
        if not self.folder.exists() or any(self.folder.glob("*.json")):
            return
        for rest in self.folder.iterdir():
            rest.unlink(missing_ok=True)
        self.folder.rmdir()

    def _read(self, entry: Path) -> Waiting | None:
        try:
            kept = msgspec.json.decode(entry.read_bytes(), type=_Entry)
        except OSError:
            return None
        except msgspec.MsgspecError:
            # No entry of ours: those are written whole.
            entry.unlink(missing_ok=True)
            return None
        file = FileToKeep(
            path=Path(kept.path),
            artifact_type=kept.artifact_type,
            name=kept.name,
            content_type=kept.content_type,
            upload_id=entry.stem,
            test_id=kept.test_id,
            attempt=kept.attempt,
        )
        return Waiting(file, self.size_of(file) or 0)


def left_of_run(root: Path, run_id: str) -> Iterator[Path]:
    """The entries of a run that wait below ``root``, whoever put them there."""
    return (root / run_id).glob(f"*/{FOLDER}/*.json")


def why_left(root: Path, run_id: str) -> str | None:
    """What kept them, as a worker has noted it."""
    for note in (root / run_id).glob(f"*/{FOLDER}/{_WHY}"):
        with contextlib.suppress(OSError):
            return note.read_text(errors="replace").strip() or None
    return None


def _look_at(path: Path) -> int | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        # ValueError: a test may call its file what no file can be called.
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) and found.st_size else None
