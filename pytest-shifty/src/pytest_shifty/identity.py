"""Names that must come out as in the server (``src/shifty/ids.py``)."""

import hashlib
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_BROWSER = re.compile(r"^(?:chromium|firefox|webkit)$")
# Of js/reporter, so that the same words name the same run.
_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


def relative_to(root: Path, file: str) -> str:
    """From the repository's root, if it is in there."""
    path = Path(file)
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def stable_test_id(file: str, project_name: str, title_path: Sequence[str]) -> str:
    parts = [file, project_name, *title_path]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:20]


@dataclass(frozen=True)
class TestName:
    """A test as the server knows it, read from pytest's node id alone: a controller of xdist has no more."""

    __test__ = False

    file: str
    """From the repository's root."""
    titles: tuple[str, ...]
    project_name: str
    """The browser of pytest-playwright; empty without one."""

    @classmethod
    def of(cls, node_id: str, folder: Path, root: Path) -> "TestName":
        """``folder`` is the one that node ids begin in."""
        # A folder may have a bracket in its name, and a parameter may hold colons.
        file, colons, rest = node_id.partition("::")
        names, bracket, parameters = rest.partition("[")
        titles = names.split("::") if colons else []
        browser = next(filter(_BROWSER.match, parameters.removesuffix("]").split("-")), "")
        if titles:
            titles[-1] += bracket + parameters
        return cls(relative_to(root, str(folder / file)), tuple(titles), browser)

    @property
    def id(self) -> str:
        return stable_test_id(self.file, self.project_name, self.titles)


def run_id_of(asked: str, tenant: str, project: str) -> str:
    """Any text names a run; the same on all machines."""
    try:
        return str(uuid.UUID(asked))
    except ValueError:
        parts = "\x1f".join(["shifty", "run", tenant, project, asked, "1"])
        return str(uuid.uuid5(_NAMESPACE, parts))
