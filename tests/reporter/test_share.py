"""With Playwright 1.62 and newer a machine takes its share of a run that the server has planned."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shifty.config import Settings, load_settings
from shifty.orchestration.reap import reap
from tests.reporter.conftest import Played, Stage, ended, run_of, staged
from tests.support.server import RunningServer
from tests.worker.cable import Cable

SUITE = """const { test, expect } = require('@playwright/test'); const fs = require('fs');
for (let i = 0; i < 3; i++) test(`test ${i}`, () => {
  fs.appendFileSync('ran.txt', `${require('path').basename(__filename)} ${i}\\n`);
  if (fs.existsSync('broken')) expect(1).toBe(2);
});"""


@pytest.fixture
def build() -> dict[str, str]:
    return {"SHIFTY_BUILD_ID": uuid4().hex, "SHIFTY_ORCHESTRATE": "1"}


def write_suite(stage: Stage, files: Sequence[str] = ("a", "b", "c", "d")) -> None:
    for name in files:
        stage.write(f"{name}.spec.js", SUITE)


def ran(stage: Stage) -> list[str]:
    """What has run since the last look."""
    file = stage.folder / "ran.txt"
    lines = file.read_text().splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return sorted(lines)


def every_test(files: Iterable[str] = ("a", "b", "c", "d")) -> list[str]:
    return sorted(f"{name}.spec.js {number}" for name in files for number in range(3))


def planned_run(played: Played) -> str:
    return next(line for line in played.said if line.startswith("shifty: share ")).rpartition("(run ")[2].rstrip(")")


async def test_a_job_that_is_started_again_runs_its_own_share_again(
    server: RunningServer, stage: Stage, build: dict[str, str]
) -> None:
    write_suite(stage)
    stage.write("broken", "")
    failed = await stage.play(server, "--shard=1/2", **build)
    first = ran(stage)
    (stage.folder / "broken").unlink()
    await stage.play(server, "--shard=2/2", **build)
    ran(stage)
    planned = planned_run(failed)

    again = await stage.play(server, "--shard=1/2", **build, SHIFTY_BUILD_ATTEMPT="2")

    assert ran(stage) == first, "a green job would not vouch for what it had failed"
    assert (failed.code, again.code) == (1, 0)
    assert (await run_of(server, planned))[0]["conclusion"] == "failed"
    run, results = await run_of(server, again.said[-1].rpartition("run ")[2])
    assert (run["origin"], run["conclusion"], len(results)) == ("reported", "passed", 6)


async def test_a_machine_with_another_suite_runs_what_is_new_and_owns_up_to_what_is_gone(
    server: RunningServer, stage: Stage, build: dict[str, str]
) -> None:
    write_suite(stage)
    await stage.play(server, "--shard=1/2", **build)
    first = ran(stage)
    lost = next(name for name in ("a", "b", "c", "d") if f"{name}.spec.js 0" not in first)
    (stage.folder / f"{lost}.spec.js").unlink()
    write_suite(stage, ("new",))

    second = await stage.play(server, "--shard=2/2", **build)

    assert second.code == 0
    assert sorted(first + ran(stage)) == every_test({"a", "b", "c", "d", "new"} - {lost})
    run, results = await run_of(server, planned_run(second))
    assert (run["status"], run["conclusion"], len(results)) == ("failed", "failed", 15)
    reasons = {result["reason"] for result in results.values() if result["testFile"] == f"{lost}.spec.js"}
    assert reasons == {"the suite on its machine does not have it"}


async def test_a_share_without_tests_is_no_failure(server: RunningServer, stage: Stage, build: dict[str, str]) -> None:
    stage.write("a.spec.js", "const { test } = require('@playwright/test'); test('only one', () => {});")

    played = await stage.play(server, SHIFTY_SHARD_INDEX="1", SHIFTY_TOTAL_SHARDS="2", **build)

    assert (played.code, len(played.said)) == (0, 1)
    assert "only one" not in played.output
    run, _ = await run_of(server, planned_run(played))
    assert (run["conclusion"], run["totalTests"]) == (None, 1)


class TestWhenNothingCanBePlanned:
    """Another machine may have got its share, so anything less than the whole suite could leave tests out."""

    @pytest.fixture
    async def cut(self, server: RunningServer) -> RunningServer:
        line = Cable(server.url)
        await line.mend()
        await line.cut()
        return replace(server, url=line.url)

    async def test_the_whole_suite_runs_where_the_server_is_away(
        self, cut: RunningServer, stage: Stage, build: dict[str, str]
    ) -> None:
        write_suite(stage)

        played = await stage.play(
            cut, "--shard=1/2", **build, SHIFTY_PLAN_TIMEOUT_MS="1", SHIFTY_FLUSH_TIMEOUT_MS="100"
        )

        assert (played.code, ran(stage)) == (0, every_test())
        assert "runs the whole suite" in played.said[0]

    async def test_the_whole_suite_runs_with_a_wrong_configuration(
        self, server: RunningServer, stage: Stage, build: dict[str, str]
    ) -> None:
        write_suite(stage)
        wrong: list[dict[str, str]] = [
            {"SHIFTY_API_KEY": ""},
            {"SHIFTY_BUILD_ID": ""},
        ]

        for extra in wrong:
            played = await stage.play(server, "--shard=1/2", **(build | extra))

            assert (played.code, ran(stage)) == (0, every_test())

    async def test_the_whole_suite_runs_where_others_planned_for_another_number_of_machines(
        self, server: RunningServer, stage: Stage, build: dict[str, str]
    ) -> None:
        write_suite(stage)
        async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=server.headers, timeout=60) as client:
            of_two = {"testFiles": ["a.spec.js"], "workerCount": 2, "project": "shop"}
            answer = await client.post("/orchestrate", json=of_two | {"ciBuildId": build["SHIFTY_BUILD_ID"]})
            answer.raise_for_status()

        played = await stage.play(server, "--shard=2/3", **build)

        assert (played.code, ran(stage)) == (0, every_test())
        assert "planned for 2 machines, not 3" in played.said[0]


async def test_machines_share_a_run_with_set_up_on_each_and_serial_groups_in_one_piece(
    server: RunningServer, stage: Stage, build: dict[str, str]
) -> None:
    stage.write(
        "playwright.config.js",
        """module.exports = { fullyParallel: true, projects: [{ name: 'setup', testMatch: /.*\\.setup\\.js/ },
        { name: 'main', testMatch: /.*\\.spec\\.js/, dependencies: ['setup'] }] };""",
    )
    stage.write("login.setup.js", SUITE)
    stage.write("serial.spec.js", "require('@playwright/test').test.describe.configure({ mode: 'serial' });" + SUITE)
    stage.write("free.spec.js", SUITE)

    one = (await stage.play(server, "--shard=1/2", **build), ran(stage))
    half, _ = await run_of(server, planned_run(one[0]))
    other = (await stage.play(server, "--shard=2/2", **build), ran(stage))

    for played, lines in (one, other):
        assert played.code == 0
        assert [line for line in lines if "setup" in line] == [f"login.setup.js {number}" for number in range(3)]
        assert len([line for line in lines if "serial" in line]) in (0, 3)
    assert half["conclusion"] is None, "a share that nobody has run leaves the run open"
    run, results = await run_of(server, planned_run(other[0]))
    assert (run["id"], run["origin"], run["conclusion"]) == (half["id"], "orchestrated", "passed")
    assert run["totalTests"] == len(results) == 9
    assert sorted(line for _, lines in (one, other) for line in lines if "setup" not in line) == sorted(
        f"{name}.spec.js {number}" for name in ("free", "serial") for number in range(3)
    )


class TestWithShortLeases:
    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return load_settings(data_dir=tmp_path / "data", lease_seconds=6, heartbeat_seconds=2)

    async def test_a_machine_that_lost_its_lease_gets_it_again_and_tells_everything_again(
        self, server: RunningServer, stage: Stage, build: dict[str, str]
    ) -> None:
        stage.write("a.spec.js", SUITE)
        stage.write(
            "b.spec.js",
            """const { test } = require('@playwright/test'); const fs = require('fs');
            test('waits', async () => {
              while (!fs.existsSync('go')) await new Promise((resolve) => setTimeout(resolve, 20));
            });""",
        )
        process = await stage.start(server, "--workers=1", **build)
        run = await the_run(server, passed=3)
        while await leases_of(server, run["id"]) == ["active"]:
            # Again, where a renewal came in between.
            async with server.db.connection() as connection:
                await connection.execute("update leases set expires_at = now() where run_id = %s", (run["id"],))
                await connection.execute("update reaper set ran_at = now()")
            await reap(server.db, timedelta(seconds=6))
        async with asyncio.timeout(90):
            # On a busy machine it may lose another by itself.
            while (await leases_of(server, run["id"]))[-1] != "active":
                await asyncio.sleep(0.1)
        stage.write("go", "")
        played = await ended(process)

        assert played.code == 0
        whole, _ = await run_of(server, run["id"])
        assert (whole["conclusion"], whole["passedTests"]) == ("passed", 4)


async def leases_of(server: RunningServer, run_id: str) -> list[str]:
    async with server.db.connection() as connection:
        rows = await connection.execute("select state from leases where run_id = %s order by seq", (run_id,))
        return [row[0] for row in await rows.fetchall()]


async def the_run(server: RunningServer, passed: int) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=server.headers, timeout=60) as client:
        async with asyncio.timeout(60):
            while True:
                runs = (await client.get("/runs")).json()["runs"]
                if runs and runs[0]["passedTests"] == passed:
                    return runs[0]
                await asyncio.sleep(0.05)


async def test_an_older_playwright_runs_what_its_command_line_says_and_tells_so(
    server: RunningServer, tmp_path: Path, build: dict[str, str]
) -> None:
    stage = staged(tmp_path, version="oldest")
    write_suite(stage)

    played = await stage.play(server, "--shard=1/2", **build)

    assert ran(stage) == every_test(("a", "b"))
    assert "before 1.62" in played.said[0]
    run, _ = await run_of(server, played.said[-1].rpartition("run ")[2])
    assert (run["origin"], run["conclusion"], run["passedTests"]) == ("reported", None, 6)
