"""The CODEOWNERS file that a run brings along."""

from pathlib import Path

import pytest

from shifty.cli.owners import MOST_BYTES, PLACES, read_codeowners


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "apps" / "web").mkdir(parents=True)
    return tmp_path


def put(root: Path, place: str, content: bytes) -> None:
    (root / place).parent.mkdir(exist_ok=True)
    (root / place).write_bytes(content)


@pytest.mark.parametrize("place", PLACES)
def test_it_is_that_of_the_repository_wherever_the_project_is(repository: Path, place: str) -> None:
    put(repository, place, b"\xef\xbb\xbfapps/web/ @acme/web\n")

    assert read_codeowners(repository / "apps" / "web").text == "apps/web/ @acme/web\n"


def test_of_several_the_first_counts_that_github_would_take(repository: Path) -> None:
    for place in reversed(PLACES):
        put(repository, place, place.encode())

    assert read_codeowners(repository).text == ".github/CODEOWNERS"


def test_without_a_file_or_a_repository_there_is_nothing_to_say(repository: Path, tmp_path: Path) -> None:
    assert read_codeowners(repository) == read_codeowners(Path("/"))
    assert read_codeowners(repository).warning is None


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"#" * (MOST_BYTES + 1), "larger than 64 KiB"), (b"\xff\xfe*", "can't be read"), (b"* @a\0", "is no text")],
)
def test_what_can_not_be_sent_is_told_and_left_out(repository: Path, content: bytes, why: str) -> None:
    put(repository, "CODEOWNERS", content)

    found = read_codeowners(repository)

    assert found.text is None
    assert found.warning is not None
    assert why in found.warning
