"""The contract's "Get Failed Tests"."""

import json
import re

import pytest

from tests.contract.stranger import API, Json, Stranger

FAILS: Json = {
    "testFile": "tests/checkout.spec.ts",
    "testName": "should complete purchase",
    "titlePath": ["checkout", "should complete purchase"],
    "projectName": "chromium",
    "line": 12,
    "status": "failed",
    "errorMessage": "Timeout 30000ms exceeded",
}
PASSES: Json = {"testFile": "tests/login.spec.ts", "testName": "logs in", "status": "passed"}


async def failed(stranger: Stranger, run_id: str) -> Json:
    return await stranger.ask("GET", f"/runs/{run_id}/failed-tests")


async def in_form(stranger: Stranger, run_id: str, form: str) -> str:
    answer = await stranger.http.get(f"{API}/runs/{run_id}/failed-tests", params={"format": form})
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_the_contracts_example_works_as_printed(stranger: Stranger) -> None:
    run_id = await stranger.report(FAILS, PASSES)

    answer = await failed(stranger, run_id)

    [test] = answer["failedTests"]
    assert test["testFile"] == "tests/checkout.spec.ts"
    assert test["testName"] == "should complete purchase"
    assert test["errorMessage"] == "Timeout 30000ms exceeded"
    assert answer["notRun"] == []


async def test_only_final_failures_are_listed(stranger: Stranger) -> None:
    retried = [{**PASSES, "status": "failed"}, {**PASSES, "retryCount": 1}]
    skipped = {**PASSES, "testName": "later", "status": "skipped"}
    run_id = await stranger.report(*retried, skipped, FAILS)

    answer = await failed(stranger, run_id)

    assert [test["testName"] for test in answer["failedTests"]] == ["should complete purchase"]


async def test_what_timed_out_is_listed_too(stranger: Stranger) -> None:
    run_id = await stranger.report({**FAILS, "status": "timedOut"})

    assert len((await failed(stranger, run_id))["failedTests"]) == 1


async def test_terminal_codes_are_taken_out_of_messages(stranger: Stranger) -> None:
    message = "\x1b[2mexpect(\x1b[22m\x1b[31mreceived\x1b[39m\x1b[2m)\x1b[22m.toBe()"
    run_id = await stranger.report({**FAILS, "errorMessage": message})

    [test] = (await failed(stranger, run_id))["failedTests"]

    assert test["errorMessage"] == "expect(received).toBe()"


async def test_what_never_ran_stands_beside_them_with_the_reason(stranger: Stranger) -> None:
    run_id = await stranger.report(FAILS, listed=[{"testFile": "tests/late.spec.ts", "testName": "never"}])

    answer = await failed(stranger, run_id)

    [test] = answer["notRun"]
    assert (test["testFile"], test["testName"]) == ("tests/late.spec.ts", "never")
    assert test["reason"]


@pytest.mark.parametrize("form", ["test-list", "last-run", "grep", "files"])
async def test_each_form_names_what_failed_and_nothing_else(stranger: Stranger, form: str) -> None:
    run_id = await stranger.report(FAILS, PASSES)

    text = await in_form(stranger, run_id, form)

    if form == "files":
        assert text.split() == ["tests/checkout.spec.ts"]
    elif form == "test-list":
        assert "checkout.spec.ts" in text
        assert "should complete purchase" in text
    elif form == "last-run":
        assert json.loads(text)["status"] == "failed"
        assert len(json.loads(text)["failedTests"]) == 1
    else:
        assert re.search(text.strip(), "chromium tests/checkout.spec.ts checkout should complete purchase")
    assert "logs in" not in text
    assert "login.spec.ts" not in text


async def test_with_no_failure_the_list_is_empty_and_says_run_nothing(stranger: Stranger) -> None:
    run_id = await stranger.report(PASSES)

    answer = await failed(stranger, run_id)

    assert (answer["failedTests"], answer["notRun"]) == ([], [])
    assert not (await in_form(stranger, run_id, "files")).strip()
    assert not (await in_form(stranger, run_id, "test-list")).strip()
    assert json.loads(await in_form(stranger, run_id, "last-run"))["failedTests"] == []
    # An empty pattern would match every test.
    grep = (await in_form(stranger, run_id, "grep")).strip()
    assert grep
    assert not re.search(grep, "tests/login.spec.ts logs in")


async def test_an_unknown_form_is_refused(stranger: Stranger) -> None:
    run_id = await stranger.report(PASSES)

    answer = await stranger.http.get(f"{API}/runs/{run_id}/failed-tests", params={"format": "xml"})

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETERS")
    assert answer.json()["details"]["fields"][0]["path"] == "format"


@pytest.mark.parametrize("run_id", ["550e8400-e29b-41d4-a716-446655440000", "nonsense"])
async def test_a_run_that_does_not_exist_is_404(stranger: Stranger, run_id: str) -> None:
    answer = await stranger.http.get(f"{API}/runs/{run_id}/failed-tests")

    assert (answer.status_code, answer.json()["code"]) == (404, "RUN_NOT_FOUND")
