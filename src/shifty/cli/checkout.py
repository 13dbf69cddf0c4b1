"""What the checkout and the CI say about a run: project, branch, commit, who started it, who owns what."""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_BRANCH = (
    "GITHUB_HEAD_REF",
    "GITHUB_REF_NAME",
    "CI_COMMIT_REF_NAME",
    "BUILDKITE_BRANCH",
    "CIRCLE_BRANCH",
    "BRANCH_NAME",
)
_COMMIT = ("GITHUB_SHA", "CI_COMMIT_SHA", "BUILDKITE_COMMIT", "CIRCLE_SHA1", "GIT_COMMIT")
_ACTOR = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILDKITE_BUILD_CREATOR", "CIRCLE_USERNAME", "USER")
_REMOTE = re.compile(r"^(?:[a-z+]+://(?:[^@/]+@)?[^/]+/|[^@/]+@[^:/]+:)(?P<slug>.+?)(?:\.git)?/?$")


DIRTY = "-dirty"


@dataclass(frozen=True)
class Checkout:
    project: str
    branch: str | None
    commit: str | None
    """With ``-dirty`` behind it when files that git knows differ from it: two runs of it may be of different code."""
    commit_title: str | None
    """Of the commit that the checkout is at; None where the CI names another one, such as that before a trial merge."""
    actor: str | None


def look_at(folder: Path, environ: Mapping[str, str] = os.environ) -> Checkout:
    commit = _first(environ, _COMMIT) or _commit(folder, environ)
    branch = _first(environ, _BRANCH) or _git(folder, "rev-parse", "--abbrev-ref", "HEAD")
    return Checkout(
        project=project_slug(folder),
        branch=None if branch == "HEAD" else branch,
        commit=commit,
        commit_title=_title(folder, commit),
        actor=_first(environ, _ACTOR),
    )


def _commit(folder: Path, environ: Mapping[str, str]) -> str | None:
    commit = _git(folder, "rev-parse", "HEAD")
    # What a CI job has changed, such as a lock file, its other runs of the commit have changed alike.
    return commit + DIRTY if commit and not environ.get("CI") and is_changed(folder) else commit


def _title(folder: Path, commit: str | None) -> str | None:
    said = _git(folder, "log", "-1", "--format=%H %s") if commit else None
    sha, _, title = (said or "").partition(" ")
    return title[:500] if commit and sha == commit.removesuffix(DIRTY) else None


def is_changed(folder: Path) -> bool:
    """Whether files that git knows differ from the commit."""
    return _git(folder, "--no-optional-locks", "status", "--porcelain", "--untracked-files=no") is not None


def root_of(folder: Path) -> Path | None:
    """The root of the repository around ``folder``; None: it is in none."""
    folder = folder.resolve()
    return next((at for at in (folder, *folder.parents) if (at / ".git").exists()), None)


def project_slug(folder: Path) -> str:
    """``owner/repo`` of the git remote; else the name in ``package.json``, else that of the folder.

    A folder below the repository's root is a project of its own: its tests have their own history.
    """
    folder = folder.resolve()
    remote = _REMOTE.match(_git(folder, "remote", "get-url", "origin") or "")
    if remote:
        below = _git(folder, "rev-parse", "--show-prefix") or ""
        return f"{remote['slug']}/{below}".strip("/")[:200]
    return (_package_name(folder) or folder.name or "default")[:200]


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


def _package_name(folder: Path) -> str | None:
    try:
        name = json.loads((folder / "package.json").read_text())["name"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return name if isinstance(name, str) and name.strip() else None
