"""``shifty advise``."""

import asyncio
import json

from typer.testing import CliRunner, Result

from shifty.cli.main import application
from tests.flakiness.advice.played import play, retried, taking
from tests.support.runs import suite
from tests.support.server import RunningServer


async def advise(server: RunningServer, *arguments: str) -> Result:
    address = ("--api-url", server.url, "--api-key", server.key, "--tenant", server.tenant.slug)
    line = ["advise", "--project", "shop", *arguments, *address]
    return await asyncio.to_thread(CliRunner().invoke, application(line), line)


async def test_it_says_how_many_workers_and_what_to_split(server: RunningServer) -> None:
    await play(server.db, server.tenant.id, suite(30, 4), taking(lambda file: 50 if file == "tests/003.spec.ts" else 4))

    said = await advise(server, "--workers", "8")

    assert said.exit_code == 0, said.output
    assert "shop on main: 120 tests" in said.stdout
    assert "8 workers: " in said.stdout
    assert "recommended" in said.stdout
    assert "[chromium] tests/003.spec.ts (4 tests, 3 min 20 s in one piece) decides" in said.stdout
    assert "fullyParallel" in said.stdout
    assert "No attempt failed" in said.stdout
    assert "Nothing is quarantined." in said.stdout


async def test_it_says_what_retries_cost_and_which(server: RunningServer) -> None:
    await play(server.db, server.tenant.id, suite(2), retried)

    said = await advise(server)

    assert "Failed attempts took 16 s in 30 days" in said.stdout
    assert "[chromium] tests/000.spec.ts › suite › test 0" in said.stdout


async def test_the_same_comes_as_json(server: RunningServer) -> None:
    await play(server.db, server.tenant.id, suite(2))

    told = json.loads((await advise(server, "--json", "--branch", "main")).stdout)

    assert told["workers"]["recommended"] == 1
    assert told["splitFirst"] is None


async def test_without_history_it_says_what_to_do(server: RunningServer) -> None:
    refused = await advise(server)

    assert refused.exit_code != 0
    assert "shifty run" in str(refused.exception)
