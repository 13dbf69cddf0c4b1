"""``POST /history/refold`` over real HTTP, and ``shifty history refold``."""

import asyncio
import json

import httpx
from typer.testing import CliRunner, Result

from shifty.cli.main import application
from shifty.history.facts import due
from shifty.tenants.keys import create_key
from shifty.tenants.model import Scope
from tests.history.past import NOW, Past, passed
from tests.support.server import RunningServer, new_tenant

PATH = "/api/v1/history/refold"


async def post(server: RunningServer, headers: dict[str, str] | None = None, **query: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
        return await client.post(PATH, params=query, headers=server.headers if headers is None else headers)


async def with_key(server: RunningServer, scope: Scope, project: str | None = None) -> dict[str, str]:
    key = await create_key(server.db, server.tenant.id, frozenset({scope}), project=project)
    return {**server.headers, "Authorization": f"Bearer {key.text}"}


async def test_nobody_refolds_without_a_key(server: RunningServer) -> None:
    assert (await post(server, {}, project="shop")).status_code == 401


async def test_another_tenants_project_of_that_name_is_left_alone(server: RunningServer) -> None:
    other = await new_tenant(server.db, f"other-{server.tenant.slug}")
    run = await Past(server.db, other.id).folded(passed())

    answer = await post(server, project="shop")

    assert (answer.status_code, answer.json()) == (200, {"runs": 0})
    async with server.db.connection() as connection:
        assert run not in {each.run_id for each in await due(connection, 1000)}


async def test_it_takes_a_key_with_the_scope_admin(server: RunningServer) -> None:
    refused = await post(server, await with_key(server, Scope.ORCHESTRATE), project="shop")

    assert (refused.status_code, refused.json()["code"]) == (403, "FORBIDDEN")


async def test_a_key_of_one_project_does_not_refold_another(server: RunningServer) -> None:
    refused = await post(server, await with_key(server, Scope.ADMIN, "mine"), project="shop")

    assert refused.status_code == 403


async def test_a_project_must_be_named(server: RunningServer) -> None:
    none: dict[str, str] = {}
    for query in (none, {"project": ""}, {"project": "x" * 201}):
        refused = await post(server, None, **query)

        assert (refused.status_code, refused.json()["code"]) == (400, "INVALID_PARAMETERS")
        assert refused.json()["details"]["fields"][0]["path"] == "project"


async def test_the_runs_of_the_project_are_counted(server: RunningServer) -> None:
    past = Past(server.db, server.tenant.id)
    for _ in range(3):
        await past.folded(passed(), at=NOW)

    answer = await post(server, project="shop")

    assert (answer.status_code, answer.json()) == (200, {"runs": 3})


async def test_the_command_says_how_many_runs_are_taken_in_again(server: RunningServer) -> None:
    past = Past(server.db, server.tenant.id)
    await past.folded(passed())

    told = await _command(server)
    nothing = await _command(server, "--project-is-not-an-option")

    assert told.stdout == "shop  1 run is taken in again, the oldest first.\n"
    assert nothing.exit_code == 2


async def test_the_command_answers_in_json(server: RunningServer) -> None:
    told = await _command(server, "--json")

    assert json.loads(told.stdout) == {"runs": 0}


async def _command(server: RunningServer, *arguments: str) -> Result:
    address = ("--api-url", server.url, "--api-key", server.key, "--tenant", server.tenant.slug)
    line = ["history", "refold", "shop", *arguments, *address]
    return await asyncio.to_thread(CliRunner().invoke, application(line), line)
