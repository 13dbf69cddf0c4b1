"""``shifty projects healing`` shows and changes what a project allows."""

import asyncio
import json

from typer.testing import CliRunner, Result

from shifty.cli.main import application
from tests.support.server import RunningServer


async def projects(server: RunningServer, *arguments: str) -> Result:
    address = ("--api-url", server.url, "--api-key", server.key, "--tenant", server.tenant.slug)
    line = ["projects", "healing", "owner/repo", *arguments, *address]
    return await asyncio.to_thread(CliRunner().invoke, application(line), line)


async def test_what_is_not_named_stays(server: RunningServer) -> None:
    before = await projects(server, "--json")
    await projects(server, "--mode", "propose")
    after = await projects(server, "--verdict", "fail")

    assert json.loads(before.stdout) == {"mode": "heal", "verdict": "warn"}
    assert after.stdout.split() == ["owner/repo", "healing:", "propose", "verdict:", "fail"]
