"""``shifty errors``, from what a reporter told."""

import asyncio
import json

import httpx
import pytest
from typer.testing import CliRunner, Result

from shifty.cli.main import application
from shifty.failures.classify import find
from tests.contract.stranger import Stranger
from tests.support.server import RunningServer

FILE = "tests/checkout.spec.ts"
REFUSED = "Error: connect ECONNREFUSED 127.0.0.1:4173"
WRONG = "Error: \x1b[31mexpected “paid”\x1b[0m, received “failed”"


@pytest.fixture
async def told(server: RunningServer) -> tuple[RunningServer, str]:
    """A run in which two tests could not connect, and a third was wrong once and then right."""
    async with httpx.AsyncClient(base_url=server.url, headers=server.headers, timeout=60) as client:
        attempts = [
            {"attempt": 0, "status": "failed", "durationMs": 9, "errors": [{"message": WRONG}]},
            {"attempt": 1, "status": "passed", "durationMs": 9},
        ]
        run_id = await Stranger(client).report(
            {"testFile": FILE, "testName": "pays\x1b[31m", "status": "failed", "errorMessage": REFUSED, "line": 7},
            {"testFile": FILE, "testName": "ships", "status": "failed", "errorMessage": REFUSED},
            {"testFile": FILE, "testName": "logs in", "status": "passed", "retryCount": 1, "attempts": attempts},
        )
    return server, run_id


async def shifty(server: RunningServer, *arguments: str) -> Result:
    address = ("--api-url", server.url, "--api-key", server.key, "--tenant", server.tenant.slug)
    line = [*arguments, *address]
    return await asyncio.to_thread(CliRunner().invoke, application(line), line)


async def test_errors_are_listed_each_once_with_its_counts(told: tuple[RunningServer, str]) -> None:
    lines = (await shifty(told[0], "errors")).stdout.splitlines()

    row = next(line for line in lines if "ECONNREFUSED" in line)
    assert row.split()[:3] == ["2", "2", "1"]
    assert row.split()[4:] == ["network", "Error:", "connect", "ECONNREFUSED", "localhost"]
    assert any(find(REFUSED).digest in line for line in lines)
    assert not any("\x1b" in line for line in lines)


async def test_errors_of_a_run_have_their_tests_beneath(told: tuple[RunningServer, str]) -> None:
    server, run_id = told

    said = (await shifty(server, "errors", run_id[:8])).stdout

    first, second = said.strip().split("\n\n")
    assert first.splitlines()[:2] == [
        "✘ Error: connect ECONNREFUSED localhost",
        f"  2 tests failed, network, new, {find(REFUSED).digest}",
    ]
    assert "    tests/checkout.spec.ts:7 › pays [31m" in first
    assert "ships" in first
    assert second.splitlines()[0] == "± Error: expected “paid”, received “failed”"
    assert second.splitlines()[2].endswith("logs in  flaky")


async def test_what_was_asked_for_is_all_that_is_shown(told: tuple[RunningServer, str]) -> None:
    searched = (await shifty(told[0], "errors", "--search", "paid")).stdout
    one = (await shifty(told[0], "errors", "-n", "1")).stdout
    nothing = (await shifty(told[0], "errors", "--kind", "crash", "--days", "3")).stdout

    assert "ECONNREFUSED" not in searched
    assert "… and 1 more: -n 2" in one
    assert nothing.strip() == "No errors in runs that ended within 3 days."


async def test_json_is_what_the_server_answered(told: tuple[RunningServer, str]) -> None:
    server, run_id = told

    listed = json.loads((await shifty(server, "errors", "--json")).stdout)
    of_run = json.loads((await shifty(server, "errors", "last", "--json")).stdout)

    assert [error["count"] for error in listed["errors"]] == [2, 1]
    assert of_run["runId"] == run_id


async def test_a_filter_beside_a_run_is_refused_instead_of_ignored(told: tuple[RunningServer, str]) -> None:
    refused = await shifty(told[0], "errors", told[1], "--search", "paid", "--branch", "main")

    assert refused.exit_code == 2
    assert "--branch, --search" in refused.output
