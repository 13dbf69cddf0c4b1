"""``shifty flaky``, ``shifty tests`` and ``shifty test``, from what a reporter told."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from typer.testing import CliRunner, Result

from shifty.cli.flaky import lost
from shifty.cli.main import application
from shifty.cli.test import history
from shifty.client.flakiness_api import Execution
from shifty.ids import stable_test_id
from tests.contract.stranger import Stranger
from tests.support.server import RunningServer

FILE = "tests/checkout.spec.ts"
PAYS = "pays\x1b[31m"
FLAKY = {
    "status": "passed",
    "retryCount": 1,
    "attempts": [
        {"attempt": 0, "status": "failed", "durationMs": 60_000, "errors": [{"message": "net::ERR_CONNECTION_RESET"}]},
        {"attempt": 1, "status": "passed", "durationMs": 900},
    ],
}
PASSED = {"status": "passed", "attempts": [{"attempt": 0, "status": "passed", "durationMs": 900}]}
FAILED = {"status": "failed", "errorMessage": "expected 1, got 2"}


@pytest.fixture
async def told(server: RunningServer) -> RunningServer:
    """One test that is flaky in half of four runs, one that has failed since the third, one that is fine."""
    async with httpx.AsyncClient(base_url=server.url, headers=server.headers, timeout=60) as client:
        stranger = Stranger(client)
        for number in range(4):
            await stranger.report(
                {"testFile": FILE, "testName": PAYS, **(PASSED if number % 2 else FLAKY)},
                {"testFile": FILE, "testName": "ships", **(PASSED if number < 2 else FAILED)},
                {"testFile": "tests/login.spec.ts", "testName": "logs in", **PASSED},
            )
    return server


async def shifty(server: RunningServer, *arguments: str) -> Result:
    address = ("--api-url", server.url, "--api-key", server.key, "--tenant", server.tenant.slug)
    line = [*arguments, *address]
    return await asyncio.to_thread(CliRunner().invoke, application(line), line)


async def test_flaky_tests_are_listed_with_what_to_do(told: RunningServer) -> None:
    said = (await shifty(told, "flaky")).stdout
    full = (await shifty(told, "flaky", "--recommend")).stdout

    row = next(line for line in said.splitlines() if "pays" in line)
    assert row.split()[:5] == ["50.0", "%", "12–88", "2/4", "2.0"]
    assert "\x1b" not in said
    assert "Failing 2 out of 4 runs, 2.0 min lost" in said
    assert "2 of its 2 failures name the network." in said
    assert "ships" not in said
    test_id = stable_test_id(FILE, "", [PAYS])
    assert f"shifty quarantine add --test {test_id} --project default" in full
    assert "12–88" not in full


async def test_nothing_flaky_is_said_so(told: RunningServer) -> None:
    assert "No test is flaky in 60 % of its runs or more." in (await shifty(told, "flaky", "--min-rate", "60")).stdout
    nothing = (await shifty(told, "flaky", "--recommend", "--project", "other")).stdout
    assert "Nothing to recommend" in nothing


async def test_programs_get_what_the_server_said(told: RunningServer) -> None:
    listed = json.loads((await shifty(told, "flaky", "--json")).stdout)
    advised = json.loads((await shifty(told, "flaky", "--recommend", "--json")).stdout)
    tests = json.loads((await shifty(told, "tests", "--sort", "name", "--json")).stdout)
    shown = json.loads((await shifty(told, "test", "logs in", "--json")).stdout)

    assert [each["flakyRuns"] for each in listed["flakyTests"]] == [2]
    assert [each["severity"] for each in advised["recommendations"]] == ["high"]
    assert [each["testName"] for each in tests["tests"]] == [PAYS, "ships", "logs in"]
    assert shown["test"]["testFile"] == "tests/login.spec.ts"


async def test_tests_are_narrowed(told: RunningServer) -> None:
    by_verdict = (await shifty(told, "tests", "--verdict", "regressed")).stdout
    by_search = (await shifty(told, "tests", "LOGIN")).stdout
    none = (await shifty(told, "tests", "--quarantined")).stdout

    assert [name in by_verdict for name in ("pays", "ships", "logs in")] == [False, True, False]
    assert [name in by_search for name in ("pays", "ships", "logs in")] == [False, False, True]
    assert none.strip() == "No test is like that."


async def test_one_test_is_shown_with_its_bracket_and_its_errors(told: RunningServer) -> None:
    said = (await shifty(told, "test", "ships")).stdout

    assert "regressed  2 of 4 runs failed" in said
    assert "2 failures since (run " in said
    assert "; good at (run " in said
    assert "▁▁██" in said
    assert "2 × expected" in said


@pytest.mark.parametrize(
    ("asked", "answer"), [("nothing like it", "There is no test with 'nothing like it'"), ("s", "'s' means 3 tests")]
)
async def test_a_text_that_means_no_one_test_is_an_error(told: RunningServer, asked: str, answer: str) -> None:
    failed = await shifty(told, "test", asked)

    assert answer in str(failed.exception)


def test_history_has_a_mark_an_execution_the_newest_at_the_right() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    kinds = [
        Execution(run_id="5", outcome="skipped"),
        Execution(run_id="4", outcome="failed", failed_attempts=1, burst=True),
        Execution(run_id="3", outcome="failed", excluded="infrastructure"),
        Execution(run_id="2", outcome="failed", failed_attempts=2),
        Execution(run_id="1", outcome="passed", retried=True, ended_at=now - timedelta(days=1)),
        Execution(run_id="0", outcome="passed"),
    ]

    assert history(kinds, 80).plain == "▁▄█░░·"
    assert len(history(kinds * 100, 80).plain) <= 80


@pytest.mark.parametrize(("minutes", "shown"), [(0, ""), (0.5, "0.5 min"), (59.4, "59.4 min"), (200, "3 h 20 min")])
def test_lost_time_is_told_for_people(minutes: float, shown: str) -> None:
    assert lost(minutes) == shown
