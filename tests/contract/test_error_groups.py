"""Errors by what is left of their messages, from what reporters tell to what is answered."""

from collections.abc import Mapping
from typing import cast
from uuid import uuid4

import httpx
import pytest

from shifty.failures.classify import find
from shifty.tenants.keys import create_key
from shifty.tenants.model import Scope
from tests.contract.stranger import API, Json, Stranger
from tests.support.server import RunningServer, new_tenant

FILE = "tests/checkout.spec.ts"
BARE = "\x1b[31mTest timeout of 30000ms exceeded.\x1b[39m"
CLICK = "TimeoutError: locator.click: Timeout {}ms exceeded.\nCall log:\n  - waiting for locator('#pay')\n"
WRONG = 'Error: expect(locator).toHaveText(expected) failed\n\nExpected: "paid"\nReceived: "failed"'


def attempt(number: int, *messages: str) -> Json:
    errors = [{"message": message} for message in messages]
    return {"attempt": number, "status": "failed" if errors else "passed", "durationMs": 9, "errors": errors}


def result(name: str, *attempts: Json, line: int = 3) -> Json:
    return {
        "testFile": FILE,
        "testName": name,
        "projectName": "chromium",
        "line": line,
        "status": attempts[-1]["status"],
        "retryCount": len(attempts) - 1,
        "attempts": attempts,
    }


async def begin(stranger: Stranger, *results: Mapping[str, object], **about: object) -> str:
    run_id = str(uuid4())
    tests = [
        {"testFile": FILE, "testName": each["testName"], "projectName": "chromium", "line": each.get("line", 3)}
        for each in results
    ]
    start = {"runId": run_id, "totalTests": len(results), "shardIndex": 0, "totalShards": 1, "tests": tests, **about}
    batch = {"runId": run_id, "results": results}
    await stranger.tell(run_id, {"type": "run:start", "payload": start}, {"type": "test:batch", "payload": batch})
    return run_id


async def ran(stranger: Stranger, *results: Mapping[str, object], **about: object) -> str:
    run_id = await begin(stranger, *results, **{"project": "my-app", "branch": "main", **about})
    await stranger.tell(run_id, {"type": "run:end", "payload": {"runId": run_id, "status": "completed"}})
    return run_id


async def listed(stranger: Stranger, **query: str) -> list[Json]:
    return cast("list[Json]", (await stranger.ask("GET", "/errors", **query))["errors"])


async def of_run(stranger: Stranger, run_id: str) -> list[Json]:
    return cast("list[Json]", (await stranger.ask("GET", f"/runs/{run_id}/errors"))["errors"])


async def test_an_error_of_several_tests_and_runs_stands_there_once(stranger: Stranger) -> None:
    first = await ran(stranger, result("pays", attempt(0, BARE, CLICK.format(5000)), attempt(1, CLICK.format(100))))
    pays, adds = result("pays", attempt(0, CLICK.format(9))), result("adds", attempt(0, CLICK.format(8)), attempt(1))

    last = await ran(stranger, pays, adds, branch="feature")

    found = await listed(stranger)
    times = [found[0].pop(name) for name in ("firstSeenAt", "lastSeenAt")]
    assert times == sorted(times)
    assert all(time.endswith("Z") for time in times)
    assert found[0].pop("lastRunId") == last != first
    tests = found[0].pop("tests")
    assert [(test["testName"], test["projectName"], test["count"]) for test in tests] == [
        ("pays", "chromium", 3),
        ("adds", "chromium", 1),
    ]
    assert found[0]["sample"] in (CLICK.format(8).strip(), CLICK.format(9).strip())
    assert found == [
        {
            "digest": find(CLICK.format(1)).digest,
            "project": "my-app",
            "kind": "locator",
            "message": "TimeoutError: locator.click: Timeout <duration> exceeded.\nwaiting for locator('#pay')",
            "sample": found[0]["sample"],
            "count": 4,
            "testCount": 2,
            "runCount": 2,
            "branches": ["feature", "main"],
        }
    ]


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ({}, ["locator", "assertion"]),
        ({"sort": "tests"}, ["assertion", "locator"]),
        ({"sort": "lastSeen"}, ["assertion", "locator"]),
        ({"sort": "firstSeen"}, ["assertion", "locator"]),
        ({"branch": "feature"}, ["assertion"]),
        ({"kind": "locator"}, ["locator"]),
        ({"search": 'EXPECTED: "PAID'}, ["assertion"]),
        ({"search": "7654"}, ["locator"]),
        ({"search": "nothing"}, []),
        ({"project": "other"}, []),
        ({"project": "my-app", "days": "1"}, ["locator", "assertion"]),
        ({"limit": "1"}, ["locator"]),
        ({"limit": "1", "offset": "1"}, ["assertion"]),
        ({"testId": "unknown"}, []),
    ],
)
async def test_errors_are_filtered_and_sorted_as_asked(
    stranger: Stranger, query: dict[str, str], kinds: list[str]
) -> None:
    await ran(stranger, result("pays", *(attempt(number, CLICK.format(7654)) for number in range(3))))
    await ran(stranger, result("adds", attempt(0, WRONG)), result("drops", attempt(0, WRONG)), branch="feature")

    found = await listed(stranger, **query)

    assert [error["kind"] for error in found] == kinds


async def test_a_page_behind_the_last_still_knows_how_many_there_are(stranger: Stranger) -> None:
    await ran(stranger, result("pays", attempt(0, WRONG)))

    page = await stranger.ask("GET", "/errors", limit="5", offset="9")

    assert page == {"errors": [], "pagination": {"total": 1, "limit": 5, "offset": 9, "hasMore": False}}


async def test_errors_of_one_test_are_found_by_its_id(stranger: Stranger) -> None:
    await ran(stranger, result("pays", attempt(0, WRONG)), result("adds", attempt(0, CLICK.format(1))))
    (error,) = [each for each in await listed(stranger) if each["kind"] == "locator"]

    assert await listed(stranger, testId=error["tests"][0]["testId"]) == [error]


async def test_a_run_tells_each_cause_once_with_its_tests_beneath_while_it_goes_on(stranger: Stranger) -> None:
    run_id = await begin(
        stranger,
        result("pays", attempt(0, BARE, CLICK.format(1)), attempt(1, CLICK.format(2)), line=1),
        result("adds", attempt(0, CLICK.format(3)), attempt(1)),
        result("drops", attempt(0, WRONG, CLICK.format(4))),
        result("looks", attempt(0)),
    )

    click, wrong = await of_run(stranger, run_id)

    assert (click["digest"], click["kind"], click["causes"]) == (find(CLICK.format(1)).digest, "locator", ["timeout"])
    assert [(test["testName"], test["attempts"]) for test in click["failed"]] == [("pays", 2), ("drops", 1)]
    assert [(test["testName"], test["attempts"], test["flaky"]) for test in click["flaky"]] == [("adds", 1, True)]
    assert (click["testCount"], click["runErrors"], click["files"]) == (3, 0, [])
    assert [test["testName"] for test in wrong["failed"]] == ["drops"]
    assert {
        name: wrong["failed"][0][name] for name in ("testFile", "projectName", "line", "outcome", "quarantined")
    } == {
        "testFile": FILE,
        "projectName": "chromium",
        "line": 3,
        "outcome": "failed",
        "quarantined": False,
    }


async def test_what_kept_a_run_from_its_tests_comes_first(stranger: Stranger) -> None:
    run_id = await begin(stranger, result("pays", attempt(0, WRONG)))
    fault = {"runId": run_id, "error": {"message": "SyntaxError: Unexpected token"}, "testFile": "tests/broken.spec.ts"}
    await stranger.tell(run_id, {"type": "run:error", "payload": fault})

    fault_told, wrong = await of_run(stranger, run_id)

    assert (fault_told["message"], fault_told["runErrors"], fault_told["testCount"]) == (
        "SyntaxError: Unexpected token",
        1,
        0,
    )
    assert wrong["runErrors"] == 0


async def test_a_failed_test_that_says_nothing_is_not_left_out(stranger: Stranger) -> None:
    run_id = await begin(
        stranger, {"testFile": FILE, "testName": "mute", "projectName": "chromium", "status": "failed"}
    )

    (error,) = await of_run(stranger, run_id)

    assert (error["message"], [test["testName"] for test in error["failed"]]) == ("(no error message)", ["mute"])


async def test_a_run_without_failures_has_no_errors(stranger: Stranger) -> None:
    run_id = await ran(stranger, result("pays", attempt(0)))

    answer = await stranger.ask("GET", f"/runs/{run_id}/errors")

    assert answer == {"runId": run_id, "errors": [], "truncated": False}
    assert await listed(stranger) == []


class TestRefusals:
    async def test_without_a_key_nothing_is_told(self, http: httpx.AsyncClient) -> None:
        answers = [await http.get(f"{API}{path}") for path in ("/errors", f"/runs/{uuid4()}/errors")]

        assert [answer.status_code for answer in answers] == [401, 401]

    async def test_another_tenant_sees_neither_errors_nor_the_run(
        self, server: RunningServer, http: httpx.AsyncClient, stranger: Stranger
    ) -> None:
        run_id = await ran(stranger, result("pays", attempt(0, WRONG)))
        other = await new_tenant(server.db, f"other-{uuid4().hex}")
        key = await create_key(server.db, other.id, frozenset(Scope))
        headers = {"Authorization": f"Bearer {key.text}", "X-Tenant-ID": other.slug}

        errors = await http.get(f"{API}/errors", headers=headers)
        run = await http.get(f"{API}/runs/{run_id}/errors", headers=headers)

        assert errors.json()["errors"] == []
        assert (run.status_code, run.json()["code"]) == (404, "RUN_NOT_FOUND")

    async def test_a_key_for_one_project_sees_no_other(
        self, server: RunningServer, http: httpx.AsyncClient, stranger: Stranger
    ) -> None:
        run_id = await ran(stranger, result("pays", attempt(0, WRONG)))
        key = await create_key(server.db, server.tenant.id, frozenset({Scope.READ}), project="other")
        headers = {**server.headers, "Authorization": f"Bearer {key.text}"}

        errors = await http.get(f"{API}/errors", headers=headers)
        run = await http.get(f"{API}/runs/{run_id}/errors", headers=headers)

        assert errors.json()["errors"] == []
        assert run.status_code == 404

    async def test_a_key_that_may_not_read_is_refused(self, server: RunningServer, http: httpx.AsyncClient) -> None:
        key = await create_key(server.db, server.tenant.id, frozenset({Scope.INGEST}))
        headers = {**server.headers, "Authorization": f"Bearer {key.text}"}

        answers = [await http.get(f"{API}{path}", headers=headers) for path in ("/errors", f"/runs/{uuid4()}/errors")]

        assert [answer.status_code for answer in answers] == [403, 403]

    @pytest.mark.parametrize("run_id", ["nonsense", "b9224bce-0b6a-40c1-ab73-efc21d9957b9"])
    async def test_a_run_that_is_not_there_is_not_found(self, stranger: Stranger, run_id: str) -> None:
        answer = await stranger.http.get(f"{API}/runs/{run_id}/errors")

        assert (answer.status_code, answer.json()["code"]) == (404, "RUN_NOT_FOUND")

    @pytest.mark.parametrize(
        ("query", "fields"),
        [
            ({"days": "0"}, ["days"]),
            ({"days": "366"}, ["days"]),
            ({"sort": "best", "kind": "odd"}, ["kind", "sort"]),
            ({"search": "\x00"}, ["search"]),
            ({"limit": "0"}, ["limit"]),
        ],
    )
    async def test_what_can_not_be_read_is_refused_by_its_name(
        self, stranger: Stranger, query: dict[str, str], fields: list[str]
    ) -> None:
        answer = await stranger.http.get(f"{API}/errors", params=query)

        assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETERS")
        assert sorted(field["path"] for field in answer.json()["details"]["fields"]) == fields


async def test_one_error_is_asked_for_by_its_digest_with_all_its_tests(stranger: Stranger) -> None:
    await ran(stranger, *(result(f"test {number}", attempt(0, WRONG)) for number in range(8)))
    await ran(stranger, result("other", attempt(0, CLICK.format(9))))
    (wrong,) = [each for each in await listed(stranger) if each["kind"] == "assertion"]

    (found,) = await listed(stranger, digest=wrong["digest"])

    assert (found["digest"], found["count"], len(wrong["tests"]), len(found["tests"])) == (wrong["digest"], 8, 5, 8)
    assert await listed(stranger, digest="0123456789abcdef") == []
