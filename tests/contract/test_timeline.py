"""GET /runs/{runId}/timeline and GET /queue, over real HTTP."""

import pytest

from tests.contract.stranger import API, Stranger


async def test_a_timeline_tells_of_batches_tests_and_what_decided_the_end(stranger: Stranger) -> None:
    run_id = await stranger.orchestrate(tests=4, workers=2)
    await stranger.work_off(run_id)

    told = await stranger.ask("GET", f"/runs/{run_id}/timeline")

    (lane,) = told["lanes"]
    assert told["isOver"]
    assert (lane["worker"], lane["shardIndex"]) == ("stranger", 0)
    assert {batch["source"] for batch in lane["batches"]} == {"own", "stolen"}
    assert sum(piece["tests"] for batch in lane["batches"] for piece in batch["pieces"]) == 4
    assert told["totals"]["batches"] == len(lane["batches"])
    assert told["sentences"][0].startswith("The run took ")
    assert [step["seq"] for step in told["criticalPath"]] == [batch["seq"] for batch in lane["batches"]]


async def test_no_lease_token_is_told_to_who_may_only_read(stranger: Stranger) -> None:
    run_id = await stranger.orchestrate()
    lease = await stranger.claim(run_id)

    for path in (f"/runs/{run_id}/timeline", "/queue"):
        answer = await stranger.http.get(f"{API}{path}")

        assert lease["token"] not in answer.text


@pytest.mark.parametrize("run_id", ["00000000-0000-4000-8000-000000000000", "nonsense", "%00"])
async def test_a_timeline_of_no_run_is_not_found(stranger: Stranger, run_id: str) -> None:
    answer = await stranger.http.get(f"{API}/runs/{run_id}/timeline")

    assert (answer.status_code, answer.json()["code"]) == (404, "RUN_NOT_FOUND")


async def test_the_queue_tells_what_waits_and_who_works(stranger: Stranger) -> None:
    waits = await stranger.orchestrate(tests=3, workers=2, project="waits")
    worked_on = await stranger.orchestrate(tests=1, project="worked-on")
    await stranger.claim(worked_on)

    queue = await stranger.ask("GET", "/queue")

    (place,) = queue["waiting"]
    assert (place["runId"], place["why"], place["waitingTests"]) == (waits, "noWorkers", 3)
    assert place["command"] == f"shifty worker --run {waits}"
    assert [(worker["worker"], worker["runId"], worker["doing"]) for worker in queue["workers"]] == [
        ("stranger", worked_on, "working")
    ]
    assert (queue["waitingRuns"], queue["others"], queue["lost"]) == (1, [], [])
