"""Commits of ``shifty heal apply``, made beside the checkout: neither its branch nor its index nor its files change."""

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shifty.errors import UsageError
from shifty.pull_requests.change import FileChange

_PATIENCE_S = 120


@dataclass(frozen=True)
class Repository:
    root: Path
    head: str
    """The commit that is checked out."""

    @staticmethod
    def around(folder: Path) -> "Repository | None":
        """None: the folder is in no repository, or that has no commit yet."""
        try:
            root = Path(_git(folder, ["rev-parse", "--show-toplevel"]))
            return Repository(root, _git(root, ["rev-parse", "HEAD"]))
        except UsageError:
            return None

    def changed(self, paths: Sequence[str]) -> list[str]:
        """Those of the files that differ from the commit, or are not in it."""
        if not paths:
            return []
        told = _git(self.root, ["status", "--porcelain=v1", "-z", "--untracked-files=all", "--ignored", "--", *paths])
        entries = {entry[3:] for entry in told.split("\0") if entry}
        return [path for path in paths if path in entries]

    def has_branch(self, branch: str) -> bool:
        return bool(_git(self.root, ["for-each-ref", f"refs/heads/{branch}"]))

    def commit(self, branch: str, changes: Sequence[FileChange]) -> str:
        """One commit a file, on a new branch from the checked out commit; the last commit.

        Raises:
            UsageError: there is such a branch, and what is on it is something else.
        """
        with tempfile.TemporaryDirectory(prefix="shifty-heal-") as scratch:
            index = {"GIT_INDEX_FILE": str(Path(scratch) / "index"), **_identity(self.root)}
            _git(self.root, ["read-tree", self.head], index)
            commit = self.head
            for change in changes:
                commit = self._commit_one(commit, change, index)
        if not self.has_branch(branch):
            # The old value: nobody else may have made the branch since.
            _git(self.root, ["update-ref", f"refs/heads/{branch}", commit, "0" * len(commit)])
        elif _git(self.root, ["rev-parse", f"{branch}^{{tree}}"]) != _git(
            self.root, ["rev-parse", f"{commit}^{{tree}}"]
        ):
            raise UsageError(
                f"There is a branch {branch} already, with something else on it: look at it, and remove it with"
                f" `git branch -D {branch}` if nobody needs it."
            )
        return _git(self.root, ["rev-parse", branch])

    def push(self, remote: str, branch: str) -> None:
        """Never by force."""
        _git(self.root, ["push", "--quiet", remote, f"refs/heads/{branch}:refs/heads/{branch}"])

    def _commit_one(self, parent: str, change: FileChange, index: Mapping[str, str]) -> str:
        entry = _git(self.root, ["ls-files", "-s", "--", change.path], index)
        mode = entry.split()[0] if entry else "100644"
        written = ["hash-object", "-w", "--stdin", f"--path={change.path}"]
        blob = _git(self.root, written, index, change.after.encode())
        _git(self.root, ["update-index", "--add", "--cacheinfo", f"{mode},{blob},{change.path}"], index)
        tree = _git(self.root, ["write-tree"], index)
        return _git(self.root, ["commit-tree", tree, "-p", parent], index, change.message.encode())


def _identity(root: Path) -> dict[str, str]:
    """Who commits, where git does not know it: on a fresh machine it would refuse."""
    try:
        _git(root, ["var", "GIT_COMMITTER_IDENT"])
    except UsageError:
        name, mail = "Shifty", "shifty@localhost"
        return {f"GIT_{role}_{field}": value for role in ("AUTHOR", "COMMITTER") for field, value in
                (("NAME", name), ("EMAIL", mail))}  # fmt: skip
    return {}


def _git(folder: Path, arguments: Sequence[str], more: Mapping[str, str] | None = None, given: bytes = b"") -> str:
    command = ["git", "-C", str(folder), "-c", "core.quotepath=off", *arguments]
    env = {**os.environ, "GIT_TERMINAL_PROMPT": "0", **(more or {})}
    try:
        done = subprocess.run(command, capture_output=True, input=given, env=env, timeout=_PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"git {arguments[0]} did not run: {error}") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise UsageError(f"git {arguments[0]} failed: {said[-1] if said else f'exit code {done.returncode}'}")
    # A status may begin with a blank that means something.
    return done.stdout.decode(errors="surrogateescape").rstrip("\n")
