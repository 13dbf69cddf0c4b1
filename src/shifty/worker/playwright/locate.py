"""Finds what running Playwright needs on this machine: the configuration, Playwright's own command line, and Node."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from shifty.errors import UsageError
from shifty.shipped import shipped

OLDEST = (1, 50)
CONFIG_NAMES = tuple(f"playwright.config.{ending}" for ending in ("ts", "js", "mts", "mjs", "cts", "cjs"))


@dataclass(frozen=True)
class Installation:
    project_dir: Path
    config: Path | None
    config_dir: Path
    root: Path
    node: str
    cli: Path
    version: str


def locate(project_dir: Path, config: Path | None = None) -> Installation:
    """Where Playwright is and what it would read, started in ``project_dir``.

    Raises:
        UsageError: the folder, the configuration, Playwright (at least 1.50) or Node is missing.
    """
    if not project_dir.is_dir():
        raise UsageError(f"{project_dir} is not a folder: give the folder of a Playwright project.")
    project_dir = project_dir.absolute()
    found = _config_of(project_dir, config)
    config_dir = found.parent if found else project_dir
    cli, version = _playwright_of(config_dir, project_dir, found)
    node = shutil.which("node")
    if node is None:
        raise UsageError("Node.js is not on the PATH: install Node 18 or newer, which Playwright needs.")
    return Installation(project_dir, found, config_dir, _root_of(config_dir), node, cli, version)


def reporter_file() -> Path:
    """Our reporter: beside the package in a wheel, in the repository's ``js`` folder otherwise."""
    file = shipped("reporter", "worker.cjs")
    if file is None:
        raise UsageError("Shifty's Playwright reporter is missing from this installation: install shifty again.")
    return file


def _config_of(project_dir: Path, config: Path | None) -> Path | None:
    if config is None:
        return next((file for name in CONFIG_NAMES if (file := project_dir / name).is_file()), None)
    asked = config if config.is_absolute() else project_dir / config
    if asked.is_dir():
        found = next((file for name in CONFIG_NAMES if (file := asked / name).is_file()), None)
        if found is None:
            raise UsageError(f"There is no {CONFIG_NAMES[0]} in {asked}: name the configuration file itself.")
        return found
    if not asked.is_file():
        raise UsageError(f"There is no Playwright configuration at {asked}: check the path given with --config.")
    return asked


def _playwright_of(config_dir: Path, project_dir: Path, config: Path | None) -> tuple[Path, str]:
    for start in (config_dir, project_dir):
        for folder in (start, *start.parents):
            for package in ("@playwright/test", "playwright"):
                home = folder / "node_modules" / package
                if (home / "cli.js").is_file():
                    return (home / "cli.js").resolve(), _version_of(home)
    if config is None and not (project_dir / "package.json").is_file():
        raise UsageError(
            f"There is no Playwright project in {project_dir}: "
            "go to the folder with playwright.config.ts, or name it with --config."
        )
    raise UsageError(
        f"Playwright is not installed for {project_dir}: run `npm install` there "
        "(or `npm install --save-dev @playwright/test`)."
    )


def _version_of(home: Path) -> str:
    version = str(json.loads((home / "package.json").read_text())["version"])
    numbers = re.match(r"(\d+)\.(\d+)", version)
    if numbers and (int(numbers[1]), int(numbers[2])) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise UsageError(
            f"Playwright {version} is too old for Shifty, which needs {oldest} or newer: "
            "run `npm install --save-dev @playwright/test@latest`."
        )
    return version


def _root_of(config_dir: Path) -> Path:
    return next((folder for folder in (config_dir, *config_dir.parents) if (folder / ".git").exists()), config_dir)
