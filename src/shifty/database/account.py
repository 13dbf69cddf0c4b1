"""As which user PostgreSQL runs, and where that user can reach files: it refuses to run as root."""

import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from shifty.errors import UsageError

SYSTEM_FOLDER = Path("/var/lib/shifty")
_NOBODY = 65534


@dataclass(frozen=True)
class Account:
    """The user PostgreSQL runs as; None: as ourselves."""

    uid: int | None
    gid: int | None

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def reaches(self, path: Path) -> bool:
        """Whether the user can get to a folder, or start a program. Nothing is opened up: a home stays as it was."""
        if self.uid is None:
            return True
        resolved = path.resolve()
        return all(
            _passable(step.stat(), self.uid, self.gid) for step in (resolved, *resolved.parents) if step.exists()
        )


OURSELVES = Account(None, None)


def account_for(cluster: Path) -> Account:
    """Ourselves; for root the owner of the data, and ``nobody`` where there is none yet.

    Raises:
        UsageError: the data belongs to somebody else, whom only root could stand in for.
    """
    owner = cluster.stat() if cluster.exists() else None
    if os.geteuid() != 0:
        if owner and owner.st_uid != os.geteuid():
            raise UsageError(
                f"The data in {cluster} belongs to user {user_name(owner.st_uid)}: run as the user that made it, "
                f"or choose another folder with --data-dir."
            )
        return OURSELVES
    if owner and owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return Account(_NOBODY, _NOBODY)
    return Account(nobody.pw_uid, nobody.pw_gid)


def reachable_binaries(binaries: Path, version: str, account: Account) -> Path:
    """``binaries``, or a copy of that installation (some 40 MB) where the account can't get to it."""
    if account.reaches(binaries / "postgres"):
        return binaries
    copy = make_system_folder() / f"postgresql-{version}"
    if not copy.exists():
        draft = Path(tempfile.mkdtemp(prefix="copying-", dir=SYSTEM_FOLDER))
        try:
            for part in _existing(binaries.parent, ("bin", "lib", "share")):
                shutil.copytree(part, draft / part.name, symlinks=True)
            _open_to_all(draft)
            draft.rename(copy)
        except OSError:
            shutil.rmtree(draft, ignore_errors=True)
            if not copy.exists():  # Another process may have been faster.
                raise
    return copy / "bin"


def make_system_folder() -> Path:
    """Where root keeps what an unprivileged user must reach, when the folder that was asked for is closed to it.

    Raises:
        UsageError: it can't be made.
    """
    try:
        make_passable(SYSTEM_FOLDER, 0o755)
    except OSError as error:
        raise UsageError(
            f"PostgreSQL does not run as root, user nobody can't reach the data folder, and {SYSTEM_FOLDER} can't be "
            f"made ({error.strerror}): choose a --data-dir that is not under a private home, or run as another user."
        ) from error
    return SYSTEM_FOLDER


def make_passable(folder: Path, mode: int) -> None:
    """Make a folder with exactly this mode, whatever the umask; one that is there stays as it is."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)


def user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _existing(folder: Path, names: Iterable[str]) -> list[Path]:
    return [folder / name for name in names if (folder / name).is_dir()]


def _open_to_all(folder: Path) -> None:
    """Our own copy; a umask of 077 may have been in force when the original was installed."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)


def _passable(status: os.stat_result, uid: int, gid: int | None) -> bool:
    if status.st_uid == uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)
