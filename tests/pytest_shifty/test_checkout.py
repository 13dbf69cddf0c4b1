"""What the plugin for pytest says about the checkout."""

import json
import subprocess
from pathlib import Path

import pytest

from pytest_shifty.checkout import commit_of, owners_of, told_by


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=T", "-c", "user.email=t@example.org")
    done = subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "trunk")
    (tmp_path / "a.txt").write_text("one")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def test_a_checkout_with_changes_is_not_its_commit(checkout: Path) -> None:
    sha = git(checkout, "rev-parse", "HEAD")
    (checkout / "new.txt").write_text("not known to git")
    assert commit_of(checkout, {}) == sha

    (checkout / "a.txt").write_text("two")

    assert commit_of(checkout, {}) == f"{sha}-dirty"
    assert commit_of(checkout, {"CI": "true"}) == sha


def test_owners_come_along_once_they_fit_and_are_no_forks(checkout: Path) -> None:
    assert told_by(checkout, {})["codeowners"] is None

    (checkout / ".github").mkdir()
    (checkout / ".github" / "CODEOWNERS").write_text("* @acme\n")
    event = checkout / "event.json"
    event.write_text(
        json.dumps({"pull_request": {"head": {"repo": None}, "base": {"repo": {"full_name": "acme/shop"}}}})
    )

    assert told_by(checkout, {})["codeowners"] == "* @acme\n"
    assert owners_of(checkout, {"GITHUB_EVENT_PATH": str(event)}) is None
    (checkout / ".github" / "CODEOWNERS").write_text("#" * 70_000)
    assert owners_of(checkout, {}) is None


def test_without_a_repository_nothing_is_known(tmp_path: Path) -> None:
    assert told_by(tmp_path, {}) == {"branch": None, "commitSha": None, "codeowners": None}
