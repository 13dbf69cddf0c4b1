"""``shifty doctor``."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

from shifty.cli import doctor_checks as checks
from shifty.config import load_settings
from tests.support.postgres import empty_database

ROOT = Path(__file__).parents[2]


def _doctor(cwd: Path, *flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shifty.cli", "doctor", *flags],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with Playwright, and the build of Chromium that it wants in the cache beside it."""
    for package, version in (("@playwright/test", "1.60.0"), ("playwright-core", "1.60.0")):
        home = tmp_path / "node_modules" / package
        home.mkdir(parents=True)
        (home / "package.json").write_text(json.dumps({"version": version}))
        (home / "cli.js").touch()
    listing = {"browsers": [{"name": "ffmpeg", "revision": "1"}, {"name": "chromium", "revision": "1200"}]}
    (tmp_path / "node_modules" / "playwright-core" / "browsers.json").write_text(json.dumps(listing))
    (tmp_path / "cache" / "chromium-1200").mkdir(parents=True)
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "playwright.config.js").touch()
    return tmp_path


def test_a_machine_that_lacks_nothing_is_told_so_with_code_0(project: Path) -> None:
    said = _doctor(
        project, "--json", "--data-dir", str(project / "data"),
        PLAYWRIGHT_BROWSERS_PATH=str(project / "cache"), SHIFTY_PORT="0",
    )  # fmt: skip

    report = json.loads(said.stdout)
    assert [check["name"] for check in report["checks"] if not check["ok"]] == []
    assert {"Python", "Node", "git", "Playwright", "Browser", "Database", "Data folder", "Port"} == {
        check["name"] for check in report["checks"]
    }
    assert said.returncode == 0
    assert not (project / "data").exists()


def test_what_is_missing_comes_with_its_fix_and_code_2(tmp_path: Path) -> None:
    said = _doctor(tmp_path, "--api-url", "http://127.0.0.1:1", SHIFTY_DATABASE_URL="postgresql://x@127.0.0.1:1/x")

    assert said.returncode == 2
    assert "fix: go to the folder with playwright.config.ts" in said.stdout
    assert "fix: check that it runs and the address it was given (SHIFTY_DATABASE_URL)" in said.stdout
    assert "fix: check SHIFTY_API_URL, and that the server runs" in said.stdout


def test_a_browser_of_another_build_does_not_count(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(project / "cache"))
    monkeypatch.setenv("PATH", str(project))
    cli = project / "node_modules" / "@playwright" / "test" / "cli.js"
    assert checks.browser(cli).ok

    (project / "cache" / "chromium-1200").rename(project / "cache" / "chromium-1100")

    assert checks.browser(cli).fix == "run `npx playwright install chromium`"


async def test_a_database_that_is_not_migrated_yet_is_fine(postgres_dsn: str) -> None:
    found = await checks.database(load_settings(database_url=empty_database(postgres_dsn)))

    assert found.ok
    assert "will be applied at the next start" in found.found


async def test_an_external_database_that_does_not_exist_is_missing(postgres_dsn: str) -> None:
    found = await checks.database(load_settings(database_url=make_conninfo(postgres_dsn, dbname="nowhere")))

    assert not found.ok
    assert 'database "nowhere" does not exist' in found.found


def test_a_port_that_somebody_else_has_is_missing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        found = checks.port(load_settings(port=busy.getsockname()[1]))

    assert not found.ok
    assert found.fix
    assert "--port" in found.fix


def test_a_folder_that_can_not_be_written_is_missing() -> None:
    found = checks.data_folder(Path("/proc/shifty"))

    assert not found.ok
    assert "--data-dir" in str(found.fix)
