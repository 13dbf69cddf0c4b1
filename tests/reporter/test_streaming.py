"""The stand-alone reporter streams a suite's results, and says of each test what a worker would say."""

import asyncio
import time
from pathlib import Path
from uuid import uuid4

import pytest

from shifty import wire
from shifty.config import Settings, load_settings
from shifty.flakiness.fold_runs import fold_due
from shifty.ids import stable_test_id
from shifty.results.outcome import identity
from tests.reporter.conftest import Stage, ended, run_of, staged, wait_for
from tests.support.server import RunningServer
from tests.worker.playwright.conftest import VERSIONS, Told, copied_suite, once, run_whole


@pytest.fixture(params=VERSIONS)
def worker_told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What a worker has told of the suite; shared with the worker's own tests."""
    version: str = request.param
    folder = tmp_path_factory.mktemp("suite")
    return once(tmp_path_factory, f"outcomes-{version}", lambda: run_whole(copied_suite("outcomes", folder, version)))


async def test_each_test_stands_as_a_worker_would_report_it(
    server: RunningServer, tmp_path: Path, worker_told: Told
) -> None:
    version = "oldest" if worker_told.suite.version.startswith("1.50") else "newest"
    run_id = str(uuid4())

    played = await staged(tmp_path, "outcomes", version).play(server, "--shard=1/1", SHIFTY_RUN_ID=run_id)

    run, results = await run_of(server, run_id)
    told = {
        test_id: (result["rawStatus"], result["retryCount"], first_line(result["errorMessage"]), result["reason"])
        for test_id, result in results.items()
    }
    assert told == expected(worker_told)
    assert played.code == 1
    assert (run["status"], run["conclusion"], run["totalTests"]) == ("completed", "failed", 57)


def expected(told: Told) -> dict[str, tuple[str, int, str | None, str | None]]:
    """Status, retries, error and reason by test id, as the server shows what the worker has told."""
    stands: dict[str, tuple[str, int, str | None, str | None]] = {
        test_id: ("notRun", 0, None, reason) for test_id, reason in told.outcome.not_run
    }
    for message in told.messages:
        for result in message.payload.results if isinstance(message, wire.TestBatchMessage) else ():
            if result.final:
                error = None if result.status == "flaky" else first_line(result.error_message)
                stands[identity(result)] = (result.status, result.retry_count, error, result.reason)
    return stands


def first_line(text: str | None) -> str | None:
    return text and text.split("\n")[0]


async def test_results_arrive_while_the_suite_still_runs(server: RunningServer, stage: Stage) -> None:
    stage.write(
        "a.spec.js",
        """const { test } = require('@playwright/test'); const fs = require('fs');
        test('is quick', () => {});
        test('waits', async () => { while (!fs.existsSync('go')) await new Promise((r) => setTimeout(r, 20)); });""",
    )
    run_id = str(uuid4())
    process = await stage.start(server, SHIFTY_RUN_ID=run_id)

    async def quick_one_passed() -> bool:
        run, _ = await run_of(server, run_id)
        return run.get("passedTests") == 1

    await wait_for(quick_one_passed)
    run, results = await run_of(server, run_id)
    stage.write("go", "")
    played = await ended(process)

    assert (run["status"], run["totalTests"]) == ("running", 2)
    assert [result["testName"] for result in results.values() if result["status"] == "passed"] == ["is quick"]
    assert played.code == 0
    assert played.said == [f"shifty: 2 tests reported to run {run_id}"]
    assert (await run_of(server, run_id))[0]["conclusion"] == "passed"
    assert not list(stage.spool.glob("*")), "what was delivered leaves no file behind"


async def test_files_are_named_from_the_root_of_the_repository(server: RunningServer, stage: Stage) -> None:
    stage.write("apps/shop/playwright.config.js", "module.exports = { testDir: 'e2e' };")
    stage.write(
        "apps/shop/e2e/cart/add.spec.js",
        "const { test } = require('@playwright/test'); test.describe('cart', () => { test('adds', () => {}); });",
    )
    stage.write(".git/HEAD", "ref: refs/heads/main\n")
    stage.write(".git/refs/heads/main", "c0ffee\n")
    stage.write(".git/config", '[remote "origin"]\n\turl = https://example.org/owner/shop.git\n')
    run_id = str(uuid4())

    await stage.play(server, "--config=apps/shop/playwright.config.js", SHIFTY_RUN_ID=run_id, SHIFTY_PROJECT="")

    run, results = await run_of(server, run_id)
    file = "apps/shop/e2e/cart/add.spec.js"
    assert list(results) == [stable_test_id(file, "", ["cart", "adds"])]
    assert [result["testFile"] for result in results.values()] == [file]
    assert (run["project"], run["branch"], run["commitSha"]) == ("owner/shop/apps/shop", "main", "c0ffee")


async def test_owners_of_the_repository_come_along_with_the_run(server: RunningServer, stage: Stage) -> None:
    stage.write("apps/shop/playwright.config.js", "module.exports = { testDir: 'e2e' };")
    stage.write("apps/shop/e2e/cart.spec.js", "const { test } = require('@playwright/test'); test('adds', () => {});")
    stage.write(".git/HEAD", "ref: refs/heads/main\n")
    stage.write(".github/CODEOWNERS", "* @all\napps/shop/e2e/ @shop\n")

    await stage.play(server, "--config=apps/shop/playwright.config.js", SHIFTY_RUN_ID=str(uuid4()))
    await fold_due(server.db, server.tenant.id)

    async with server.db.connection() as connection:
        cursor = await connection.execute(
            "select file, owners from file_owners where tenant_id = %s", (server.tenant.id,)
        )
        assert await cursor.fetchall() == [("apps/shop/e2e/cart.spec.js", ["@shop"])]


TWO_FILES = "const { test } = require('@playwright/test'); test('one', () => {}); test('two', () => {});"


async def test_all_shards_of_a_build_are_one_run_that_ends_with_the_last(server: RunningServer, stage: Stage) -> None:
    stage.write("a.spec.js", TWO_FILES)
    stage.write("b.spec.js", TWO_FILES)
    build = {"GITHUB_RUN_ID": "77", "GITHUB_JOB": "e2e", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_SHA": "c0ffee"}

    first = await stage.play(server, "--shard=1/2", **build)
    run_id = first.said[-1].rpartition("run ")[2]
    half, _ = await run_of(server, run_id)
    second = await stage.play(server, "--shard=2/2", **build)

    assert (half["status"], half["conclusion"]) == ("running", None), "a shard is missing"
    assert second.said[-1].rpartition("run ")[2] == run_id
    whole, results = await run_of(server, run_id)
    assert (whole["conclusion"], whole["commitSha"], len(results)) == ("passed", "c0ffee", 4)


async def test_a_suite_that_does_not_load_is_no_green_run(server: RunningServer, stage: Stage) -> None:
    stage.write("a.spec.js", TWO_FILES)
    stage.write("b.spec.js", "this is no JavaScript")
    run_id = str(uuid4())

    played = await stage.play(server, SHIFTY_RUN_ID=run_id)

    run, _ = await run_of(server, run_id)
    assert played.code == 1
    assert (run["status"], run["conclusion"], run["failureReason"]) == ("failed", "failed", "RUN_ERROR")
    assert [error["testFile"] for error in run["errors"]] == ["b.spec.js"]


async def test_a_run_that_fails_without_a_failed_test_is_no_green_run(server: RunningServer, stage: Stage) -> None:
    stage.write("a.spec.js", TWO_FILES)
    stage.write("last.cjs", "module.exports = class { onEnd() { return { status: 'failed' }; } };")
    stage.write("playwright.config.js", "module.exports = { reporter: [['./last.cjs'], ['@shifty/reporter']] };")
    run_id = str(uuid4())

    played = await ended(await stage.start_as_configured(server, SHIFTY_RUN_ID=run_id))

    run, _ = await run_of(server, run_id)
    assert played.code == 1
    assert (run["conclusion"], run["failureReason"]) == ("failed", "RUN_ERROR")


async def test_a_flaky_test_that_playwright_was_told_to_fail_for_is_no_green_run(
    server: RunningServer, stage: Stage
) -> None:
    stage.write(
        "a.spec.js",
        "const { test, expect } = require('@playwright/test');"
        "test('flaky', ({}, info) => { expect(info.retry).toBe(1); });",
    )
    run_id = str(uuid4())

    played = await stage.play(server, "--retries=1", "--fail-on-flaky-tests", SHIFTY_RUN_ID=run_id)

    run, _ = await run_of(server, run_id)
    assert played.code == 1
    assert (run["conclusion"], run["flakyTests"]) == ("failed", 1)


WINDOW_S = 0.15
"""As long the reporter gathers before it says something (js/reporter/window.cjs)."""


class TestWithoutSockets:
    """More producers than the server has sockets for."""

    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return load_settings(data_dir=tmp_path / "data", max_producers=0)

    async def test_results_are_posted_then_and_many_quick_tests_at_once(
        self, server: RunningServer, stage: Stage
    ) -> None:
        stage.write(
            "a.spec.js",
            "const { test } = require('@playwright/test'); for (let i = 0; i < 100; i++) test(`test ${i}`, () => {});",
        )
        run_id = str(uuid4())
        began = time.monotonic()

        played = await stage.play(server, "--workers=1", SHIFTY_RUN_ID=run_id)

        windows = (time.monotonic() - began) / WINDOW_S + 1
        assert played.said == [f"shifty: 100 tests reported to run {run_id}"]
        run, _ = await run_of(server, run_id)
        assert (run["conclusion"], run["passedTests"]) == ("passed", 100)
        # A window says one batch, and the one test that still runs. Said one by one there would be 200 changes.
        assert run["version"] <= 2 * windows + 10, "the run changed more often than there were windows"


async def test_listing_is_no_run(server: RunningServer, stage: Stage) -> None:
    stage.write("a.spec.js", TWO_FILES)
    run_id = str(uuid4())

    played = await stage.play(server, "--list", SHIFTY_RUN_ID=run_id)

    await asyncio.sleep(0)
    assert played.said == []
    assert (await run_of(server, run_id))[0] == {}
