"""What the checkout says about a run: branch, commit, and who owns what."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import cast

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
LARGEST = 64 * 1024

Env = Mapping[str, str]


def told_by(root: Path, env: Env = os.environ) -> dict[str, object]:
    """For ``run:start``: ``branch``, ``commitSha`` and ``codeowners``; None where nothing is known."""
    return {
        "branch": _git(root, "rev-parse", "--abbrev-ref", "HEAD"),
        "commitSha": commit_of(root, env),
        "codeowners": owners_of(root, env),
    }


def commit_of(root: Path, env: Env) -> str | None:
    """With ``-dirty`` behind it when files that git knows differ from it: two runs of it may be of different code.

    In CI what a job has changed, such as a lock file, its other runs of the commit have changed alike.
    """
    commit = _git(root, "rev-parse", "HEAD")
    is_changed = commit and not env.get("CI") and _git(root, "status", "--porcelain", "--untracked-files=no")
    return f"{commit}-dirty" if is_changed else commit


def owners_of(root: Path, env: Env) -> str | None:
    """The text of CODEOWNERS; None: there is none that can be sent. A fork's author may write into it what he likes."""
    place = next((root / name for name in PLACES if (root / name).is_file()), None)
    try:
        content = place.read_bytes() if place and not _is_fork(env) else b""
        text = content.decode("utf-8-sig") if len(content) <= LARGEST else ""
    except (OSError, UnicodeDecodeError):
        return None
    return text if text and "\0" not in text else None


def _is_fork(env: Env) -> bool:
    return (
        _is_pull_of_fork(env.get("GITHUB_EVENT_PATH"))
        or _differ(env, "CI_MERGE_REQUEST_SOURCE_PROJECT_ID", "CI_MERGE_REQUEST_PROJECT_ID")
        or _differ(env, "BUILDKITE_PULL_REQUEST_REPO", "BUILDKITE_REPO")
        or bool(env.get("CIRCLE_PR_USERNAME") or env.get("CHANGE_FORK"))
        or env.get("SYSTEM_PULLREQUEST_ISFORK", "").lower() == "true"
    )


def _differ(env: Env, one: str, other: str) -> bool:
    return len({env.get(one), env.get(other)} - {None, ""}) == 2


def _is_pull_of_fork(event: str | None) -> bool:
    try:
        told: object = json.loads(Path(event or "").read_bytes())
    except (OSError, ValueError):
        return False
    pull = _within(told, "pull_request")
    return bool(pull) and _repository(_within(pull, "head")) != _repository(_within(pull, "base"))


def _repository(side: object) -> object:
    """The repository of a fork that has been deleted is null."""
    return _within(_within(side, "repo"), "full_name")


def _within(value: object, name: str) -> object:
    return cast("dict[str, object]", value).get(name) if isinstance(value, dict) else None


def _git(root: Path, *command: str) -> str | None:
    asked = ("git", "-C", str(root), "--no-optional-locks", *command)
    try:
        said = subprocess.run(asked, capture_output=True, text=True, timeout=5, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None
    return said or None
