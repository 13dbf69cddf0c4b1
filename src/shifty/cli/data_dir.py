"""The folder in which Shifty keeps its data on this machine."""

import os
import shutil
from pathlib import Path

from shifty.database.account import make_data_folder
from shifty.errors import UsageError

_LEAST_FREE = 32 * 1024 * 1024
"""A new segment of PostgreSQL's log is 16 MiB; with less it stops at the first write."""


def make_data_dir(folder: Path) -> None:
    """Make sure that it is there, and can be written.

    Raises:
        UsageError: it can't, or its disk is full.
    """
    try:
        make_data_folder(folder)
    except OSError as error:
        raise UsageError(
            f"{folder} can't be made ({error.strerror}). Choose another folder with --data-dir."
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"{folder} can't be written. Choose another folder with --data-dir.")
    free = shutil.disk_usage(folder).free
    if free < _LEAST_FREE:
        raise UsageError(
            f"The disk of {folder} is full ({free // 1024**2} MiB free, {_LEAST_FREE // 1024**2} needed). "
            "Free some space, or choose another folder with --data-dir."
        )
