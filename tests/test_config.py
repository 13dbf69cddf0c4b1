"""Settings: where they come from, and how mistakes are told."""

from pathlib import Path

import pytest

from shifty.config import load_settings
from shifty.errors import UsageError


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: in a repository, with an empty shifty.toml."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "shifty.toml").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_flag_wins_over_the_environment_and_that_over_the_file(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "shifty.toml").write_text('port = 1\nhost = "file"\nproject = "file"\n')
    monkeypatch.setenv("SHIFTY_PORT", "2")
    monkeypatch.setenv("SHIFTY_HOST", "environment")

    settings = load_settings(port=3, host=None)

    assert (settings.port, settings.host, settings.project) == (3, "environment", "file")


def test_the_file_is_found_from_a_folder_below(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "shifty.toml").write_text("port = 1\n")
    (project / "packages" / "web").mkdir(parents=True)
    monkeypatch.chdir(project / "packages" / "web")

    assert load_settings().port == 1


def test_the_file_of_another_repository_is_not_taken(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "shifty.toml").write_text("port = 1\n")
    (project / "inner" / ".git").mkdir(parents=True)
    monkeypatch.chdir(project / "inner")

    assert load_settings().port == 7357


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIFTY_API_URL", "")

    assert load_settings().api_url is None


def test_every_mistake_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIFTY_PORT", "http")
    monkeypatch.setenv("SHIFTY_LEASE_SECONDS", "-1")

    with pytest.raises(UsageError) as refusal:
        load_settings()

    assert "port (SHIFTY_PORT): input should be a valid integer" in str(refusal.value)
    assert "lease_seconds (SHIFTY_LEASE_SECONDS): input should be greater than 0" in str(refusal.value)


def test_a_misspelt_name_in_the_file_is_refused(project: Path) -> None:
    (project / "shifty.toml").write_text('api_ulr = "http://x"\n')

    with pytest.raises(UsageError, match="there is no setting api_ulr"):
        load_settings()


def test_a_file_that_is_no_toml_is_named(project: Path) -> None:
    (project / "shifty.toml").write_text("port = \n")

    with pytest.raises(UsageError, match=r"shifty\.toml can't be read \(.*line 1"):
        load_settings()


def test_secrets_are_not_in_what_is_printed() -> None:
    settings = load_settings(api_key="shf_1_secret", database_url="postgresql://u:secret@h/d")

    assert "secret" not in repr(settings)
