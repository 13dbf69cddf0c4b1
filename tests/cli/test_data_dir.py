"""The data folder is looked at before anything is started in it."""

import os
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from shifty.cli.data_dir import make_data_dir
from shifty.errors import UsageError


@pytest.fixture
def small_disk(tmp_path: Path) -> Generator[Path]:
    """A disk of one MiB."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small disk needs the right to mount one")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def test_it_is_made_with_its_parents_and_nobody_else_may_list_it(tmp_path: Path) -> None:
    make_data_dir(tmp_path / "a" / "b")

    assert (tmp_path / "a" / "b").stat().st_mode & 0o066 == 0


def test_a_full_disk_is_said_with_the_remedy(small_disk: Path) -> None:
    with pytest.raises(UsageError, match=r"full.*--data-dir"):
        make_data_dir(small_disk / "data")


def test_a_place_where_nothing_can_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError, match="--data-dir"):
        make_data_dir(tmp_path / "file" / "data")


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(UsageError):
        make_data_dir(tmp_path)
