"""The relay between the hook in test code and the server: whom it serves, what it passes on, and what it keeps back."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from shifty import wire
from shifty.client.model import Address
from shifty.client.transport import Transport
from shifty.ids import stable_test_id
from shifty.worker.healing.http import LARGEST_BODY, Head, LoopbackServer, ReadBody, Reply
from shifty.worker.healing.relay import Relay

TEST_ID = stable_test_id("a.spec.ts", "", ["a"], 0)
ANSWER = b'{"decision":"refuse"}'
PATHS = [("POST", "/healing/heal"), ("POST", "/healing/fingerprints"), ("GET", "/healing/fingerprints")]


@dataclass
class Server:
    """Stands for Shifty's server and writes down what it is asked."""

    replies: list[Reply] = field(default_factory=list[Reply])
    asked: "asyncio.Queue[tuple[Head, Any]]" = field(default_factory=asyncio.Queue[tuple[Head, Any]])
    silent: bool = False

    async def answer(self, head: Head, read_body: ReadBody) -> Reply:
        body = json.loads(await read_body()) if head.method == "POST" else None
        self.asked.put_nowait((head, body))
        if self.silent:
            await asyncio.Event().wait()
        return self.replies.pop() if self.replies else Reply(200, ANSWER)


@dataclass
class Line:
    server: Server
    relay: Relay
    hook: httpx.AsyncClient

    async def post(self, path: str, body: Mapping[str, object]) -> httpx.Response:
        return await self.hook.post(path, json=body)

    async def tell_seen(self, *selectors: str, attempt: int | None = None, test_id: str = TEST_ID) -> None:
        about = {"testId": test_id, **({} if attempt is None else {"attempt": attempt})}
        seen = [{**about, "selector": selector} for selector in selectors]
        answer = await self.post("/healing/fingerprints", {"project": "somebody's", "seen": seen})
        assert answer.status_code == 200, answer.text

    def tell_ended(self, *statuses: wire.RawStatus, expected: wire.RawStatus = "passed") -> None:
        attempts = [wire.Attempt(attempt=n, status=status, duration_ms=1) for n, status in enumerate(statuses)]
        result = wire.TestResult(
            test_file="a.spec.ts", test_name="a", status=statuses[-1], expected_status=expected, attempts=attempts
        )
        self.relay.see(wire.TestBatchMessage(payload=wire.TestBatch(results=[result])))

    async def learned(self) -> list[str]:
        """The selectors of which the server hears next."""
        async with asyncio.timeout(60):
            head, body = await self.server.asked.get()
        assert (head.method, head.path) == ("POST", "/api/v1/healing/fingerprints")
        assert (body["project"], body["runId"]) == ("shop", "run-1")
        return [seen["selector"] for seen in body["seen"]]


@pytest.fixture
async def line() -> AsyncGenerator[Line]:
    server = Server()
    listening = LoopbackServer(server.answer)
    await listening.start()
    async with Transport(Address(listening.url, "the-api-key", "t")) as transport:
        relay = await Relay.open(transport, "run-1", "shop")
        headers = {"Authorization": f"Bearer {relay.token}"}
        async with httpx.AsyncClient(base_url=relay.url, headers=headers, timeout=60) as hook:
            yield Line(server, relay, hook)
        await relay.close()
    await listening.close()


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_without_its_token_nothing_is_passed_on(line: Line, method: str, path: str) -> None:
    for header in ("", "Bearer", "Bearer the-api-key", f"Bearer {line.relay.token}x", f"Basic {line.relay.token}"):
        answer = await line.hook.request(method, path, headers={"Authorization": header}, content=b"{}")

        assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")
    assert line.server.asked.empty()


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/healing/heal"), ("POST", "/runs/run-1/events"), ("GET", "/healing/heal/../../keys"), ("DELETE", "/")],
)
async def test_nothing_but_healing_is_passed_on(line: Line, method: str, path: str) -> None:
    answer = await line.hook.request(method, path)

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    assert line.server.asked.empty()


async def test_a_question_goes_to_the_server_with_the_workers_key_and_as_one_of_its_own_run(line: Line) -> None:
    question = {"project": "foreign", "runId": "another", "selector": "#a", "candidates": [{"tag": "a"}] * 2000}

    answer = await line.post("/healing/heal", question)

    assert (answer.status_code, answer.content) == (200, ANSWER)
    head, body = await line.server.asked.get()
    assert (head.method, head.path) == ("POST", "/api/v1/healing/heal")
    assert head.headers["authorization"] == "Bearer the-api-key"
    assert body == {**question, "project": "shop", "runId": "run-1"}


async def test_what_is_known_of_a_file_is_asked_for_its_own_run(line: Line) -> None:
    query = {"testFile": "e2e/a spec.ts", "project": "foreign"}

    answer = await line.hook.get("/healing/fingerprints", params=query)

    assert answer.content == ANSWER
    head, _ = await line.server.asked.get()
    assert head.query == {"testFile": "e2e/a spec.ts", "project": "shop", "runId": "run-1"}


async def test_a_refusal_of_the_server_reaches_the_hook(line: Line) -> None:
    line.server.replies.append(Reply.refusing(403, "FORBIDDEN", "The key lacks a scope."))

    answer = await line.post("/healing/heal", {})

    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")


async def test_a_body_that_makes_no_sense_or_is_too_large_is_refused_here(line: Line) -> None:
    for body in (b"", b"[]", b"{", b'{"seen": [{}]}', b'{"seen": 1}'):
        for path in ("/healing/heal", "/healing/fingerprints"):
            if path == "/healing/heal" and body.startswith(b'{"'):
                continue
            assert (await line.hook.post(path, content=body)).status_code == 400
    assert (await line.hook.post("/healing/heal", headers={"X": "y" * 70_000}, content=b"{}")).status_code == 431
    for lengths, status in ((f"Content-Length: {LARGEST_BODY + 1}", 413), ("Transfer-Encoding: chunked", 411)):
        assert await said_to(line.relay, f"POST /healing/heal HTTP/1.1\r\n{lengths}\r\n") == status
    assert await said_to(line.relay, "nonsense\r\n") == 400
    assert line.server.asked.empty()


async def test_a_server_that_is_away_is_said_at_once() -> None:
    nobody = LoopbackServer(Server().answer)
    await nobody.start()
    await nobody.close()
    async with Transport(Address(nobody.url, "k", "t")) as transport:
        relay = await Relay.open(transport, "run-1", "shop")
        headers = {"Authorization": f"Bearer {relay.token}"}
        async with httpx.AsyncClient(base_url=relay.url, headers=headers, timeout=60) as hook:
            asked = await hook.post("/healing/heal", json={})
            known = await hook.get("/healing/fingerprints", params={"testFile": "a"})
        await relay.close()

    assert (asked.status_code, known.status_code) == (503, 503)
    assert asked.json()["code"] == "SERVICE_UNAVAILABLE"


async def test_fingerprints_wait_until_their_attempt_has_passed(line: Line) -> None:
    await line.tell_seen("#a", "#b", attempt=0)
    await line.tell_seen("#of-another", attempt=0, test_id="another")
    assert line.server.asked.empty()

    line.tell_ended("passed")

    assert await line.learned() == ["#a", "#b"]


async def test_what_a_failed_attempt_has_seen_is_not_learnt(line: Line) -> None:
    await line.tell_seen("#broken")
    line.tell_ended("failed")
    await line.tell_seen("#late", attempt=0)
    await line.tell_seen("#right")

    line.tell_ended("failed", "passed")

    assert await line.learned() == ["#right"]


async def test_what_a_test_has_seen_that_should_fail_is_not_learnt(line: Line) -> None:
    await line.tell_seen("#a", attempt=0)
    line.tell_ended("failed", expected="failed")
    line.tell_ended("passed", expected="failed")
    await line.tell_seen("#b", attempt=1)
    line.tell_ended("failed", "passed")

    assert await line.learned() == ["#b"]


async def test_what_comes_after_the_end_of_a_passed_attempt_is_learnt_too(line: Line) -> None:
    line.tell_ended("passed")

    await line.tell_seen("#late")

    assert await line.learned() == ["#late"]


async def test_a_fingerprint_that_the_server_refuses_takes_no_other_along(line: Line) -> None:
    line.server.replies += [Reply(200, ANSWER), Reply.refusing(400, "INVALID_PARAMETERS", "One of them is odd.")] * 2
    await line.tell_seen("#a", "#b", "#c", attempt=0)

    line.tell_ended("passed")

    heard = [await line.learned() for _ in range(4)]
    assert heard == [["#a", "#b", "#c"], ["#a"], ["#b", "#c"], ["#b"]]


async def test_what_is_left_at_the_end_of_a_batch_is_dropped(line: Line) -> None:
    await line.tell_seen("#a", attempt=0)
    line.relay.forget()
    line.tell_ended("passed")
    await line.tell_seen("#b", attempt=0)

    assert await line.learned() == ["#b"]


async def said_to(relay: Relay, head: str) -> int:
    """The status of the answer to a request that no client would make."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(relay.url.rpartition(":")[2]))
    writer.write(f"{head}Authorization: Bearer {relay.token}\r\n\r\n".encode())
    answer = await reader.readline()
    writer.close()
    return int(answer.split()[1])
