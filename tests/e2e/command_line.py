"""Calls ``shifty`` in a Playwright project of a test's own."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.processes import MARK

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Done:
    exit: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


@dataclass
class CommandLine:
    """One user's machine: a data folder and a project."""

    data_dir: Path
    project: Path
    environment: dict[str, str] = field(default_factory=dict[str, str])
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    def start(self, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "shifty.cli", *arguments],
            cwd=self.project,
            env=self._environment(env or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, env: Mapping[str, str] | None = None, timeout_s: float = 600) -> Done:
        return finished(self.start(*arguments, env=env), timeout_s)

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SHIFTY_", "CI"))}
        return {
            **inherited,
            "SHIFTY_DATA_DIR": str(self.data_dir),
            MARK: self.mark,
            **self.environment,
            **more,
        }


def finished(process: subprocess.Popen[str], timeout_s: float = 600) -> Done:
    try:
        stdout, stderr = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        stdout, stderr = process.communicate()
        raise AssertionError(f"it did not end within {timeout_s} s:\n{stdout}\n{stderr}") from None
    return Done(process.returncode, stdout, stderr)


def make_project(folder: Path, files: Mapping[str, str], config: str = "") -> Path:
    """A Playwright project with these spec files, which get ``test``, ``expect`` and ``sleep``."""
    (folder / "specs").mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps({"name": folder.name, "private": True}))
    (folder / "playwright.config.js").write_text(f"module.exports = {{ testDir: 'specs', {config} }};\n")
    for name, body in files.items():
        (folder / "specs" / f"{name}.spec.js").write_text(_HEAD + body)
    (folder / "node_modules").symlink_to(REPOSITORY / "node_modules")
    return folder


_HEAD = """const { test, expect } = require('@playwright/test');
const sleep = ms => new Promise(done => setTimeout(done, ms));
"""
