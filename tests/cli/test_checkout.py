"""What a checkout says about a run."""

import subprocess
from pathlib import Path

import pytest

from shifty.cli.checkout import look_at, project_slug


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=T", "-c", "user.email=t@example.org")
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "trunk")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "first")
    return tmp_path


def test_a_commit_is_known_by_its_title(checkout: Path) -> None:
    git(checkout, "commit", "-q", "--allow-empty", "-m", "Cart: round <prices> once\n\nBecause.")

    assert look_at(checkout, {}).commit_title == "Cart: round <prices> once"


def test_the_title_of_another_commit_is_not_that_of_the_one_that_the_ci_names(checkout: Path) -> None:
    assert look_at(checkout, {"GITHUB_SHA": "0" * 40}).commit_title is None


@pytest.mark.parametrize(
    "remote",
    [
        "git@github.com:acme/shop.git",
        "https://github.com/acme/shop",
        "https://token@github.com/acme/shop.git/",
        "ssh://git@git.acme.org:2222/acme/shop.git",
    ],
)
def test_the_project_is_owner_and_repository_of_the_remote(checkout: Path, remote: str) -> None:
    git(checkout, "remote", "add", "origin", remote)

    assert project_slug(checkout) == "acme/shop"


def test_a_folder_below_the_root_is_a_project_of_its_own(checkout: Path) -> None:
    git(checkout, "remote", "add", "origin", "git@github.com:acme/shop.git")
    (checkout / "apps" / "web").mkdir(parents=True)

    assert project_slug(checkout / "apps" / "web") == "acme/shop/apps/web"


def test_without_a_remote_the_package_names_the_project(checkout: Path) -> None:
    (checkout / "package.json").write_text('{"name": "@acme/shop"}')

    assert project_slug(checkout) == "@acme/shop"


@pytest.mark.parametrize("content", ["{", "[]", '{"name": 7}', '{"name": " "}'])
def test_without_a_name_anywhere_it_is_the_folder(tmp_path: Path, content: str) -> None:
    (tmp_path / "package.json").write_text(content)

    assert project_slug(tmp_path) == tmp_path.name


def test_branch_and_commit_come_from_git_and_the_ci_wins(checkout: Path) -> None:
    seen = look_at(checkout, {})
    assert seen.branch == "trunk"
    assert seen.commit is not None
    assert len(seen.commit) == 40

    told = look_at(checkout, {"GITHUB_REF_NAME": "pr-7", "GITHUB_SHA": "abc", "GITHUB_ACTOR": "kim"})
    assert (told.branch, told.commit, told.actor) == ("pr-7", "abc", "kim")


def test_a_detached_head_has_no_branch(checkout: Path) -> None:
    git(checkout, "checkout", "-q", "--detach")

    assert look_at(checkout, {}).branch is None


def test_a_checkout_with_changes_is_not_its_commit(checkout: Path) -> None:
    (checkout / "a.txt").write_text("one")
    git(checkout, "add", ".")
    git(checkout, "commit", "-q", "-m", "second")
    clean = look_at(checkout, {}).commit
    (checkout / "new.txt").write_text("not known to git")
    assert look_at(checkout, {}).commit == clean

    (checkout / "a.txt").write_text("two")

    assert look_at(checkout, {}).commit == f"{clean}-dirty"
    assert look_at(checkout, {"CI": "true"}).commit == clean
    assert look_at(checkout, {"GITHUB_SHA": "abc"}).commit == "abc"
