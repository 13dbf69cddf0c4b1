"""``shifty runs`` lists runs, how they come along, and what they can be filtered by."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

from typer.testing import CliRunner

from shifty.cli.main import application
from tests.runs.seed import Seed
from tests.support.server import RunningServer

MORNING = datetime(2024, 12, 9, 10, 0, tzinfo=UTC)


async def runs(server: RunningServer, *arguments: str) -> str:
    address = ("--api-url", server.url, "--api-key", server.key, "--tenant", server.tenant.slug)
    line = ["runs", *arguments, *address]
    done = await asyncio.to_thread(CliRunner().invoke, application(line), line, env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done.stdout


async def _ended(server: RunningServer, branch: str, minute: int) -> str:
    begin = MORNING + timedelta(minutes=minute)
    run_id = await Seed(server.db, server.tenant.id).run(
        branch=branch,
        actor="ada",
        conclusion="flaky",
        counts={"total": 4, "passed": 3, "failed": 1},
        metadata={"commit_message": "Cart: [red] round prices"},
        created_at=begin,
        started_at=begin,
        completed_at=begin + timedelta(seconds=12),
    )
    return str(run_id)


async def test_a_search_and_an_actor_narrow_the_list(server: RunningServer) -> None:
    wanted, other = await _ended(server, "fix/cart", 0), await _ended(server, "main", 1)

    found = await runs(server, "--search", "FIX/")
    both = await runs(server, "--actor", "ada", "--search", "round", "--status", "flaky")

    assert wanted[:8] in found
    assert other[:8] not in found
    assert wanted[:8] in both
    assert other[:8] in both
    assert json.loads(await runs(server, "--actor", "bob", "--json"))["runs"] == []


async def test_a_trend_has_durations_and_pass_rates_oldest_first(server: RunningServer) -> None:
    ids = [await _ended(server, "[b]main", minute) for minute in range(2)]

    lines = (await runs(server, "--show", "trend")).splitlines()

    assert [line.split()[0] for line in lines[1:]] == [run_id[:8] for run_id in ids]
    assert "75.0 %" in lines[1]
    assert "12.0 s" in lines[1]
    assert "[b]main" in lines[1]


async def test_names_are_what_can_be_filtered_by(server: RunningServer) -> None:
    await _ended(server, "main", 0)

    assert (await runs(server, "--show", "names")).split() == [
        "projects:",
        "web",
        "branches:",
        "main",
        "actors:",
        "ada",
    ]
