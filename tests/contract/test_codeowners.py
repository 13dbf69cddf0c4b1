"""``codeowners`` of POST /orchestrate and of ``run:start``, over real HTTP."""

from uuid import uuid4

import pytest

from shifty.wire import MOST_CODEOWNERS
from tests.contract.stranger import Stranger
from tests.support.server import RunningServer

FILES = ["tests/login.spec.ts"]


async def kept(server: RunningServer) -> object:
    async with server.db.connection() as connection:
        cursor = await connection.execute(
            "select codeowners from projects where tenant_id = %s order by id desc", (server.tenant.id,)
        )
        row = await cursor.fetchone()
    return row and row[0]


async def test_a_run_brings_it_along(server: RunningServer, stranger: Stranger) -> None:
    body = {"testFiles": FILES, "project": "shop", "branch": "main", "codeowners": "tests/ @acme/qa\n"}

    answer = await stranger.http.post("/api/v1/orchestrate", json=body)

    assert answer.status_code == 200, answer.text
    assert await kept(server) == "tests/ @acme/qa\n"


@pytest.mark.parametrize("text", ["#" * (MOST_CODEOWNERS + 1), "a\0b", 7], ids=["too long", "no text", "no string"])
async def test_what_can_not_be_kept_is_refused_by_its_name(stranger: Stranger, text: object) -> None:
    answer = await stranger.http.post("/api/v1/orchestrate", json={"testFiles": FILES, "codeowners": text})

    assert answer.status_code == 400
    assert answer.json()["code"] == "INVALID_PARAMETERS"
    assert answer.json()["details"]["fields"][0]["path"] == "codeowners"


async def test_a_reporter_brings_it_along(server: RunningServer, stranger: Stranger) -> None:
    run_id = str(uuid4())
    start = {"type": "run:start", "payload": {"project": "shop", "branch": "main", "codeowners": "* @acme\n"}}
    too_long = {"type": "run:start", "payload": {"codeowners": "#" * (MOST_CODEOWNERS + 1)}}

    answer = await stranger.http.post(f"/api/v1/runs/{run_id}/events", json=[start, too_long])

    assert answer.json()["acked"] == 1
    assert "codeowners" in answer.json()["errors"][0]["error"]
    assert await kept(server) == "* @acme\n"
