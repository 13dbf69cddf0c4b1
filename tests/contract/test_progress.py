"""GET /orchestrate/{runId}/progress: server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx

from shifty.dispatch.model import Lease
from tests.support.runs import HandWorker, start, suite
from tests.support.server import RunningServer


async def events(lines: AsyncIterator[str]) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    last_id = ""
    async for line in lines:
        if line.startswith("id: "):
            last_id = line[4:]
        if line.startswith("data: "):
            yield last_id, json.loads(line[6:])


async def test_a_snapshot_comes_at_once_and_the_end_as_soon_as_it_is_there(server: RunningServer) -> None:
    key = await start(server.db, server.tenant.id, suite(2), workers=1)
    worker = HandWorker(server.db, key)
    seen: list[tuple[str, dict[str, Any]]] = []
    async with (
        httpx.AsyncClient(headers=server.headers, timeout=60) as client,
        client.stream("GET", f"{server.url}/api/v1/orchestrate/{key.run_id}/progress") as answer,
    ):
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.headers["Cache-Control"] == "no-cache, no-transform"
        assert answer.headers["X-Accel-Buffering"] == "no"
        stream = events(answer.aiter_lines())
        seen.append(await anext(stream))
        while isinstance(await worker.claim(), Lease):
            held = await worker.lease()
            await worker.pass_all(held)
            await worker.finish(held)
        # The run was ended behind the server's back, so only its own look every two seconds can tell it.
        async with asyncio.timeout(120):
            seen += [event async for event in stream]

    assert seen[0][1]["status"] == "pending"
    assert (seen[-1][1]["status"], seen[-1][1]["passedTests"]) == ("completed", 2)
    assert seen[-1][1]["shards"][0]["done"] == 2
    assert seen[-1][0] == str(seen[-1][1]["version"])


async def test_a_cancelled_run_ends_the_stream(server: RunningServer) -> None:
    key = await start(server.db, server.tenant.id, suite(1))
    async with httpx.AsyncClient(headers=server.headers, base_url=f"{server.url}/api/v1", timeout=60) as client:

        async def follow() -> list[dict[str, Any]]:
            async with client.stream("GET", f"/orchestrate/{key.run_id}/progress") as answer:
                return [event async for _, event in events(answer.aiter_lines())]

        following = asyncio.create_task(follow())
        await client.delete(f"/orchestrate/{key.run_id}")
        seen = await following

    assert seen[-1]["status"] == "cancelled"


async def test_who_has_seen_the_final_version_is_told_to_stay_away(server: RunningServer) -> None:
    key = await start(server.db, server.tenant.id, suite(1))
    path = f"/orchestrate/{key.run_id}/progress"
    async with httpx.AsyncClient(headers=server.headers, base_url=f"{server.url}/api/v1", timeout=60) as client:
        await client.delete(f"/orchestrate/{key.run_id}")
        async with client.stream("GET", path) as answer:
            [(version, _)] = [event async for event in events(answer.aiter_lines())]
        final = await client.get(path, headers={"Last-Event-ID": version})
        stale = await client.get(path, headers={"Last-Event-ID": "1"})

    assert final.status_code == 204
    assert stale.status_code == 200


async def test_unknown_runs_are_404_before_the_stream_opens(server: RunningServer) -> None:
    async with httpx.AsyncClient(headers=server.headers, base_url=f"{server.url}/api/v1", timeout=60) as client:
        answers = [await client.get(f"/orchestrate/{name}/progress") for name in (uuid4(), "nonsense")]

    assert [answer.json()["code"] for answer in answers] == ["RUN_NOT_FOUND"] * 2
