"""``shifty heal apply RUN`` writes what was healed into the checkout, where it stays only if the tests pass with it."""

import asyncio
import subprocess
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from shifty.config import load_settings
from shifty.database.pool import Database
from tests.e2e.command_line import REPOSITORY, CommandLine, Done
from tests.pull_requests.rewriting import MARK, heal, place_of
from tests.support.server import RunningServer, new_tenant, running_server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CONFIG = """module.exports = { testDir: 'specs', timeout: 10_000, use: { actionTimeout: 1_500, launchOptions: {
  executablePath: require('fs').existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : undefined,
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
} } };
"""
# What the page has become: `#save`, `#cancel` and `#row-7` are gone.
PAGE = """exports.Editor = class Editor {
  constructor(page) {
    this.page = page;
    this.save = page.locator('#save'); // the blue one
  }

  open() {
    const buttons = '<button data-testid="save">Save</button><button>Stop</button>';
    return this.page.setContent(`${buttons}<p data-testid="row">7</p>`);
  }
};
"""
SPEC = """const { test, expect } = require('@playwright/test');
const { Editor } = require('../pages/editor.page');

test('saves', async ({ page }) => {
  const editor = new Editor(page);
  await editor.open();
  await editor.save.‸click();
});

test('saves again', async ({ page }) => {
  const editor = new Editor(page);
  await editor.open();
  await expect(editor.save).‸toBeVisible();
});

test('stops', async ({ page }) => {
  await new Editor(page).open();
  await page.locator('#cancel').‸click();
});

test('reads a row', async ({ page }) => {
  await new Editor(page).open();
  const id = 7;
  await expect(page.locator(`#row-${id}`)).‸toHaveText('7');
});
"""
FILE = "specs/editor.spec.js"
FILES = {"playwright.config.js": CONFIG, "pages/editor.page.js": PAGE, FILE: SPEC.replace(MARK, "")}
SAVE = 'internal:testid=[data-testid="save"s]'


def told(number: int, title: str, was: str, becomes: str, confidence: float = 0.97) -> tuple[str, Mapping[str, object]]:
    """A healed test, and its heal as the hook tells it."""
    place = place_of(FILE, SPEC, number)
    fields = heal(place, was, becomes)
    return title, {
        "originalSelector": was,
        "originalLocator": f"locator('{was}')",
        "healedSelector": becomes,
        "decision": "heal",
        "confidence": confidence,
        "strategy": fields.strategy,
        "success": True,
        "callSite": {"file": FILE, "line": place.line, "column": place.column},
    }


RIGHT = [told(0, "saves", "#save", SAVE), told(1, "saves again", "#save", SAVE)]
WRONG = told(2, "stops", "#cancel", 'internal:role=button[name="Cancel"i]')
BUILT = told(3, "reads a row", "#row-7", 'internal:testid=[data-testid="row"s]')


class Checkout:
    """A git repository with a small suite, and a user in it who may ask a server."""

    def __init__(self, folder: Path, server: RunningServer) -> None:
        self.folder = folder
        self._server = server
        for name, text in FILES.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        (folder / ".gitignore").write_text("node_modules\ntest-results\n")
        (folder / "node_modules").symlink_to(REPOSITORY / "node_modules")
        self.git("init", "--quiet", "--initial-branch", "main")
        self.git("add", ".")
        self.git("-c", "user.name=T", "-c", "user.email=t@localhost", "commit", "--quiet", "--message", "The suite")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.folder, capture_output=True, text=True, check=True)
        return done.stdout

    def text(self, name: str) -> str:
        return (self.folder / name).read_text()

    def push_to(self, remote: Path) -> None:
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch", "main", remote], check=True)
        self.git("remote", "add", "origin", str(remote))
        self.git("push", "--quiet", "origin", "main")

    async def run_of(self, *healed: tuple[str, Mapping[str, object]]) -> str:
        """A run whose tests have passed as healed."""
        run_id = str(uuid4())
        results = [
            {"testFile": FILE, "testName": title, "status": "passed",
             "attempts": [{"attempt": 0, "status": "passed", "durationMs": 9, "heals": [event]}]}
            for title, event in healed
        ]  # fmt: skip
        tests = [{"testFile": FILE, "testName": each["testName"]} for each in results]
        messages: list[Mapping[str, object]] = [
            {
                "type": "run:start",
                "payload": {"runId": run_id, "branch": "main", "totalTests": len(tests), "tests": tests},
            },
            {"type": "test:batch", "payload": {"runId": run_id, "results": results}},
            {"type": "run:end", "payload": {"runId": run_id, "status": "completed"}},
        ]
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            url = f"{self._server.url}/api/v1/runs/{run_id}/events"
            for message in messages:
                (await client.post(url, headers=self._server.headers, json=message)).raise_for_status()
        return run_id

    async def apply(self, run_id: str, *flags: str) -> Done:
        server = self._server
        environment = {
            "SHIFTY_API_URL": server.url,
            "SHIFTY_API_KEY": server.key,
            "SHIFTY_TENANT_ID": str(server.tenant.id),
        }
        user = CommandLine(self.folder.parent / "data", self.folder, environment)
        return await asyncio.to_thread(user.run, "heal", "apply", run_id, *flags)


@pytest.fixture
def checkout(tmp_path: Path, server: RunningServer) -> Checkout:
    return Checkout(tmp_path / "editor", server)


async def test_what_passes_without_healing_becomes_a_branch_and_the_rest_is_told(checkout: Checkout) -> None:
    run_id = await checkout.run_of(*RIGHT, WRONG, BUILT)
    branch = f"shifty/heal-selectors-{run_id[:8]}"

    done = await checkout.apply(run_id, "--branch", "--json")

    assert done.exit == 1, done.stderr
    found = done.json
    assert found["branch"] == branch
    # Two tests by one page object: one edit, and it is that of the definition.
    ((change, edit),) = [(change, edit) for change in found["changes"] for edit in change["edits"]]
    assert (edit["before"], edit["after"]) == ("page.locator('#save')", "page.getByTestId('save')")
    assert edit["tests"] == ["saves", "saves again"]
    assert [line for line in change["diff"].splitlines() if line[:1] in "+-"][2:] == [
        "-    this.save = page.locator('#save'); // the blue one",
        "+    this.save = page.getByTestId('save'); // the blue one",
    ]
    # Wrong: the test does not pass with it. Built: nobody can replace a literal.
    (back,) = found["takenBack"]
    assert "page.getByRole('button', { name: 'Cancel' })" in back["after"]
    assert "getByRole('button', { name: 'Cancel' })" in back["reason"]
    (left,) = found["unwritable"]
    assert (left["where"], left["suggestion"]) == (f"{FILE}:24", "getByTestId('row')")
    assert "template string" in left["reason"]
    # The checkout is as it was; the branch has the one line.
    assert checkout.git("status", "--porcelain") == ""
    assert checkout.git("branch", "--show-current").strip() == "main"
    assert {name: checkout.text(name) for name in FILES} == FILES
    assert checkout.git("log", "--format=%s", f"main..{branch}").split("\n")[0] == "Heal 1 locator in editor.page.js"
    assert checkout.git("diff", "--numstat", f"main..{branch}").split() == ["1", "1", "pages/editor.page.js"]


async def test_the_change_is_left_in_the_working_tree_where_nobody_asks_for_a_branch(checkout: Checkout) -> None:
    run_id = await checkout.run_of(RIGHT[1])

    done = await checkout.apply(run_id, "--verify", "1")

    assert done.exit == 0, done.stdout + done.stderr
    assert "1 locator healed in 1 file; its tests passed 1 time." in done.stdout
    assert "+    this.save = page.getByTestId('save'); // the blue one" in done.stdout
    assert checkout.text("pages/editor.page.js") == PAGE.replace("locator('#save')", "getByTestId('save')")
    assert checkout.git("status", "--porcelain").split() == ["M", "pages/editor.page.js"]


async def test_files_with_changes_of_the_user_are_left_alone(checkout: Checkout) -> None:
    page = checkout.folder / "pages" / "editor.page.js"
    page.write_text("// mine\n" + PAGE)
    run_id = await checkout.run_of(RIGHT[0])

    refused = await checkout.apply(run_id, "--no-verify")
    both = await checkout.apply(run_id, "--branch", "--dirty")
    done = await checkout.apply(run_id, "--no-verify", "--dirty")

    assert (refused.exit, both.exit) == (2, 2)
    assert "pages/editor.page.js: not committed as it is now" in refused.stderr
    assert done.exit == 0
    assert "NOT verified" in done.stdout
    assert page.read_text() == "// mine\n" + PAGE.replace("locator('#save')", "getByTestId('save')")


async def test_a_run_with_nothing_to_write_says_so(checkout: Checkout) -> None:
    unsure = told(0, "saves", "#save", SAVE, confidence=0.6)

    none = await checkout.apply(await checkout.run_of(), "--json")
    low = await checkout.apply(await checkout.run_of(unsure))
    built = await checkout.apply(await checkout.run_of(BUILT))

    assert (none.exit, none.json["changes"]) == (0, [])
    assert "no test was healed" in none.stderr
    assert low.exit == 1
    assert "--min-confidence" in low.stdout
    assert built.exit == 1
    assert "For you" in built.stdout
    assert {name: checkout.text(name) for name in FILES} == FILES


async def test_a_branch_is_made_once_pushed_and_never_overwritten(checkout: Checkout, tmp_path: Path) -> None:
    remote = tmp_path / "remote.git"
    checkout.push_to(remote)
    run_id = await checkout.run_of(RIGHT[0])
    branch = f"shifty/heal-selectors-{run_id[:8]}"

    first = await checkout.apply(run_id, "--push", "origin", "--no-verify", "--json")
    second = await checkout.apply(run_id, "--branch", "--no-verify", "--json")
    checkout.git("branch", "--force", branch, "main")
    third = await checkout.apply(run_id, "--branch", "--no-verify")

    assert (first.exit, second.exit) == (0, 0), first.stderr + second.stderr
    assert first.json["commit"] == second.json["commit"]
    pushed = subprocess.run(["git", "rev-parse", branch], cwd=remote, capture_output=True, text=True, check=True)
    assert pushed.stdout.strip() == first.json["commit"]
    assert third.exit == 2
    assert "already, with something else on it" in third.stderr
    assert checkout.git("rev-parse", branch) == checkout.git("rev-parse", "main")
    assert checkout.git("status", "--porcelain") == ""


async def test_a_change_is_handed_to_the_server_though_its_file_was_not_under_way(db: Database, tmp_path: Path) -> None:
    """The page object has made its locators before the step that needed healing: the stack does not name it."""
    tenant = await new_tenant(db, f"t-{uuid4().hex}")
    remote = tmp_path / "remote.git"
    settings = load_settings(data_dir=tmp_path / "data", healing_repository=str(remote), healing_tenants=str(tenant.id))
    async with running_server(db, settings, tenant) as server:
        checkout = Checkout(tmp_path / "editor", server)
        checkout.push_to(remote)
        run_id = await checkout.run_of(RIGHT[1])

        done = await checkout.apply(run_id, "--pull-request", "--verify", "1", "--json")

    assert done.exit == 0, done.stderr
    branch = f"shifty/heal-selectors-{run_id[:8]}"
    assert done.json["pullRequest"] == {"status": "branch", "url": None}
    changed = subprocess.run(
        ["git", "diff", "--numstat", f"main..{branch}"], cwd=remote, capture_output=True, text=True, check=True
    )
    assert changed.stdout.split() == ["1", "1", "pages/editor.page.js"]
    assert checkout.git("status", "--porcelain") == ""
