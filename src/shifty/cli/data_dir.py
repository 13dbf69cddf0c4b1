"""The folder in which Shifty keeps its data on this machine."""

import os
from pathlib import Path

from shifty.database.account import make_data_folder
from shifty.errors import UsageError


def make_data_dir(folder: Path) -> None:
    """Make sure that it is there, and can be written."""
    try:
        make_data_folder(folder)
    except OSError as error:
        raise UsageError(
            f"{folder} can't be made ({error.strerror}). Choose another folder with --data-dir."
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"{folder} can't be written. Choose another folder with --data-dir.")
