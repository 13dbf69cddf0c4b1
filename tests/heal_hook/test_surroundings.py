"""The hook in other surroundings: ES modules, hooks and shared pages, a server that is away, no configuration."""

import json
import os
import socket
import subprocess
from pathlib import Path

import pytest

from shifty.ids import stable_test_id
from tests.heal_hook.conftest import HOOK, REPOSITORY, address, copied
from tests.support.server import RunningServer

pytestmark = pytest.mark.timeout(600)


async def test_hooks_and_shared_pages_are_healed_in_es_modules_and_tests_meant_to_fail_are_not(
    server: RunningServer, tmp_path: Path
) -> None:
    suite = copied("heal_module", tmp_path, "newest")

    printed = await suite.play(address(server), PAGES="before")
    assert {test.status for test in suite.played.values()} == {"passed"}, printed

    printed = await suite.play(address(server), PAGES="after")
    shared, meant = suite.played["a page that tests share"], suite.played["meant to fail"]

    assert shared.status == "passed", printed
    assert [heal.healed_locator for heal in shared.heals] == [
        "getByRole('button', { name: 'Accept all cookies' })",
        *["getByRole('button', { name: 'Save the address' })"] * 2,
    ]
    assert meant.status == "failed", printed
    # Playwright gives what was noted in beforeAll to every test of the file.
    assert [heal.original_selector for heal in meant.heals] == ["#accept"]


async def test_without_its_server_a_suite_runs_as_without_the_hook(tmp_path: Path) -> None:
    suite = copied("heal_module", tmp_path, "newest")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    nobody = {"url": f"http://127.0.0.1:{port}", "token": "none"}

    printed = await suite.play(nobody, "-g", "share", PAGES="after", ACTION_MS="8000")
    alone = suite.played["a page that tests share"]

    assert "shifty heal: nothing is known of earlier runs" in printed
    assert alone.status == "failed"
    assert "waiting for locator('#accept')" in alone.errors
    assert "Timeout 8000ms exceeded" in alone.errors
    assert not alone.told


def test_other_processes_do_not_notice_it() -> None:
    """Also one that was forked, with a channel to its parent, as workers are."""
    environment = {**os.environ, "NODE_OPTIONS": f"--require {HOOK}", "SHIFTY_HEAL": "not even JSON"}
    program = "require('child_process').fork(process.argv[1]).on('message', (said) => console.log(said));"
    script = REPOSITORY / "tests" / "suites" / "heal_module" / "forks.cjs"

    printed = subprocess.run(
        ["node", "-e", program, str(script)], env=environment, capture_output=True, text=True, check=True
    )

    assert (printed.stdout, printed.stderr) == ("here\n", "")


def test_the_package_holds_what_runs_and_nothing_else(tmp_path: Path) -> None:
    packed = subprocess.run(
        ["npm", "pack", "--dry-run", "--json", "--offline"],
        cwd=HOOK.parent,
        env={**os.environ, "npm_config_cache": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    names = {file["path"] for file in json.loads(packed.stdout)[0]["files"]}
    code = {file.name for file in HOOK.parent.glob("*.cjs")}
    assert names == code | {"collect.js", "package.json", "README.md", "LICENSE"}
    assert "dependencies" not in json.loads((HOOK.parent / "package.json").read_text())


def test_tests_are_named_as_the_server_names_them() -> None:
    tests = [("tests/a.spec.ts", "chromium", ["describe", "test"], 0), ("ä b.spec.ts", "", ["ünïcode 🎭 › \n"], 3)]
    program = (
        "const { stableTestId } = require(process.argv[1]);"
        "console.log(JSON.stringify(JSON.parse(process.argv[2]).map((test) => stableTestId(...test))));"
    )
    arguments = [str(HOOK.parent / "identity.cjs"), json.dumps(tests)]
    printed = subprocess.run(["node", "-e", program, *arguments], capture_output=True, text=True, check=True)

    assert json.loads(printed.stdout) == [stable_test_id(*test) for test in tests]
