"""Causes from what reporters told to what is said of a test."""

from collections.abc import Sequence

import httpx

from shifty.ids import stable_test_id
from tests.contract.stranger import Json, Stranger
from tests.support.server import RunningServer

FILE = "tests/cart.spec.ts"


def told(name: str, second: int, *statuses: str, project: str = "") -> Json:
    """A test of the only worker process; a retry has one of its own."""
    attempts = [
        {
            "attempt": number,
            "status": status,
            "durationMs": 900,
            "startedAt": f"2026-01-01T10:00:{second:02}.{number}00Z",
            "workerIndex": number,
        }
        for number, status in enumerate(statuses)
    ]
    named = {"testFile": FILE, "testName": name, "projectName": project}
    return {**named, "status": statuses[-1], "retryCount": len(statuses) - 1, "attempts": attempts}


async def causes(server: RunningServer, runs: Sequence[Sequence[Json]], test_id: str) -> list[Json]:
    async with httpx.AsyncClient(base_url=server.url, headers=server.headers, timeout=60) as client:
        stranger = Stranger(client)
        for results in runs:
            await stranger.report(*results)
        return (await stranger.ask("GET", f"/tests/{test_id}"))["causes"]


async def test_a_test_that_fails_after_another_is_told_which(server: RunningServer) -> None:
    after = [told("logs out", 1, "passed"), told("pays", 2, "failed", "passed"), told("ships", 3, "passed")]
    before = [told("pays", 1, "passed"), told("ships", 2, "passed"), told("logs out", 3, "passed")]

    (cause,) = await causes(server, [after if n % 2 else before for n in range(12)], stable_test_id(FILE, "", ["pays"]))

    assert cause["cause"] == "order"
    assert cause["summary"] == "It failed 6 of 6 times right after “logs out”, and 0 of 6 times otherwise."
    assert [test["testId"] for test in cause["tests"]] == [stable_test_id(FILE, "", ["logs out"])]
    assert len(cause["runs"]) == 5


async def test_a_test_that_fails_in_one_browser_is_compared_with_the_others(server: RunningServer) -> None:
    def run(number: int) -> list[Json]:
        here = ("failed", "passed") if number % 2 else ("passed",)
        return [told("pays", 1, *here, project="webkit"), told("pays", 1, "passed", project="firefox")]

    (cause,) = await causes(server, [run(n) for n in range(16)], stable_test_id(FILE, "webkit", ["pays"]))

    assert cause["cause"] == "browser"
    assert cause["summary"] == "In the same runs it failed 8 of 16 times in this browser, and 0 of 16 in firefox."
