"""Runs suites under the hook with real Playwright, old and new, against a real server."""

import asyncio
import json
import os
import shutil
from asyncio.subprocess import DEVNULL, PIPE, STDOUT
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from shifty.wire import Heal
from tests.support.server import RunningServer
from tests.worker.playwright.conftest import SUITES, installed

REPOSITORY = Path(__file__).resolve().parents[2]
HOOK = REPOSITORY / "js" / "heal" / "register.cjs"
PROJECT = "shop"


@dataclass(frozen=True)
class Played:
    """What became of one test."""

    status: str
    told: Sequence[str]
    """Types of its annotations."""
    heals: Sequence[Heal]
    errors: str
    attachments: Mapping[str, Path]


@dataclass(frozen=True)
class Suite:
    folder: Path
    played: dict[str, Played] = field(default_factory=dict[str, Played])

    async def play(self, told: Mapping[str, object] | None, *arguments: str, **extra: str) -> str:
        """Run it under the hook; ``told`` is what SHIFTY_HEAL says."""
        report = self.folder / "report.json"
        report.unlink(missing_ok=True)
        env = {name: value for name, value in os.environ.items() if not name.startswith(("SHIFTY_", "CI", "GITHUB_"))}
        env |= {"PLAYWRIGHT_JSON_OUTPUT_NAME": str(report), "NODE_OPTIONS": f"--require {HOOK}", "FORCE_COLOR": "0"}
        if told is not None:
            env["SHIFTY_HEAL"] = json.dumps({"project": PROJECT, "root": str(self.folder), "mode": "heal", **told})
        cli = (self.folder / "node_modules" / "@playwright" / "test" / "cli.js").resolve()
        process = await asyncio.create_subprocess_exec(
            *("node", str(cli), "test", "--reporter=line,json", *arguments),
            cwd=self.folder,
            env=env | extra,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
        )
        printed, _ = await process.communicate()
        assert report.exists(), printed.decode()
        self.played.clear()
        self.played.update(_read(json.loads(report.read_text())))
        return printed.decode()


def copied(name: str, folder: Path, version: str) -> Suite:
    target = folder / f"{name}-{version}"
    shutil.copytree(SUITES / name, target)
    (target / "node_modules").symlink_to(installed(version))
    return Suite(target)


def address(server: RunningServer) -> dict[str, object]:
    """Of a server itself, as without a worker."""
    return {"url": f"{server.url}/api/v1", "token": server.key, "tenant": str(server.tenant.id)}


def _read(report: Mapping[str, Any]) -> dict[str, Played]:
    found: dict[str, Played] = {}
    waiting = [*report["suites"]]
    while waiting:
        suite = waiting.pop()
        waiting += suite.get("suites", [])
        for spec in suite.get("specs", []):
            test = spec["tests"][0]
            found[spec["title"]] = _played(test, test["results"][-1] if test["results"] else {})
    return found


def _played(test: Mapping[str, Any], result: Mapping[str, Any]) -> Played:
    annotations = result.get("annotations") or test["annotations"]
    heals = [note["description"] for note in annotations if note["type"] == "shifty:heal"]
    return Played(
        status=result.get("status", "skipped"),
        told=[note["type"] for note in annotations if note["type"] != "shifty:heal"],
        heals=[msgspec.json.decode(heal, type=Heal) for heal in heals],
        errors="\n".join(error.get("message", "") for error in result.get("errors", [])),
        attachments={file["name"]: Path(file["path"]) for file in result.get("attachments", []) if "path" in file},
    )
