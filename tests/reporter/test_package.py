"""The npm package: what is in it, and its own unit tests."""

import asyncio
import json
import os
import subprocess
from pathlib import Path

from shifty.ids import stable_test_id
from shifty.worker.playwright.locate import reporter_file
from tests.reporter.conftest import REPORTER, REPOSITORY


def test_the_package_holds_what_runs_and_nothing_else(tmp_path: Path) -> None:
    packed = subprocess.run(
        ["npm", "pack", "--dry-run", "--json", "--offline"],
        cwd=REPORTER,
        env={**os.environ, "npm_config_cache": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    names = {file["path"] for file in json.loads(packed.stdout)[0]["files"]}
    code = {file.name for file in REPORTER.glob("*.cjs")}
    assert names == code | {"package.json", "index.d.ts", "README.md", "LICENSE"}


def test_the_package_needs_nothing_at_run_time() -> None:
    package = json.loads((REPORTER / "package.json").read_text())

    assert "dependencies" not in package
    assert package["peerDependenciesMeta"]["@playwright/test"]["optional"]
    assert reporter_file() == REPORTER / "worker.cjs", "workers use the same package"


async def test_its_unit_tests_pass() -> None:
    files = sorted(str(file) for file in (REPOSITORY / "js" / "tests").glob("*.test.cjs"))
    process = await asyncio.create_subprocess_exec(
        *("node", "--test", *files), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    printed, _ = await process.communicate()

    assert files
    assert process.returncode == 0, printed.decode()


def test_tests_are_named_alike_in_both_languages() -> None:
    tests: list[tuple[str, str, list[str], int]] = [
        ("tests/a.spec.ts", "chromium", ["describe", "test"], 0),
        ("tests/ä b.spec.ts", "", ["ünïcode 🎭 › \n"], 3),
        ("a.spec.ts", "x", [""], 0),
    ]
    program = (
        "const { stableTestId } = require(process.argv[1]);"
        "console.log(JSON.stringify(JSON.parse(process.argv[2]).map((test) => stableTestId(...test))));"
    )
    printed = subprocess.run(
        ["node", "-e", program, str(REPORTER / "identity.cjs"), json.dumps(tests)],
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(printed.stdout) == [stable_test_id(*test) for test in tests]
