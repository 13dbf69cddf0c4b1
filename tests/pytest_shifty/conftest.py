"""Runs the suite with real pytest under the plugin, against a real server."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.server import RunningServer

SOURCE = Path(__file__).parents[2] / "pytest-shifty" / "src"
SUITE = Path(__file__).parent / "suite"
PROJECT = "shop"

_INI = """[pytest]
markers = shop_page(name): the page that it opens
asyncio_default_fixture_loop_scope = function
"""


@dataclass(frozen=True)
class Played:
    """What became of one test."""

    status: str
    message: str
    properties: Mapping[str, str]
    """With ``healed``, ``heal-proposed`` … where a locator was broken."""


@dataclass(frozen=True)
class Session:
    code: int
    printed: str
    tests: Mapping[str, Played]


@dataclass(frozen=True)
class Suite:
    folder: Path

    async def play(self, *arguments: str, **env: str) -> Session:
        junit = self.folder / "junit.xml"
        junit.unlink(missing_ok=True)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SHIFTY_", "PYTEST"))}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pytest", "-p", "pytest_shifty.plugin", "-p", "no:cacheprovider"),
            # Nobody needs them here, and to load them takes seconds.
            *("-p", "no:schemathesis", "-p", "no:hypothesispytest"),
            # Native: pytest's own tracebacks parse the whole of Playwright's generated API, which takes seconds.
            *("--color=no", "--tb=native", f"--junitxml={junit}", *arguments),
            cwd=self.folder,
            env={**inherited, "PYTHONPATH": str(SOURCE), **env},
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
        )
        said, _ = await process.communicate()
        assert junit.exists(), said.decode()
        assert process.returncode is not None
        return Session(process.returncode, said.decode(), _read(junit))


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    folder = tmp_path / "suite"
    folder.mkdir()
    (folder / "conftest.py").write_text((SUITE / "launch.py").read_text())
    (folder / "test_shop.py").write_text((SUITE / "shop.py").read_text())
    (folder / "pytest.ini").write_text(_INI)
    (folder / ".git").mkdir()
    return Suite(folder)


def address(server: RunningServer) -> dict[str, str]:
    return {
        "SHIFTY_API_URL": server.url,
        "SHIFTY_API_KEY": server.key,
        "SHIFTY_TENANT_ID": str(server.tenant.id),
        "SHIFTY_PROJECT": PROJECT,
    }


def _read(junit: Path) -> Mapping[str, Played]:
    cases: Sequence[ElementTree.Element] = list(ElementTree.parse(junit).iter("testcase"))
    return {str(case.get("name")).partition("[")[0]: _played(case) for case in cases}


def _played(case: ElementTree.Element) -> Played:
    fault = next((child for child in case if child.tag in ("failure", "error", "skipped")), None)
    return Played(
        status=fault.tag if fault is not None else "passed",
        message=str(fault.get("message")) if fault is not None else "",
        properties={str(one.get("name")): str(one.get("value")) for one in case.iter("property")},
    )
