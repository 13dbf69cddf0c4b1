"""How the hook gets into Node: beside what the user preloads, whatever the folders are called."""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from shifty.worker.healing.hook import Hook
from shifty.worker.playwright.environment import ReporterOptions, environment
from shifty.worker.playwright.model import Suite

SUITE = Suite(
    root=Path("/shop"),
    project_dir=Path("/shop"),
    config=None,
    config_dir=Path("/shop"),
    node="node",
    playwright_cli=Path("/cli.js"),
    version="1.50.0",
    tests_dir=Path("/shop"),
    output_dir=Path("/out"),
    projects=(),
    tests=(),
)
HOOK = Hook(Path("register.cjs"), "http://127.0.0.1:1", "t", "shop", "r", "heal")


def preload(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "register.cjs"
    file.write_text(f"globalThis.loaded = [...(globalThis.loaded || []), {json.dumps(name)}];\n")
    return file


@pytest.mark.parametrize("name", ["plain", "with blanks", 'with "quotes"', "with\\backslash", "mit Ümläuten"])
def test_node_loads_it_after_what_the_user_preloads(tmp_path: Path, name: str) -> None:
    users = preload(tmp_path / "users", "user's")
    ours = preload(tmp_path / name, "ours")
    inherited = {**os.environ, "NODE_OPTIONS": f"--require {users} --no-warnings"}

    env = inherited | replace(HOOK, register=ours).environment(SUITE, inherited)
    done = subprocess.run(
        ["node", "-p", "JSON.stringify(loaded)"], env=env, capture_output=True, text=True, check=True, timeout=60
    )

    assert json.loads(done.stdout) == ["user's", "ours"]


def test_it_is_told_where_the_relay_is_and_how_elements_are_marked() -> None:
    env = HOOK.environment(replace(SUITE, test_id_attribute="data-qa"), {})

    assert json.loads(env["SHIFTY_HEAL"]) == {
        "url": "http://127.0.0.1:1",
        "token": "t",
        "project": "shop",
        "runId": "r",
        "root": "/shop",
        "mode": "heal",
        "testIdAttribute": "data-qa",
    }
    assert env["NODE_OPTIONS"] == '--require "register.cjs"'


def test_test_code_sees_no_secret_and_no_foreign_relay(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SHIFTY_API_KEY", "SHIFTY_LLM_API_KEY", "SHIFTY_GITHUB_TOKEN", "SHIFTY_HEAL"):
        monkeypatch.setenv(name, "secret")

    env = environment(ReporterOptions(Path("/events")))

    assert "secret" not in env.values()
