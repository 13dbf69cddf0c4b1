"""``make demo`` shows what it says: a page outgrows a locator, its test passes as healed, a branch has the repair."""

import os
import socket
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(930)]

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "examples" / "shop"
SPEC = "tests/prompts.spec.ts"
BEFORE = "  await page.locator('#care').click();"
AFTER = "  await page.getByRole('button', { name: 'How to care for it' }).click();"


def test_the_demo_heals_a_test_and_leaves_a_branch_that_passes_without_healing(tmp_path: Path) -> None:
    if not (SHOP / "node_modules").exists():
        pytest.skip("the example's Playwright is not installed: run `npm ci` in examples/shop")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "DEMO_HOME": str(tmp_path), "SHOP_PORT": str(port), "SHOP_PACE": "0.05"}
    command = [ROOT / "scripts" / "demo", SPEC, "--grep", "care dialog"]

    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900, check=False)

    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "Run passed (1 test healed): 1 passed, 1 healed of 1" in done.stdout
    _, _, summary = done.stdout.partition("In short\n")
    assert "healed: the care dialog closes with its button" in summary
    assert (f"- {BEFORE.strip().removeprefix('await ')[:20]}" in summary, "% sure" in summary) == (True, True)
    assert git(tmp_path, "branch", "--show-current") == "main"
    (branch,) = git(tmp_path, "for-each-ref", "--format=%(refname:short)", "refs/heads/shifty").split()
    assert branch in summary
    changed = [line for line in git(tmp_path, "diff", f"main..{branch}").splitlines() if line[:1] in "+-"]
    assert changed == [f"--- a/{SPEC}", f"+++ b/{SPEC}", f"-{BEFORE}", f"+{AFTER}"]


def git(home: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", home / "shop", *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()
