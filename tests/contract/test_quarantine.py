"""Quarantine as somebody sees it who has read the documentation alone."""

from typing import cast
from uuid import UUID

import pytest

from tests.contract.stranger import API, Json, Stranger
from tests.support.server import RunningServer
from tests.support.sockets import viewing


def result(name: str, status: str = "passed", error: str = "the bank did not answer", **fields: object) -> Json:
    errors = [] if status == "passed" else [{"message": f"Error: {error}"}]
    attempt = {"attempt": 0, "status": status, "durationMs": 9, "errors": errors}
    attempts = {} if status == "notRun" else {"attempts": [attempt]}
    return {"testFile": "tests/shop.spec.ts", "testName": name, "status": status, **attempts, **fields}


async def quarantine(stranger: Stranger, kind: str, value: str) -> Json:
    body = {"project": "default", "kind": kind, "value": value, "owner": "@bank", "reason": "it is slow"}
    return (await stranger.ask("POST", "/quarantine", body))["rule"]


@pytest.fixture
async def excused(stranger: Stranger) -> str:
    """A run of which one failure is excused."""
    await stranger.report(result("opens"))
    await quarantine(stranger, "title", "pays")
    return await stranger.report(result("pays", "failed"), result("ships"))


async def test_a_run_passes_whose_failures_are_all_in_quarantine(stranger: Stranger, excused: str) -> None:
    run = await stranger.run(excused)
    results = {each["testName"]: each for each in await stranger.results(excused)}

    assert (run["status"], run["conclusion"], run["failureReason"]) == ("completed", "passed", None)
    assert (run["failedTests"], run["quarantinedTests"], run["passedTests"]) == (1, 1, 1)
    assert (results["pays"]["status"], results["pays"]["quarantined"]) == ("failed", True)
    excuse = results["pays"]["quarantine"]
    assert set(excuse) == {"ruleId", "kind", "value", "owner", "reason", "expiresAt"}
    assert (excuse["owner"], excuse["reason"]) == ("@bank", "it is slow")
    assert excuse["expiresAt"].endswith("Z")
    assert (results["ships"]["quarantined"], results["ships"]["quarantine"]) == (False, None)


async def test_lists_follow_the_verdict(stranger: Stranger, excused: str) -> None:
    failed = await stranger.report(result("pays", "failed"), result("ships", "failed"))

    for status, run_id in (("failed", failed), ("passed", excused)):
        runs = cast("list[Json]", (await stranger.ask("GET", "/runs", status=status))["runs"])

        assert run_id in [run["id"] for run in runs]
        assert ({failed, excused} - {run_id}).isdisjoint(run["id"] for run in runs)
    only = await stranger.ask("GET", f"/runs/{failed}/results", status="quarantined")
    assert [each["testName"] for each in only["results"]] == ["pays"]


async def test_what_is_to_be_run_again_leaves_the_excused_out(stranger: Stranger) -> None:
    await stranger.report(result("opens"))
    await quarantine(stranger, "file", "tests/shop*")
    await quarantine(stranger, "title", "nothing has this title")
    shipping = {"testFile": "tests/shipping.spec.ts"}
    run_id = await stranger.report(
        result("pays", "failed"), result("thanks", "notRun"), result("ships", "failed", **shipping)
    )

    told = await stranger.ask("GET", f"/runs/{run_id}/failed-tests")
    files = await stranger.http.get(f"{API}/runs/{run_id}/failed-tests?format=files")
    grep = await stranger.http.get(f"{API}/runs/{run_id}/failed-tests?format=grep")

    assert {each["testName"]: each["quarantined"] for each in told["failedTests"]} == {"pays": True, "ships": False}
    assert [each["quarantined"] for each in told["notRun"]] == [True]
    assert files.text == "tests/shipping.spec.ts\n"
    assert "pays" not in grep.text


async def test_a_run_that_passed_by_it_has_nothing_to_run_again(stranger: Stranger, excused: str) -> None:
    again = await stranger.ask("POST", "/orchestrate", {"metadata": {"rerun_of": excused}})

    assert again["totalTests"] == 0
    files = await stranger.http.get(f"{API}/runs/{excused}/failed-tests?format=files")
    assert files.text == ""


async def test_viewers_are_told(server: RunningServer, stranger: Stranger, excused: str) -> None:
    progress = await stranger.http.get(f"{API}/orchestrate/{excused}/progress")
    async with viewing(server, UUID(excused)) as viewer:
        heard, _ = await viewer.rest()

    by_type = {message["type"]: cast("Json", message["payload"]) for message in heard}
    assert '"quarantinedTests":1' in progress.text.replace(" ", "")
    assert by_type["run:snapshot"]["quarantinedTests"] == by_type["run:end"]["quarantinedTests"] == 1


async def test_a_stream_of_results_says_so_too(stranger: Stranger, excused: str) -> None:
    lines = (await stranger.http.get(f"{API}/runs/{excused}/results?format=ndjson")).text.splitlines()

    assert sum('"quarantined":true' in line for line in lines) == 1


async def test_a_rule_that_is_released_excuses_no_more(stranger: Stranger) -> None:
    await stranger.report(result("opens"))
    rule = await quarantine(stranger, "title", "pays")
    assert (await stranger.run(await stranger.report(result("pays", "failed"))))["conclusion"] == "passed"

    await stranger.ask("DELETE", f"/quarantine/{rule['id']}", reason="mended")

    assert (await stranger.run(await stranger.report(result("pays", "failed"))))["conclusion"] == "failed"
    known = (await stranger.ask("GET", f"/quarantine/{rule['id']}"))["rule"]
    assert (known["state"], known["excused"], known["releaseReason"]) == ("released", 1, "mended")
