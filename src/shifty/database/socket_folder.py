"""Where PostgreSQL's socket is: in the cluster, private to its owner, or elsewhere if that path is too long for one."""

import os
import shutil
import tempfile
from pathlib import Path

from shifty.database.account import Account

PORT = 5432
"""Only part of the socket's name: no TCP port is opened."""
_LONGEST = 103
"""Bytes of a socket's path that every system takes (Linux takes 107)."""


def make_socket_folder(data_dir: Path, cluster: Path, account: Account) -> Path:
    """The cluster, or a short private folder that is noted in ``<data>/pg.socket``."""
    remove_socket_folder(data_dir)
    if len(os.fsencode(cluster / f".s.PGSQL.{PORT}")) <= _LONGEST:
        return cluster
    folder = Path(tempfile.mkdtemp(prefix="shifty-", dir="/tmp"))  # TMPDIR may be just as long.
    _note(data_dir).write_text(f"{folder}\n", encoding="utf-8")
    account.own(folder)
    return folder


def remove_socket_folder(data_dir: Path) -> None:
    """Forget the folder beside the cluster, if there is one: ours, or that of an owner who was killed."""
    note = _note(data_dir)
    if note.is_file():
        folder = Path(note.read_text(encoding="utf-8").strip())
        if folder.name.startswith("shifty-"):
            shutil.rmtree(folder, ignore_errors=True)
        note.unlink()


def _note(data_dir: Path) -> Path:
    return data_dir / "pg.socket"
