"""The contract's flakiness endpoints, from what reporters tell to what is answered, and the tests beside them."""

from collections.abc import Mapping, Sequence
from typing import cast
from uuid import uuid4

import httpx
import pytest

from shifty.ids import stable_test_id
from shifty.tenants.keys import create_key
from shifty.tenants.model import Scope
from tests.contract.stranger import API, Json, Stranger
from tests.support.server import RunningServer, new_tenant

FILE = "tests/checkout.spec.ts"
NAME = "should handle network errors"
PATHS = (
    "/analytics/flaky-tests",
    "/analytics/flakiness-trends",
    "/analytics/flaky-recommendations",
    "/tests",
    f"/tests/{stable_test_id(FILE, '', [NAME])}",
)

_ATTEMPTS: Mapping[str, Sequence[tuple[str, int]]] = {
    "P": [("passed", 900)],
    "R": [("failed", 30_000), ("passed", 900)],
    "F": [("failed", 30_000)],
}


async def ran(
    stranger: Stranger, letter: str, *, project: str = "my-app", commit: str | None = None, **test: object
) -> str:
    """A run of one test: it passed, was retried and passed, or failed; each of a commit of its own unless it says."""
    attempts = [
        {"attempt": number, "status": status, "durationMs": ms} for number, (status, ms) in enumerate(_ATTEMPTS[letter])
    ]
    named = {"testFile": FILE, "testName": NAME, **test}
    result = {**named, "status": attempts[-1]["status"], "retryCount": len(attempts) - 1, "attempts": attempts}
    run_id = str(uuid4())
    start = {"runId": run_id, "totalTests": 1, "shardIndex": 0, "totalShards": 1, "tests": [named]}
    start |= {"project": project, "branch": "main", "commitSha": commit or uuid4().hex}
    await stranger.tell(
        run_id,
        {"type": "run:start", "payload": start},
        {"type": "test:batch", "payload": {"runId": run_id, "results": [result]}},
        {"type": "run:end", "payload": {"runId": run_id, "status": "completed"}},
    )
    return run_id


async def flaky(stranger: Stranger, **query: str) -> list[Json]:
    return cast("list[Json]", (await stranger.ask("GET", "/analytics/flaky-tests", **query))["flakyTests"])


async def recommended(stranger: Stranger, **query: str) -> list[Json]:
    answer = await stranger.ask("GET", "/analytics/flaky-recommendations", **query)
    return cast("list[Json]", answer["recommendations"])


def lists_in(answer: httpx.Response) -> list[object]:
    """What is in the lists of an answer."""
    fields = cast("dict[str, object]", answer.json())
    return [entry for value in fields.values() if isinstance(value, list) for entry in cast("list[object]", value)]


async def test_a_flaky_test_is_as_the_contract_prints_it(stranger: Stranger) -> None:
    runs = [await ran(stranger, "R" if number < 10 else "P") for number in range(22)]

    (entry,) = await flaky(stranger, project="my-app", minRate="10")

    last = await stranger.run(runs[9])
    contract = ["testFile", "testName", "flakinessRate", "flakyRuns", "totalRuns", "lastFlakyAt"]
    assert list(entry)[:6] == contract
    assert {name: entry[name] for name in contract} == {
        "testFile": FILE,
        "testName": NAME,
        "flakinessRate": 45.5,
        "flakyRuns": 10,
        "totalRuns": 22,
        "lastFlakyAt": last["completedAt"],
    }
    assert {name: entry[name] for name in ("verdict", "failedRuns", "lostMinutes", "quarantined", "project")} == {
        "verdict": "flaky",
        "failedRuns": 0,
        "lostMinutes": 5.0,
        "quarantined": False,
        "project": "my-app",
    }
    assert entry["interval"]["low"] < 45.5 < entry["interval"]["high"]
    assert entry["testId"] == stable_test_id(FILE, "", [NAME])


async def test_a_recommendation_is_as_the_contract_prints_it(stranger: Stranger) -> None:
    for number in range(44):
        await ran(stranger, "R" if number % 2 == 0 or number == 1 else "P")

    (entry,) = await recommended(stranger)

    assert list(entry)[:4] == ["test", "severity", "recommendation", "impact"]
    assert {name: entry["test"][name] for name in ("file", "name", "flakinessRate")} == {
        "file": FILE,
        "name": NAME,
        "flakinessRate": 52.3,
    }
    assert list(entry["test"])[:3] == ["file", "name", "flakinessRate"]
    assert entry["severity"] == "high"
    assert entry["recommendation"] == "Consider quarantining this test or rewriting it"
    assert entry["impact"] == "Failing 23 out of 44 runs"
    assert (entry["lostMinutes"], entry["causes"], entry["quarantined"]) == (11.5, [], False)


async def test_one_click_quarantines_what_is_recommended(stranger: Stranger) -> None:
    for letter in "RPRP":
        await ran(stranger, letter)
    (before,) = await recommended(stranger, project="my-app")
    action = before["quarantineAction"]

    answer = await stranger.http.request(action["method"], action["path"], json=action["body"])
    assert answer.status_code == 200, answer.text
    (after,) = await recommended(stranger, project="my-app")
    (listed,) = await flaky(stranger, quarantined="true")

    assert answer.json()["rule"]["source"] == "recommendation"
    assert answer.json()["rule"]["reason"] == "Flaky: failing 2 out of 4 runs"
    assert (after["quarantined"], after["quarantineAction"]) == (True, None)
    assert after["recommendation"].startswith("It is quarantined until ")
    assert listed["quarantined"] is True
    assert await flaky(stranger, quarantined="false") == []
    assert await recommended(stranger, quarantined="false") == []


async def test_what_fails_more_often_lately_comes_first_by_trend(stranger: Stranger) -> None:
    for number in range(20):
        await ran(stranger, "P" if number < 12 else "R")
        await ran(stranger, "R" if number < 12 else "P", testName="mended")

    answer = await stranger.ask("GET", "/tests", sort="trend")

    assert [(test["testName"], test["trend"]) for test in answer["tests"]] == [(NAME, 80.0), ("mended", -80.0)]


async def test_what_errors_name_is_the_advice(stranger: Stranger) -> None:
    error = {"message": "Error: page.goto: net::ERR_CONNECTION_REFUSED at http://localhost:3000/"}
    attempts = [{"attempt": 0, "status": "failed", "durationMs": 50, "errors": [error]}]
    attempts.append({"attempt": 1, "status": "passed", "durationMs": 900})
    failing = {"attempts": attempts, "status": "passed", "retryCount": 1}
    passing = {"attempts": [{"attempt": 0, "status": "passed", "durationMs": 900}], "status": "passed"}
    for result in (failing, failing, passing, passing):
        await stranger.report({"testFile": FILE, "testName": NAME, **result})

    (entry,) = await recommended(stranger)

    (cause,) = entry["causes"]
    assert (cause["cause"], cause["summary"]) == ("network", "2 of its 2 failures name the network.")
    assert entry["recommendation"] == cause["advice"]
    assert len(cause["runs"]) == 2


async def test_both_outcomes_of_one_commit_are_flaky_and_of_two_are_not(stranger: Stranger) -> None:
    for letter, commit in [("P", "a1"), ("F", "a1"), ("P", "a1")]:
        await ran(stranger, letter, commit=commit, testName="same")
    for letter, commit in [("P", "b1"), ("F", "b2"), ("P", "b3")]:
        await ran(stranger, letter, commit=commit, testName="other")

    entries = await flaky(stranger)

    assert [(each["testName"], each["flakyRuns"], each["totalRuns"]) for each in entries] == [("same", 1, 3)]


async def test_a_test_that_always_fails_is_broken_and_not_flaky(stranger: Stranger) -> None:
    for _ in range(4):
        await ran(stranger, "F")

    assert await flaky(stranger, minRate="0") == []
    assert await recommended(stranger) == []
    (known,) = (await stranger.ask("GET", "/tests"))["tests"]
    assert (known["verdict"], known["flakinessRate"], known["failedRuns"]) == ("broken", 0.0, 4)


async def test_one_of_three_stands_behind_twenty_of_a_hundred(stranger: Stranger) -> None:
    for letter in "RPP":
        await ran(stranger, letter, testName="hardly known")
    for number in range(40):
        await ran(stranger, "R" if number % 4 == 0 else "P", testName="well known")

    entries = await flaky(stranger)

    assert [(each["testName"], each["flakinessRate"]) for each in entries] == [
        ("well known", 25.0),
        ("hardly known", 33.3),
    ]


@pytest.mark.parametrize(("letters", "severity"), [("RP", "high"), ("RPP", "medium"), ("RPPPP", "low")])
async def test_severity_goes_by_the_rate(stranger: Stranger, letters: str, severity: str) -> None:
    for letter in letters:
        await ran(stranger, letter)
    for letter in "RPPPPP":
        await ran(stranger, letter, testName="too seldom")

    (entry,) = await recommended(stranger)

    assert (entry["test"]["name"], entry["severity"]) == (NAME, severity)


async def test_a_trend_has_a_row_a_day_and_takes_projects_together(stranger: Stranger, server: RunningServer) -> None:
    for project, letters in (("one", "RP"), ("two", "RPPP")):
        for letter in letters:
            await ran(stranger, letter, project=project)
    today = (await stranger.ask("GET", "/analytics/flakiness-trends"))["trends"][0]
    async with server.db.connection() as connection:
        await connection.execute(
            "insert into flakiness_days (project_id, tenant_id, day, flaky_tests, rate_sum, broken_tests,"
            " quarantined_tests, lost_ms) select id, tenant_id, (now() at time zone 'UTC')::date - ago, tests,"
            " tests * rate, 1, 2, 90000 from projects, (values (1, 15, 25.1), (3, 0, 0), (40, 1, 50))"
            " as days (ago, tests, rate) where tenant_id = %s and slug = 'one'",
            [server.tenant.id],
        )

    of_one = (await stranger.ask("GET", "/analytics/flakiness-trends", project="one", days="30"))["trends"]
    of_all = (await stranger.ask("GET", "/analytics/flakiness-trends", days="1"))["trends"]

    assert (today["flakyTestCount"], today["avgFlakinessRate"]) == (2, 37.5)
    assert [(day["flakyTestCount"], day["avgFlakinessRate"]) for day in of_one] == [(1, 50.0), (15, 25.1), (0, 0.0)]
    assert list(of_one[0])[:3] == ["detectionDate", "flakyTestCount", "avgFlakinessRate"]
    assert {name: of_one[1][name] for name in ("brokenTests", "quarantinedTests", "lostMinutes")} == {
        "brokenTests": 1,
        "quarantinedTests": 2,
        "lostMinutes": 1.5,
    }
    assert sorted((day["detectionDate"] for day in of_one), reverse=True) == [day["detectionDate"] for day in of_one]
    assert of_all == [today]


async def test_a_test_is_shown_with_what_it_came_to(stranger: Stranger) -> None:
    test_id = stable_test_id(FILE, "", [NAME])
    runs = [await ran(stranger, letter, commit=f"c{number}") for number, letter in enumerate("PPRPFFF")]

    shown = await stranger.ask("GET", f"/tests/{test_id}")
    page = await stranger.ask("GET", f"/tests/{test_id}", limit="2", offset="5", branch="main", project="my-app")

    known, breakage = shown["test"], shown["breakage"]
    names = ("testId", "testName", "verdict", "totalRuns", "passedRuns", "failedRuns", "flakyRuns", "lastOutcome")
    assert [known[name] for name in names] == [test_id, NAME, "regressed", 7, 4, 3, 1, "failed"]
    assert (breakage["lastGood"]["runId"], breakage["firstBad"]["runId"]) == (runs[3], runs[4])
    assert (breakage["firstBad"]["commitSha"], breakage["branch"], breakage["failures"]) == ("c4", "main", 3)
    assert shown["breakages"] == [breakage]
    assert [each["runId"] for each in shown["executions"]] == runs[::-1]
    assert [each["outcome"] for each in shown["executions"]] == ["failed"] * 3 + ["passed"] * 4
    assert [each["retried"] for each in shown["executions"]] == [False] * 4 + [True] + [False] * 2
    assert [each["runId"] for each in page["executions"]] == runs[1::-1]
    assert page["pagination"] == {"total": 7, "limit": 2, "offset": 5, "hasMore": False}
    assert page["test"]["verdict"] == "regressed"


async def test_of_several_projects_with_a_test_one_has_to_be_named(stranger: Stranger) -> None:
    test_id = stable_test_id(FILE, "", [NAME])
    for project, letter in (("one", "P"), ("two", "F")):
        await ran(stranger, letter, project=project)

    answer = await stranger.http.get(f"{API}/tests/{test_id}")
    two = await stranger.ask("GET", f"/tests/{test_id}", project="two")

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETERS")
    assert answer.json()["details"]["fields"] == [{"path": "project", "message": "must be one of one, two"}]
    assert (two["test"]["project"], two["test"]["lastOutcome"]) == ("two", "failed")


async def test_a_run_that_has_just_ended_counts_wherever_it_is_asked(stranger: Stranger) -> None:
    for path in PATHS:
        await ran(stranger, "R")

        answer = await stranger.ask("GET", path)

        assert any(value for name, value in answer.items() if name != "pagination"), path
    (known,) = (await stranger.ask("GET", "/tests"))["tests"]
    assert known["totalRuns"] == len(PATHS)


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("/analytics/flaky-tests", {"minRate": "-1"}, "minRate"),
        ("/analytics/flaky-tests", {"minRate": "100.1"}, "minRate"),
        ("/analytics/flaky-tests", {"minRate": "many"}, "minRate"),
        ("/analytics/flaky-tests", {"minRate": "nan"}, "minRate"),
        ("/analytics/flaky-tests", {"limit": "0"}, "limit"),
        ("/analytics/flaky-tests", {"verdict": "odd"}, "verdict"),
        ("/analytics/flaky-tests", {"project": "a\0"}, "project"),
        ("/analytics/flakiness-trends", {"days": "0"}, "days"),
        ("/analytics/flakiness-trends", {"days": "366"}, "days"),
        ("/analytics/flakiness-trends", {"days": "month"}, "days"),
        ("/analytics/flaky-recommendations", {"limit": "x"}, "limit"),
        ("/analytics/flaky-recommendations", {"quarantined": "perhaps"}, "quarantined"),
        ("/tests", {"sort": "colour"}, "sort"),
        ("/tests", {"verdict": "flakey"}, "verdict"),
        ("/tests", {"search": "\0"}, "search"),
        ("/tests", {"offset": "-1"}, "offset"),
        ("/tests/4711", {"branch": "\0"}, "branch"),
    ],
)
async def test_what_can_not_be_asked_is_named(stranger: Stranger, path: str, query: dict[str, str], field: str) -> None:
    answer = await stranger.http.get(f"{API}{path}", params=query)

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETERS")
    assert answer.json()["details"]["fields"][0]["path"] == field


async def test_a_blank_filter_is_none(stranger: Stranger) -> None:
    await ran(stranger, "R")

    assert len(await flaky(stranger, project="", owner="", search="", file="")) == 1


@pytest.mark.parametrize("query", [{"project": "unknown"}, {"owner": "nobody"}, {"offset": "7"}])
async def test_what_is_not_there_is_an_empty_list(stranger: Stranger, query: dict[str, str]) -> None:
    await ran(stranger, "R")

    assert await flaky(stranger, **query) == []
    assert await recommended(stranger, **query) == []
    assert (await stranger.ask("GET", "/tests", **query))["tests"] == []
    assert (await stranger.ask("GET", "/analytics/flakiness-trends", project="unknown"))["trends"] == []


async def test_an_unknown_test_is_none(stranger: Stranger) -> None:
    await ran(stranger, "R")
    known = stable_test_id(FILE, "", [NAME])

    for test_id, query in ((known[::-1], {}), (known, {"project": "unknown"}), ("…", {})):
        answer = await stranger.http.get(f"{API}/tests/{test_id}", params=query)

        assert (answer.status_code, answer.json()["code"]) == (404, "TEST_NOT_FOUND")


@pytest.mark.parametrize("path", PATHS)
class TestWhoMayAsk:
    async def test_nobody_without_a_key(self, http: httpx.AsyncClient, server: RunningServer, path: str) -> None:
        answer = await http.get(f"{API}{path}", headers={"X-Tenant-ID": server.tenant.slug})

        assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")

    async def test_nobody_in_another_tenant(self, stranger: Stranger, path: str) -> None:
        answer = await stranger.http.get(f"{API}{path}", headers={"X-Tenant-ID": "another"})

        assert (answer.status_code, answer.json()["code"]) == (403, "INVALID_TENANT")

    async def test_no_key_that_may_not_read(self, http: httpx.AsyncClient, server: RunningServer, path: str) -> None:
        key = await create_key(server.db, server.tenant.id, frozenset({Scope.INGEST}))
        headers = {**server.headers, "Authorization": f"Bearer {key.text}"}

        answer = await http.get(f"{API}{path}", headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")

    async def test_another_tenant_sees_nothing(
        self, http: httpx.AsyncClient, stranger: Stranger, server: RunningServer, path: str
    ) -> None:
        await ran(stranger, "R")
        other = await new_tenant(server.db, f"other-{uuid4().hex}")
        key = await create_key(server.db, other.id, frozenset(Scope))
        headers = {"Authorization": f"Bearer {key.text}", "X-Tenant-ID": other.slug}

        answer = await http.get(f"{API}{path}", headers=headers)

        assert answer.status_code == (404 if path.startswith("/tests/") else 200)
        assert NAME not in answer.text
        assert lists_in(answer) == []

    async def test_a_key_of_one_project_sees_that_one(
        self, http: httpx.AsyncClient, stranger: Stranger, server: RunningServer, path: str
    ) -> None:
        for project in ("mine", "theirs"):
            for letter in "RRP":
                await ran(stranger, letter, project=project)
        key = await create_key(server.db, server.tenant.id, frozenset({Scope.READ}), project="mine")
        headers = {**server.headers, "Authorization": f"Bearer {key.text}"}

        answers = [
            await http.get(f"{API}{path}", headers=headers, params=query)
            for query in ({}, {"project": "mine"}, {"project": "theirs"})
        ]

        assert [answer.status_code for answer in answers[:2]] == [200, 200]
        assert answers[0].json() == answers[1].json()
        assert "theirs" not in answers[0].text
        if path.startswith("/tests/"):
            assert answers[2].status_code == 404
        else:
            assert lists_in(answers[2]) == []
