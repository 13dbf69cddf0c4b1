"""Identities that must come out the same in every process: tests, run ids, names on the wire."""

import hashlib
from collections.abc import Sequence
from uuid import UUID


def stable_test_id(file: str, project_name: str, title_path: Sequence[str], repeat: int = 0) -> str:
    """The stable identity of a test within a Shifty project: 20 hexadecimal digits.

    It survives moved lines, and changes with the file's path, the Playwright project or a title. ``title_path``
    holds the describes and the test's own title, without project and file. ``repeat`` is Playwright's
    ``repeatEachIndex``.
    """
    parts = [file, project_name, *title_path]
    if repeat:
        parts.append(f"repeat:{repeat}")
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:20]


def parse_run_id(text: str) -> UUID | None:
    """The run id in ``text``, or None where it is malformed: to a caller that is a run that does not exist."""
    try:
        return UUID(text)
    except ValueError:
        return None
