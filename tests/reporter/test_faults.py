"""A wrong configuration is one line in the log, and nothing else: the suite's exit code is its own."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest

from shifty.tenants.keys import create_key
from shifty.tenants.model import Scope
from tests.reporter.conftest import Stage, run_of
from tests.support.server import RunningServer

PASSES = "const { test } = require('@playwright/test'); test('one', () => {});"
FAILS = "const { test, expect } = require('@playwright/test'); test('one', () => { expect(1).toBe(2); });"


async def test_without_any_setting_it_says_what_is_missing(stage: Stage) -> None:
    stage.write("a.spec.js", PASSES)

    played = await stage.play(None)

    assert played.code == 0
    assert played.said == ["shifty: not reporting: SHIFTY_API_URL and SHIFTY_API_KEY and SHIFTY_TENANT_ID not set"]


async def test_a_key_that_is_not_known_is_told_once(server: RunningServer, stage: Stage) -> None:
    stage.write("a.spec.js", FAILS)

    played = await stage.play(server, SHIFTY_API_KEY="shf_00_nonsense")

    assert played.code == 1
    assert len(played.said) == 1
    assert "not reporting" in played.said[0]
    assert "401" in played.said[0]


async def test_a_key_that_may_only_read_is_told_once(server: RunningServer, stage: Stage) -> None:
    stage.write("a.spec.js", PASSES)
    reader = await create_key(server.db, server.tenant.id, frozenset({Scope.READ}), name="reader")

    played = await stage.play(server, SHIFTY_API_KEY=reader.text)

    assert (played.code, len(played.said)) == (0, 1)
    assert "403" in played.said[0]


async def test_a_run_of_somebody_else_is_refused(server: RunningServer, stage: Stage) -> None:
    stage.write("a.spec.js", PASSES)
    run_id = str(uuid4())
    async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=server.headers, timeout=60) as client:
        start = [{"type": "run:start", "payload": {"project": "shop"}}]
        (await client.post(f"/runs/{run_id}/events", json=start)).raise_for_status()
    key = await create_key(server.db, server.tenant.id, frozenset(Scope), name="blog only", project="blog")

    played = await stage.play(server, SHIFTY_RUN_ID=run_id, SHIFTY_API_KEY=key.text)

    assert (played.code, len(played.said)) == (0, 1)
    assert f"no run {run_id}" in played.said[0]
    assert list(stage.spool.glob("*")) == [], "nobody will ever take it"


@pytest.fixture
async def web_page() -> AsyncGenerator[str]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\nConnection: close\r\n\r\nHello")
        await writer.drain()
        writer.close()

    listener = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    listener.close()


async def test_an_address_of_something_else_is_told_once(server: RunningServer, stage: Stage, web_page: str) -> None:
    stage.write("a.spec.js", PASSES)

    played = await stage.play(replace(server, url=web_page))

    assert played.code == 0
    assert len(played.said) == 1
    assert "no Shifty server answers at this address" in played.said[0]


async def test_a_worker_of_shifty_reports_alone(server: RunningServer, stage: Stage) -> None:
    stage.write("a.spec.js", PASSES)
    run_id = str(uuid4())

    played = await stage.play(server, SHIFTY_RUN_ID=run_id, SHIFTY_PLAYWRIGHT="{}")

    assert (played.code, played.said) == (0, [])
    assert (await run_of(server, run_id))[0] == {}


async def test_what_no_decoder_reads_is_reported_all_the_same(server: RunningServer, stage: Stage) -> None:
    stage.write(
        "a.spec.js",
        r"""const { test } = require('@playwright/test');
        test('half a character \ud83c and \\ud83c', () => {});
        test('fails oddly', () => { throw new Error('\ud83c \0 end'); });
        test('long', { tag: '@' + 'x'.repeat(10100) }, () => {});""",
    )
    run_id = str(uuid4())

    await stage.play(server, SHIFTY_RUN_ID=run_id)

    run, results = await run_of(server, run_id)
    told = {result["testName"]: result for result in results.values()}
    assert set(told) == {"half a character \ufffd and \\ud83c", "fails oddly"}
    assert told["fails oddly"]["errorMessage"] == "Error: \ufffd \ufffd end"
    assert (run["conclusion"], run["failureReason"]) == ("failed", "RUN_ERROR")
    assert "can't be reported: a title or tag has more than 10000 characters" in run["errors"][0]["error"]["message"]
