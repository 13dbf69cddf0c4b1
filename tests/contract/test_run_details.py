"""The contract's "Get Run Details", and RESOLUTIONS, "Lifecycle and verdict"."""

import re
from uuid import uuid4

import pytest

from shifty.tenants.keys import create_key
from shifty.tenants.model import Scope
from tests.contract.stranger import API, Json, Stranger
from tests.support.server import RunningServer, new_tenant

TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
LOGIN: Json = {"testFile": "tests/login.spec.ts", "testName": "should login successfully"}


def a_result(name: str = "works", status: str = "passed", **fields: object) -> Json:
    return {"testFile": "a.spec.ts", "testName": name, "status": status, "durationMs": 5, **fields}


async def test_every_field_of_the_example_is_there(stranger: Stranger) -> None:
    body = {**LOGIN, "status": "passed", "durationMs": 1250, "retryCount": 0}
    run_id = await stranger.report(body)

    answer = await stranger.ask("GET", f"/runs/{run_id}")

    run, [result] = answer["run"], answer["results"]
    assert run["id"] == run_id
    assert (run["status"], run["totalTests"], run["passedTests"], run["failedTests"]) == ("completed", 1, 1, 0)
    assert run["flakyTests"] == 0
    assert isinstance(run["durationMs"], int)
    assert isinstance(run["workerCount"], int)
    assert run["shardStrategy"] == "duration-aware"
    assert run["metadata"] == {}
    assert {"branch", "commitSha"} <= set(run)
    assert isinstance(result["id"], str)
    assert {name: result[name] for name in body} == body
    assert result["healingAttempted"] is False
    assert {"traceUrl", "titlePath", "testId", "projectName", "line", "attempts"} <= set(result)


async def test_what_was_given_at_the_start_comes_back(stranger: Stranger) -> None:
    metadata = {"pr_number": 42, "actor": "username", "nested": {"list": [1, None, "é"]}}
    run_id = await stranger.orchestrate(
        workers=3, project="owner/repo", branch="main", commitSha="abc123", metadata=metadata
    )

    run = await stranger.run(run_id)

    assert run["metadata"] == metadata
    assert (run["branch"], run["commitSha"], run["workerCount"]) == ("main", "abc123", 3)
    assert run["project"] == "owner/repo"


async def test_a_run_has_no_conclusion_and_no_end_until_it_ends(stranger: Stranger) -> None:
    run_id = await stranger.orchestrate(tests=2)
    pending = await stranger.run(run_id)
    await stranger.claim(run_id)
    running = await stranger.run(run_id)

    for run, status in ((pending, "pending"), (running, "running")):
        assert (run["status"], run["conclusion"], run["completedAt"]) == (status, None, None)


async def test_times_are_utc_with_a_z(stranger: Stranger) -> None:
    run_id = await stranger.report(a_result())

    run = await stranger.run(run_id)

    for name in ("createdAt", "startedAt", "completedAt"):
        assert TIME.match(run[name]), name
    assert run["createdAt"] <= run["completedAt"]


@pytest.mark.parametrize(
    ("results", "status", "conclusion"),
    [
        ([a_result("one"), a_result("two")], "completed", "passed"),
        ([a_result("one"), a_result("two", "failed")], "completed", "failed"),
        ([a_result("one", "timedOut")], "completed", "failed"),
        ([a_result("one", "skipped")], "completed", "passed"),
        ([a_result("one", "failed"), a_result("one", "passed", retryCount=1)], "completed", "flaky"),
    ],
    ids=["all passed", "one failed", "one timed out", "one skipped", "one passed at last"],
)
async def test_a_run_whose_tests_all_reported_is_completed_and_the_conclusion_is_the_verdict(
    stranger: Stranger, results: list[Json], status: str, conclusion: str
) -> None:
    run_id = await stranger.report(*results)

    run = await stranger.run(run_id)

    assert (run["status"], run["conclusion"]) == (status, conclusion)


async def test_retries_are_attempts_of_one_row(stranger: Stranger) -> None:
    first = a_result("once more", "failed", errorMessage="no", retryCount=0)
    run_id = await stranger.report(first, a_result("once more", retryCount=1))

    [result] = await stranger.results(run_id)
    run = await stranger.run(run_id)

    assert (result["status"], result["flaky"], result["retryCount"]) == ("passed", True, 1)
    assert [(each["attempt"], each["status"]) for each in result["attempts"]] == [(0, "failed"), (1, "passed")]
    assert (run["totalTests"], run["passedTests"], run["failedTests"], run["flakyTests"]) == (1, 1, 0, 1)


async def test_attempts_that_come_at_once_are_kept_with_their_errors_and_steps(stranger: Stranger) -> None:
    error = {"message": "expected 1", "stack": "at a.spec.ts:3", "location": {"file": "a.spec.ts", "line": 3}}
    step = {"title": "click", "category": "pw:api", "durationMs": 7}
    attempts = [
        {"attempt": 0, "status": "failed", "durationMs": 4, "errors": [error], "steps": [step]},
        {"attempt": 1, "status": "failed", "durationMs": 5, "errors": [error]},
    ]
    run_id = await stranger.report(a_result("no", "failed", retryCount=1, attempts=attempts))

    [result] = await stranger.results(run_id)

    assert result["retryCount"] == 1
    assert [each["durationMs"] for each in result["attempts"]] == [4, 5]
    assert result["attempts"][0]["errors"][0]["message"] == "expected 1"
    assert result["attempts"][0]["steps"][0]["title"] == "click"


@pytest.mark.parametrize(
    ("raw", "expected", "status"),
    [
        ("passed", "passed", "passed"),
        ("failed", "passed", "failed"),
        ("timedOut", "passed", "failed"),
        ("passed", "failed", "failed"),
        ("failed", "failed", "passed"),
        ("skipped", "passed", "skipped"),
    ],
)
async def test_timed_out_and_an_unexpected_pass_are_failed_and_the_raw_status_is_kept(
    stranger: Stranger, raw: str, expected: str, status: str
) -> None:
    run_id = await stranger.report(a_result("x", raw, expectedStatus=expected))

    [result] = await stranger.results(run_id)

    assert (result["status"], result["rawStatus"]) == (status, raw)


async def test_every_test_is_somewhere_in_the_ledger_and_a_hole_never_ends_passed(stranger: Stranger) -> None:
    run_id = await stranger.report(a_result("one"), listed=[{"testFile": "a.spec.ts", "testName": "two"}])

    run = await stranger.run(run_id)

    accounted = sum(run[name] for name in ("passedTests", "failedTests", "skippedTests", "notRunTests"))
    assert accounted == run["totalTests"] == 2
    assert (run["notRunTests"], run["conclusion"]) == (1, "failed")
    [hole] = (await stranger.ask("GET", f"/runs/{run_id}/failed-tests"))["notRun"]
    assert hole["testName"] == "two"
    assert hole["reason"]


async def test_two_describe_blocks_with_the_same_title_are_two_tests(stranger: Stranger) -> None:
    paths = (["cart", "is empty"], ["wish list", "is empty"])
    run_id = await stranger.report(*(a_result("is empty", titlePath=path, line=3) for path in paths))

    results = await stranger.results(run_id)

    assert sorted(result["titlePath"] for result in results) == sorted(paths)
    assert {result["testName"] for result in results} == {"is empty"}
    assert len({result["testId"] for result in results}) == 2


async def test_the_same_test_in_two_browsers_is_two_tests_and_known_again_in_the_next_run(stranger: Stranger) -> None:
    results = [a_result("x", projectName=browser) for browser in ("chromium", "firefox")]
    first, second = await stranger.report(*results), await stranger.report(*results)

    ids = [{result["testId"] for result in await stranger.results(run_id)} for run_id in (first, second)]

    assert len(ids[0]) == 2
    assert ids[0] == ids[1]


async def test_a_run_that_could_not_be_completed_is_failed_and_says_why(stranger: Stranger) -> None:
    run_id = await stranger.orchestrate()
    error = {"error": {"message": "\x1b[31mSyntaxError\x1b[0m"}, "testFile": "tests/0.spec.ts"}
    await stranger.tell(run_id, {"type": "run:error", "payload": error})
    await stranger.work_off(run_id)

    run = await stranger.run(run_id)

    assert (run["status"], run["conclusion"], run["failureReason"]) == ("failed", "failed", "RUN_ERROR")
    assert run["errors"][0]["message"] == "SyntaxError"


async def test_an_unknown_value_is_null_and_not_left_out(stranger: Stranger) -> None:
    run_id = await stranger.report(a_result())

    answer = await stranger.ask("GET", f"/runs/{run_id}")

    run, [result] = answer["run"], answer["results"]
    assert (run["branch"], run["commitSha"], run["failureReason"]) == (None, None, None)
    assert (result["line"], result["traceUrl"], result["errorMessage"]) == (None, None, None)


async def test_results_come_page_by_page(stranger: Stranger) -> None:
    run_id = await stranger.report(*(a_result(f"test {number}") for number in range(5)))

    pages = [
        await stranger.ask("GET", f"/runs/{run_id}", resultsLimit="2", resultsOffset=str(offset))
        for offset in (0, 2, 4)
    ]

    assert [len(page["results"]) for page in pages] == [2, 2, 1]
    assert len({result["id"] for page in pages for result in page["results"]}) == 5
    assert [page["resultsPagination"]["hasMore"] for page in pages] == [True, True, False]
    assert pages[0]["resultsPagination"]["total"] == 5


@pytest.mark.parametrize("run_id", [str(uuid4()), "nonsense", "0", "a" * 2000], ids=["unknown", "word", "0", "long"])
async def test_a_run_that_does_not_exist_is_404(stranger: Stranger, run_id: str) -> None:
    answer = await stranger.http.get(f"{API}/runs/{run_id}")

    assert (answer.status_code, answer.json()["code"]) == (404, "RUN_NOT_FOUND")


async def test_another_tenants_run_is_answered_as_one_that_does_not_exist(
    stranger: Stranger, server: RunningServer
) -> None:
    ours, nobodys = await stranger.report(a_result()), str(uuid4())
    other = await new_tenant(server.db, f"other-{uuid4().hex}")
    key = await create_key(server.db, other.id, frozenset(Scope))
    headers = {"Authorization": f"Bearer {key.text}", "X-Tenant-ID": other.slug}

    foreign, unknown = [await stranger.http.get(f"{API}/runs/{run_id}", headers=headers) for run_id in (ours, nobodys)]

    assert (foreign.status_code, foreign.json()["code"]) == (404, "RUN_NOT_FOUND")
    assert foreign.text.replace(ours, "ID") == unknown.text.replace(nobodys, "ID")
