"""The files of a checkout that ``shifty heal apply`` reads, changes, and gives back as they were."""

from collections.abc import Iterable
from pathlib import Path

from shifty.errors import UsageError
from shifty.pull_requests.change import FileChange

_FOREIGN = frozenset({"node_modules", ".git", ".venv", "site-packages"})


class SourceFiles:
    """Below one root, by their paths with ``/``. What was changed can be taken back byte for byte."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._originals: dict[str, bytes] = {}

    def read(self, path: str) -> str | None:
        """None: there is no such file of this project, or it is no text."""
        file = self._file(path)
        if file is None:
            return None
        try:
            return file.read_bytes().decode()
        except (OSError, UnicodeDecodeError):
            return None

    def write(self, changes: Iterable[FileChange]) -> None:
        """Raises: UsageError: a file is not as it was when the change was planned, or cannot be written."""
        for change in changes:
            file = self._file(change.path)
            if file is None or self.read(change.path) != change.before:
                raise UsageError(f"{change.path} has changed in the meantime: run `shifty heal apply` again.")
            self._originals[change.path] = file.read_bytes()
            self._write(file, change.after.encode())

    def keep(self, kept: Iterable[FileChange]) -> None:
        """Of all that was written only this; the other files are as they were."""
        after = {change.path: change.after.encode() for change in kept}
        for path, original in self._originals.items():
            self._write(self.root / path, after.get(path, original))

    def _write(self, file: Path, content: bytes) -> None:
        try:
            file.write_bytes(content)
        except OSError as error:
            raise UsageError(f"{file} cannot be written: {error.strerror}.") from error

    def _file(self, path: str) -> Path | None:
        # The paths come from reports of tests: nothing outside of the project is read, and nothing that it only uses.
        file = (self.root / path).resolve()
        if not file.is_relative_to(self.root) or _FOREIGN & set(file.relative_to(self.root).parts):
            return None
        return file if file.is_file() else None
