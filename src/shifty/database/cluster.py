"""The files of an embedded PostgreSQL: where they lie, how they come to be, who is still at work in them."""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from shifty.database.account import Account, account_for, make_passable, make_system_folder
from shifty.database.binaries import major_of
from shifty.errors import UsageError

LAUNCHER = Path(__file__).with_name("launch.py")
_DRAFTS_LINGER_S = 3.0


class _Step(NamedTuple):
    after_s: float
    number: signal.Signals


_ESCALATION = (
    _Step(0, signal.SIGINT),
    _Step(20, signal.SIGQUIT),
    _Step(25, signal.SIGKILL),
    _Step(30, signal.SIGKILL),
)


@dataclass(frozen=True)
class PidFile:
    """What a postmaster writes about itself."""

    pid: int
    socket_dir: Path | None
    ready: bool


def locate_cluster(data_dir: Path) -> Path:
    """``<data>/pg``; for root with a data folder that ``nobody`` can't reach, a folder under ``/var/lib/shifty``.

    The second choice is remembered in ``<data>/pg.location``, so that a data folder may be moved.

    Raises:
        UsageError: the folder that it remembers is gone.
    """
    pointer = data_dir / "pg.location"
    if pointer.is_file():
        cluster = Path(pointer.read_text(encoding="utf-8").strip())
        if not cluster.is_dir():
            raise UsageError(
                f"The database of {data_dir} is in {cluster} according to {pointer}, and that is gone: "
                f"restore it, or delete {pointer} to begin with an empty one."
            )
        return cluster
    cluster = data_dir / "pg"
    if cluster.exists() or account_for(cluster).reaches(data_dir):
        return cluster
    name = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:16]
    elsewhere = make_system_folder() / name
    make_passable(elsewhere, 0o711)
    if (elsewhere / "pg").exists():
        pointer.write_text(f"{elsewhere / 'pg'}\n", encoding="utf-8")
    return elsewhere / "pg"


def create_cluster(cluster: Path, binaries: Path, account: Account, *, sync: bool) -> None:
    """Run initdb beside ``cluster`` and rename: an interrupted one never looks whole.

    Raises:
        UsageError: initdb failed; the sentence has its reason.
    """
    _remove_drafts(cluster.parent)
    draft = Path(tempfile.mkdtemp(prefix="pg.init-", dir=cluster.parent))
    account.own(draft)
    # The builtin provider (17 and later) sorts the same on every system; 16 has only the C library's.
    provider = ["--locale-provider=builtin"] if major_of(binaries) >= 17 else []
    options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", *provider, "--locale=C.UTF-8"]
    command = [str(binaries / "initdb"), "-D", str(draft), *options, *([] if sync else ["--no-sync"])]
    outcome = subprocess.run(
        launch(command, account, signal.SIGKILL),
        capture_output=True, text=True, errors="replace", cwd="/", env=clean_environment(), check=False,
    )  # fmt: skip
    if outcome.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        raise UsageError(f"The database could not be made in {cluster.parent}: {reason_in(outcome.stderr)}.")
    draft.rename(cluster)
    _remove_drafts(cluster.parent)


def _remove_drafts(folder: Path) -> None:
    """Drafts of starts that were killed. What initdb has started outlives it and writes on for a moment."""
    end = time.monotonic() + _DRAFTS_LINGER_S
    while drafts := list(folder.glob("pg.init-*")):
        for draft in drafts:
            shutil.rmtree(draft, ignore_errors=True)
        if time.monotonic() > end:
            return
        time.sleep(0.02)


def launch(command: list[str], account: Account, death_signal: signal.Signals) -> list[str]:
    """The command line under which ``command`` runs as ``account`` and gets ``death_signal`` when we die."""
    uid, gid = (account.uid, account.gid) if account.uid is not None else (-1, -1)
    own = [str(os.getpid()), str(int(death_signal)), str(uid), str(gid)]
    return [sys.executable, "-I", "-S", str(LAUNCHER), *own, *command]


def clean_environment() -> dict[str, str]:
    """Ours without what would redirect PostgreSQL (PGDATA, PGPORT …) or translate its messages."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def read_pid_file(cluster: Path) -> PidFile | None:
    """None: there is none, or it is being written."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        socket_dir = Path(lines[4]) if len(lines) > 4 and lines[4] else None
        return PidFile(int(lines[0]), socket_dir, len(lines) >= 8 and lines[7].strip() == "ready")
    except (OSError, ValueError, IndexError):
        return None


def clear_leftovers(cluster: Path) -> None:
    """End what an earlier owner left running, and forget its pid. Only for who holds the lock of the data folder.

    In a container that starts again, the pid in the old file is likely to be ours or a neighbour's: PostgreSQL would
    take that for a running server and refuse.
    """
    old = read_pid_file(cluster)
    escalation = list(_ESCALATION)
    started = time.monotonic()
    while processes := list(_processes_in(cluster)):
        if not escalation:
            raise UsageError(
                f"An earlier PostgreSQL (process {processes[0]}) still works in {cluster} and can't be ended: "
                f"end it, or choose another folder with --data-dir."
            )
        if time.monotonic() - started >= escalation[0].after_s:
            # A postmaster ends its children itself; without one they notice that it is gone.
            _signal_all([old.pid] if old and old.pid in processes else processes, escalation.pop(0).number)
        time.sleep(0.02)
    if old:
        (cluster / "postmaster.pid").unlink(missing_ok=True)


def reason_in(output: str) -> str:
    """The line of PostgreSQL's output that says why it gave up."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if any(mark in line for mark in ("FATAL:", "PANIC:", "error:", "No space left"))]
    if not lines:
        return "no reason was given"
    line = (telling or lines)[-1]
    return "the disk is full, free some space" if "No space left" in output else line.split(":  ")[-1].rstrip(".")


def _processes_in(cluster: Path) -> Iterator[int]:
    """Every server process works in its data folder. Nothing is found where there is no /proc."""
    inode = _identity(cluster)
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if _identity(entry / "cwd") == inode and (entry / "comm").read_text().startswith("postgres"):
                yield int(entry.name)


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def _signal_all(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
