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
        self._written: dict[str, bytes] = {}

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
            self._write(change.path, change.after.encode())

    def keep(self, kept: Iterable[FileChange]) -> None:
        """Of all that was written only this; the other files are as they were.

        Raises:
            UsageError: somebody else has written to a file since. It is left alone.
        """
        after = {change.path: change.after.encode() for change in kept}
        edited = [path for path in self._originals if not self._is_ours(path)]
        for path, original in self._originals.items():
            if path not in edited:
                self._write(path, after.get(path, original))
        if edited:
            raise UsageError(
                f"{', '.join(edited)}: edited while the tests ran, so left as it is. Take back by hand what was healed"
                " there, or run `shifty heal apply` again."
            )

    def _is_ours(self, path: str) -> bool:
        try:
            return (self.root / path).read_bytes() == self._written.get(path, self._originals[path])
        except OSError:
            return False

    def _write(self, path: str, content: bytes) -> None:
        try:
            (self.root / path).write_bytes(content)
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
        self._written[path] = content

    def _file(self, path: str) -> Path | None:
        # The paths come from reports of tests: nothing outside of the project is read, and nothing that it only uses.
        file = (self.root / path).resolve()
        if not file.is_relative_to(self.root) or _FOREIGN & set(file.relative_to(self.root).parts):
            return None
        # Nor what goes by another name: git would keep a link, and one file would be changed twice.
        return file if file.is_file() and file.relative_to(self.root).as_posix() == path else None
