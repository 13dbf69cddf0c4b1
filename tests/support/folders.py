"""Folders that tests need in a certain state."""

import os
import tempfile
from pathlib import Path


def open_to_nobody(folder: Path) -> Path:
    """``folder``, with the way to it from the temporary folder passable: as root, PostgreSQL runs as ``nobody``."""
    top = Path(tempfile.gettempdir()).resolve()
    for step in (folder.resolve(), *folder.resolve().parents):
        if step == top:
            break
        if step.stat().st_uid == os.geteuid():
            step.chmod(step.stat().st_mode | 0o011)
    return folder
