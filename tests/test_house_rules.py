"""Rules for the repository as a whole."""

import re
import subprocess
from pathlib import Path

import pytest

from shifty.config import Settings

ROOT = Path(__file__).parents[1]

_MACHINE_PATH = re.compile(rb"(?<![\w.])/(?:work/|root/|home/[a-z])")
_REGISTRY = re.compile(
    rb"https?://(?:registry\.|pypi\.|files\.pythonhosted|[\w.-]*(?:artifactory|nexus|verdaccio))", re.I
)
_BINARY = frozenset({".png", ".jpg", ".ico", ".pdf", ".zip", ".webp", ".gif"})


def _tracked() -> list[Path]:
    """Every file that is, or is about to be, under version control."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    if listing.returncode:
        pytest.skip("this is no git checkout")
    files = [ROOT / name for name in listing.stdout.splitlines()]
    return [
        file for file in files if file.is_file() and file.suffix not in _BINARY and file.name != Path(__file__).name
    ]


@pytest.mark.parametrize("forbidden", [_MACHINE_PATH, _REGISTRY], ids=["path of a machine", "host of a registry"])
def test_no_file_names_where_it_was_made(forbidden: re.Pattern[bytes]) -> None:
    guilty = [
        f"{file.relative_to(ROOT)}: {found[0].decode()}"
        for file in _tracked()
        if (found := forbidden.search(file.read_bytes()))
    ]

    assert not guilty


def test_lock_files_name_no_address_to_fetch_from() -> None:
    guilty = [
        str(file.relative_to(ROOT))
        for file in _tracked()
        if file.name == "package-lock.json" and '"resolved"' in file.read_text()
    ]

    assert not guilty
    assert "://" not in (ROOT / "requirements.lock").read_text()


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_a_setting_is_documented(name: str) -> None:
    described = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")

    assert re.search(rf"^\| `{name}` \| `SHIFTY_{name.upper()}` \|", described, re.MULTILINE)


def test_nothing_is_documented_that_is_no_setting() -> None:
    described = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `(\w+)` \| `SHIFTY_", described, re.MULTILINE)) <= set(Settings.model_fields)


@pytest.mark.parametrize("source", sorted((ROOT / "src").rglob("*.py")), ids=lambda path: path.stem)
def test_a_module_says_in_its_first_line_what_it_is(source: Path) -> None:
    text = source.read_text(encoding="utf-8")

    assert not text.strip() or text.startswith('"""')


def test_no_source_file_is_longer_than_300_lines() -> None:
    long = [
        f"{file.relative_to(ROOT)}: {lines}"
        for folder in ("src", "js")
        for file in (ROOT / folder).rglob("*")
        if file.suffix in {".py", ".cjs"} and (lines := len(file.read_text(encoding="utf-8").splitlines())) > 300
    ]

    assert not long
