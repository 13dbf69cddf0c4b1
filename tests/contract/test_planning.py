"""The contract's "Sharding Algorithm", and RESOLUTIONS, "POST /orchestrate": what history knows and what it plans."""

import json
from itertools import count

import pytest

from tests.contract.stranger import API, Json, Stranger

LONG, SHORT, NEW = "tests/long.spec.ts", "tests/short.spec.ts", "tests/new.spec.ts"
PROJECT = "owner/repo"


async def plan(stranger: Stranger, files: list[str], workers: int, project: str = PROJECT) -> Json:
    body = {"testFiles": files, "workerCount": workers, "project": project}
    return await stranger.ask("POST", "/orchestrate", body)


async def ran(stranger: Stranger, file: str, *durations: int) -> None:
    """A run in which each test of ``file`` took so long."""
    results = [
        {"testFile": file, "testName": f"test {number}", "status": "passed", "durationMs": duration}
        for number, duration in zip(count(), durations)
    ]
    run_id = (await plan(stranger, [file], 1))["runId"]
    lease = await stranger.claim(run_id)
    tests = [{name: result[name] for name in ("testFile", "testName")} for result in results]
    await stranger.tell(
        run_id,
        {"type": "run:start", "payload": {"tests": tests, "lease": lease["token"]}},
        {"type": "test:batch", "payload": {"results": results, "lease": lease["token"]}},
    )
    await stranger.finish(run_id, lease)


async def test_files_are_counted_and_weighed_by_what_they_took_before(stranger: Stranger) -> None:
    await ran(stranger, LONG, 30_000, 20_000)
    for duration in (900, 1000, 60_000):
        await ran(stranger, SHORT, duration)

    started = await plan(stranger, [SHORT, LONG], 2)

    assert (started["totalTests"], started["totalFiles"]) == (3, 2)
    assert sum(shard["testCount"] for shard in started["shards"]) == 3
    # The median of three executions: one that took sixty times as long weighs nothing.
    assert sorted(shard["estimatedDuration"] for shard in started["shards"]) == [1000, 50_000]


async def test_an_unknown_file_counts_one_and_weighs_the_median_of_the_known(stranger: Stranger) -> None:
    await ran(stranger, LONG, 50_000)
    await ran(stranger, SHORT, 2000)
    await ran(stranger, "tests/other.spec.ts", 4000)

    started = await plan(stranger, [NEW], 1)

    assert (started["totalTests"], started["shards"][0]["estimatedDuration"]) == (1, 4000)


async def test_with_nothing_known_a_file_weighs_ten_seconds(stranger: Stranger) -> None:
    await ran(stranger, LONG, 50_000)

    started = await plan(stranger, [LONG], 1, project="another/repo")

    assert started["shards"] == [{"index": 0, "testCount": 1, "estimatedDuration": 10_000}]


async def test_the_longest_are_spread_first_and_the_same_question_has_the_same_answer(stranger: Stranger) -> None:
    durations = [13_000, 11_000, 7000, 5000, 4000, 3000]
    files = [f"tests/{number}.spec.ts" for number in range(len(durations))]
    for file, duration in zip(files, durations, strict=True):
        await ran(stranger, file, duration)

    first, second, turned = [await plan(stranger, each, 3) for each in (files, files, files[::-1])]

    assert first["shards"] == second["shards"] == turned["shards"]
    # Greedy by hand: 13, 11+3, 7+5+4 thousand.
    assert max(shard["estimatedDuration"] for shard in first["shards"]) <= 16_000
    assert sum(shard["estimatedDuration"] for shard in first["shards"]) == sum(durations)


@pytest.mark.parametrize("workers", [1, 5, 20])
async def test_there_are_as_many_shards_as_workers_empty_ones_included(stranger: Stranger, workers: int) -> None:
    started = await plan(stranger, [NEW, SHORT], workers)

    assert [shard["index"] for shard in started["shards"]] == list(range(workers))
    assert sum(shard["testCount"] for shard in started["shards"]) == started["totalTests"] == 2
    codes = [warning["code"] for warning in started["warnings"]]
    assert codes == (["WORKERS_EXCEED_TESTS"] if workers > 2 else [])


async def test_without_a_count_there_are_five_workers(stranger: Stranger) -> None:
    started = await stranger.ask("POST", "/orchestrate", {"testFiles": [NEW]})

    assert (started["workerCount"], len(started["shards"])) == (5, 5)
    assert started["recommendedWorkerCount"] == 1


async def test_as_many_files_as_are_allowed_are_planned(stranger: Stranger) -> None:
    started = await plan(stranger, [f"tests/{number}.spec.ts" for number in range(10_000)], 20)

    assert (started["totalTests"], started["totalFiles"]) == (10_000, 10_000)


async def test_a_run_that_no_worker_picks_up_fails_and_its_shards_with_it(stranger: Stranger) -> None:
    body = {"testFiles": [NEW], "workerCount": 1, "pendingTimeoutMs": 1000}
    run_id = (await stranger.ask("POST", "/orchestrate", body))["runId"]

    async with stranger.http.stream("GET", f"{API}/orchestrate/{run_id}/progress") as answer:
        told = [json.loads(line[6:]) async for line in answer.aiter_lines() if line.startswith("data: ")]

    assert told[-1]["status"] == "failed"
    run = await stranger.run(run_id)
    assert (run["conclusion"], run["failureReason"], run["notRunTests"]) == ("failed", "NO_WORKERS", 1)
    stats = await stranger.ask("GET", "/orchestrate/queue/stats")
    assert (stats["waiting"], stats["active"], stats["completed"], stats["failed"]) == (0, 0, 0, 1)
