"""What ``shifty heal apply`` may touch: files of the checkout by their own names, and only as it has left them."""

from pathlib import Path

import pytest

from shifty.cli.heal_apply_files import SourceFiles
from shifty.cli.heal_apply_verify import Place, verify
from shifty.errors import UsageError
from shifty.pull_requests.change import FileChange


def change(path: str) -> FileChange:
    return FileChange(path, "was", "becomes", "Heal", ())


def test_what_was_written_is_taken_back(tmp_path: Path) -> None:
    for name in ("a.ts", "b.ts"):
        (tmp_path / name).write_text("was")
    files = SourceFiles(tmp_path)
    files.write([change("a.ts"), change("b.ts")])

    files.keep([change("b.ts")])
    assert [(tmp_path / name).read_text() for name in ("a.ts", "b.ts")] == ["was", "becomes"]

    files.keep([])
    assert [(tmp_path / name).read_text() for name in ("a.ts", "b.ts")] == ["was", "was"]


def test_a_file_that_was_edited_in_the_meantime_is_left_to_its_author(tmp_path: Path) -> None:
    for name in ("a.ts", "b.ts"):
        (tmp_path / name).write_text("was")
    files = SourceFiles(tmp_path)
    files.write([change("a.ts"), change("b.ts")])
    (tmp_path / "a.ts").write_text("becomes, and more")

    with pytest.raises(UsageError, match=r"^a\.ts: edited while the tests ran"):
        files.keep([])

    assert [(tmp_path / name).read_text() for name in ("a.ts", "b.ts")] == ["becomes, and more", "was"]


@pytest.mark.parametrize("path", ["../out.ts", "sub/../a.ts", "./a.ts", "link.ts", "linked/out.ts", ".git/hooks/a.py"])
def test_a_path_that_leads_elsewhere_is_no_file(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    for folder in (root / "sub", root / ".git" / "hooks"):
        folder.mkdir(parents=True)
    for file in (tmp_path / "out.ts", root / "a.ts", root / ".git" / "hooks" / "a.py"):
        file.write_text("was")
    (root / "link.ts").symlink_to(root / "a.ts")
    (root / "linked").symlink_to(tmp_path)

    assert SourceFiles(root).read(path) is None
    assert SourceFiles(root).read("a.ts") == "was"


async def test_no_test_outside_of_the_checkout_is_run(tmp_path: Path) -> None:
    outside = tmp_path / "test_out.py"
    outside.write_text("import pathlib\npathlib.Path(__file__).with_name('run').touch()\ndef test_it(): pass\n")
    root = tmp_path / "root"
    root.mkdir()
    keys = [(path, "", ("test_it",)) for path in ("../test_out.py", str(outside))]

    failed = await verify(Place(root, root), frozenset(keys), 1)

    assert failed == dict.fromkeys(keys, "the test is not in this checkout")
    assert not (tmp_path / "run").exists()
