"""What waits on disk is nobody else's to read."""

from pathlib import Path

from shifty.worker.spool import Spool


def mode_of(folder: Path) -> int:
    return folder.stat().st_mode & 0o777


def test_the_folder_of_a_spool_and_those_made_for_it_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "spool" / "run" / "worker"

    Spool.open(folder, "tenant").close(remove=False)

    assert [mode_of(each) for each in (folder, folder.parent, folder.parent.parent)] == [0o700] * 3
    assert mode_of(tmp_path) == 0o711


def test_a_folder_that_was_open_to_others_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "worker"
    folder.mkdir(mode=0o755)

    Spool.open(folder, "tenant").close(remove=False)

    assert mode_of(folder) == 0o700
