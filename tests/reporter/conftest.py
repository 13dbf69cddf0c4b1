"""Runs suites with Playwright and the stand-alone reporter against a real server."""

import asyncio
import os
import shutil
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.server import RunningServer
from tests.worker.playwright.conftest import SUITES, installed

REPOSITORY = Path(__file__).resolve().parents[2]
REPORTER = REPOSITORY / "js" / "reporter"


@dataclass(frozen=True)
class Played:
    code: int
    output: str

    @property
    def said(self) -> list[str]:
        """What our reporter printed."""
        return [line for line in self.output.splitlines() if line.startswith("shifty: ")]


@dataclass(frozen=True)
class Stage:
    """A suite in a folder of its own, with the reporter installed beside Playwright."""

    folder: Path
    spool: Path

    def write(self, name: str, text: str) -> None:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def environment(self, server: RunningServer | None, extra: Mapping[str, str]) -> dict[str, str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith(("SHIFTY_", "GITHUB_", "CI"))}
        env |= {"SHIFTY_SPOOL_DIR": str(self.spool), "SHIFTY_PROJECT": "shop", "FORCE_COLOR": "0"}
        if server is not None:
            env |= {
                "SHIFTY_API_URL": server.url,
                "SHIFTY_API_KEY": server.key,
                "SHIFTY_TENANT_ID": str(server.tenant.id),
            }
        return env | dict(extra)

    async def start(self, server: RunningServer | None, *arguments: str, **extra: str) -> Process:
        return await self.start_as_configured(server, "--reporter=@shifty/reporter", *arguments, **extra)

    async def start_as_configured(self, server: RunningServer | None, *arguments: str, **extra: str) -> Process:
        """With the reporters of the suite's own configuration."""
        cli = (self.folder / "node_modules" / "@playwright" / "test" / "cli.js").resolve()
        return await asyncio.create_subprocess_exec(
            *("node", str(cli), "test", *arguments),
            cwd=self.folder,
            env=self.environment(server, extra),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )

    async def play(self, server: RunningServer | None, *arguments: str, **extra: str) -> Played:
        """Run the suite to its end; ``extra`` is for its environment."""
        return await ended(await self.start(server, *arguments, **extra))


async def ended(process: Process) -> Played:
    try:
        printed, _ = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        raise
    assert process.returncode is not None
    return Played(process.returncode, printed.decode())


def staged(folder: Path, suite: str | None = None, version: str = "newest") -> Stage:
    """``suite`` is a folder of tests/suites; without it the test writes its own."""
    target = folder / "suite"
    if suite:
        shutil.copytree(SUITES / suite, target)
    modules = target / "node_modules"
    (modules / "@shifty").mkdir(parents=True)
    for installation in installed(version).iterdir():
        if installation.name in ("@playwright", "playwright", "playwright-core"):
            (modules / installation.name).symlink_to(installation)
    (modules / "@shifty" / "reporter").symlink_to(REPORTER)
    # The root of a repository ends here, so that names of files do not depend on where the test runs.
    (target / ".git").mkdir()
    return Stage(target, folder / "spool")


async def run_of(server: RunningServer, run_id: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The run and its results by test id; nothing of one that does not exist."""
    async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=server.headers, timeout=60) as client:
        answer = await client.get(f"/runs/{run_id}", params={"limit": 1000})
    if answer.status_code == 404:
        return {}, {}
    assert answer.status_code == 200, answer.text
    told = answer.json()
    return told["run"], {result["testId"]: result for result in told["results"]}


async def wait_for(holds: Callable[[], Awaitable[bool]], within_s: float = 120) -> None:
    async with asyncio.timeout(within_s):
        while not await holds():
            await asyncio.sleep(0.05)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """An empty suite with the newest Playwright."""
    return staged(tmp_path)
