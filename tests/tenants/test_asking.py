"""``shifty projects list`` and ``shifty audit``: what people read of them."""

import asyncio
import json

import httpx
from typer.testing import CliRunner, Result

from shifty.cli.main import application
from tests.support.server import RunningServer


async def shifty(server: RunningServer, *arguments: str) -> Result:
    address = ("--api-url", server.url, "--api-key", server.key, "--tenant", server.tenant.slug)
    line = [*arguments, *address]
    return await asyncio.to_thread(CliRunner().invoke, application(line), line)


async def test_projects_and_changes_are_listed(server: RunningServer) -> None:
    none = await shifty(server, "projects", "list")
    async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=server.headers) as http:
        await http.put("/healing/settings", json={"project": "o/shop", "mode": "off"})

    projects = await shifty(server, "projects", "list")
    as_json = json.loads((await shifty(server, "projects", "list", "--json")).stdout)
    changes = await shifty(server, "audit", "--action", "project")
    nothing = await shifty(server, "audit", "--action", "webhook")

    assert "There are no projects yet" in none.stdout
    assert "o/shop" in projects.stdout
    assert "off, warn" in projects.stdout
    assert as_json["projects"][0]["project"] == "o/shop"
    assert "project.changed" in changes.stdout
    assert "tests" in changes.stdout
    assert "Nothing has been changed." in nothing.stdout
