"""``<data>/server.json`` and ``<data>/local.key``: how commands on this machine find the server and are let in."""

import os
from pathlib import Path

import msgspec

SERVER_FILE = "server.json"
KEY_FILE = "local.key"


class ServerFile(msgspec.Struct, rename="camel", frozen=True):
    url: str
    pid: int
    started_at: str
    api_key_file: str


def read_server_file(data_dir: Path) -> ServerFile | None:
    """What the server that runs, or ran, on this data folder has written."""
    try:
        return msgspec.json.decode((data_dir / SERVER_FILE).read_bytes(), type=ServerFile)
    except (OSError, msgspec.MsgspecError):
        return None


def write_server_file(data_dir: Path, content: ServerFile) -> None:
    write_private(data_dir / SERVER_FILE, msgspec.json.encode(content))


def remove_server_file(data_dir: Path) -> None:
    """Remove it if it is ours: another server may have taken over."""
    found = read_server_file(data_dir)
    if found and found.pid == os.getpid():
        (data_dir / SERVER_FILE).unlink(missing_ok=True)


def write_private(path: Path, content: bytes) -> None:
    """Atomically, and readable by nobody else at any moment."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, content)
    finally:
        os.close(descriptor)
    fresh.replace(path)
