"""One run in full."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb

from tests.runs.conftest import Api
from tests.runs.seed import Seed

START = datetime(2024, 12, 9, 10, 0, tzinfo=UTC)


async def test_a_run_has_the_fields_of_the_contract_and_ours(api: Api, seed: Seed) -> None:
    run_id = await seed.run(
        conclusion="failed",
        counts={"total": 150, "passed": 148, "failed": 2, "flaky": 3},
        branch="main",
        commit_sha="abc123",
        metadata={"pr_number": 42, "Nested Key": {"a": [1, None]}},
        started_at=START,
        completed_at=START + timedelta(seconds=125),
    )

    run = (await api.get(f"/runs/{run_id}")).json()["run"]

    assert run["id"] == str(run_id)
    assert (run["status"], run["conclusion"], run["failureReason"]) == ("completed", "failed", None)
    assert (run["totalTests"], run["passedTests"], run["failedTests"], run["flakyTests"]) == (150, 148, 2, 3)
    assert (run["skippedTests"], run["notRunTests"]) == (0, 0)
    assert (run["durationMs"], run["workerCount"], run["shardStrategy"]) == (125000, 2, "duration-aware")
    assert (run["project"], run["branch"], run["commitSha"]) == ("web", "main", "abc123")
    assert run["metadata"] == {"pr_number": 42, "Nested Key": {"a": [1, None]}}
    assert (run["startedAt"], run["completedAt"]) == ("2024-12-09T10:00:00Z", "2024-12-09T10:02:05Z")
    assert run["createdAt"].endswith("Z")
    assert run["shards"] == run["workers"] == run["errors"] == []


async def test_a_result_has_the_fields_of_the_contract_and_ours(api: Api, seed: Seed) -> None:
    run_id = await seed.run()
    attempts: list[dict[str, object]] = [
        {
            "attempt": 0,
            "status": "timedOut",
            "durationMs": 30000,
            "errors": [{"message": "\x1b[31mlate\x1b[39m", "location": {"file": "a.ts", "line": 3}}],
            "steps": [{"title": "click", "category": "pw:api", "durationMs": 5}],
            "stdout": "hello",
            "lease": str(uuid4()),
        },
        {"attempt": 1, "status": "passed", "durationMs": 1250, "startedAt": "2024-12-09T10:00:00Z"},
    ]
    test_id = await seed.test(
        run_id, "tests/login.spec.ts", "form", "should login", flaky=True, retry_count=1, attempts=attempts
    )

    (result,) = (await api.get(f"/runs/{run_id}")).json()["results"]

    assert result["id"]
    assert result["testId"] == test_id
    assert (result["testFile"], result["testName"]) == ("tests/login.spec.ts", "should login")
    assert result["titlePath"] == ["form", "should login"]
    assert (result["projectName"], result["line"], result["tags"]) == ("chromium", 3, ["@smoke"])
    assert (result["status"], result["rawStatus"], result["flaky"]) == ("passed", "passed", True)
    assert (result["durationMs"], result["retryCount"]) == (1250, 1)
    assert (result["healingAttempted"], result["traceUrl"]) == (False, None)
    assert (result["reason"], result["errorMessage"]) == (None, None)
    first, last = result["attempts"]
    assert (first["status"], first["durationMs"], first["stdout"]) == ("timedOut", 30000, "hello")
    assert first["errors"][0]["location"] == {"file": "a.ts", "line": 3, "column": 0}
    assert first["steps"][0]["title"] == "click"
    assert (last["errors"], last["steps"], last["startedAt"]) == ([], [], "2024-12-09T10:00:00Z")
    assert first["startedAt"] is None


async def test_an_error_message_is_free_of_escape_codes(api: Api, seed: Seed) -> None:
    run_id = await seed.run()
    await seed.test(
        run_id, "a.spec.ts", "t", outcome="failed", raw_status="timedOut", error_message="\x1b[31mred\x1b[0m"
    )

    (result,) = (await api.get(f"/runs/{run_id}")).json()["results"]

    assert (result["status"], result["rawStatus"], result["errorMessage"]) == ("failed", "timedOut", "red")


async def test_only_tests_that_have_reported_are_results(api: Api, seed: Seed) -> None:
    run_id = await seed.run(status="running")
    await seed.test(run_id, "a.spec.ts", "waits", outcome=None)
    await seed.test(run_id, "a.spec.ts", "did not run", outcome="notRun", reason="its group failed before")

    answer = (await api.get(f"/runs/{run_id}")).json()

    assert [(result["status"], result["reason"]) for result in answer["results"]] == [
        ("notRun", "its group failed before")
    ]
    assert answer["resultsPagination"]["total"] == 1


async def test_results_come_in_the_order_of_the_suite_and_in_pages(api: Api, seed: Seed) -> None:
    run_id = await seed.run()
    for file, line, title in [("b.ts", 1, "3"), ("a.ts", 20, "2"), ("a.ts", 3, "1"), ("b.ts", None, "4")]:
        await seed.test(run_id, file, title, line=line)

    whole = (await api.get(f"/runs/{run_id}")).json()
    second = (await api.get(f"/runs/{run_id}?resultsLimit=3&resultsOffset=3")).json()

    assert [result["testName"] for result in whole["results"]] == ["1", "2", "3", "4"]
    assert whole["resultsPagination"]["hasMore"] is False
    assert [result["testName"] for result in second["results"]] == ["4"]
    assert second["resultsPagination"] == {"total": 4, "limit": 3, "offset": 3, "hasMore": False}


@pytest.mark.parametrize("query", ["resultsLimit=0", "resultsLimit=x", "resultsOffset=-1"])
async def test_a_page_that_makes_no_sense_is_refused(api: Api, seed: Seed, query: str) -> None:
    answer = await api.get(f"/runs/{await seed.run()}?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETERS")


async def test_shards_workers_and_errors_are_shown(api: Api, seed: Seed) -> None:
    run_id = await seed.run()
    worker_id = uuid4()
    await seed.test(run_id, "a.spec.ts", "t")
    await seed.execute(
        "insert into workers (id, run_id, tenant_id, name, shard_index, predicted_ms, busy_ms, tests_run, batches)"
        " values (%(worker)s, %(run)s, %(tenant_id)s, 'w1', 0, 4000, 5000, 1, 1)",
        worker=worker_id,
        run=run_id,
    )
    await seed.execute(
        "insert into shards (run_id, tenant_id, index, state, test_count, estimated_ms, worker_id)"
        " values (%(run)s, %(tenant_id)s, 0, 'completed', 1, 4000, %(worker)s),"
        " (%(run)s, %(tenant_id)s, 1, 'empty', 0, 0, null)",
        run=run_id,
        worker=worker_id,
    )
    await seed.execute(
        "insert into run_errors (run_id, tenant_id, digest, file, error)"
        " values (%(run)s, %(tenant_id)s, 'd', 'b.ts', %(error)s)",
        run=run_id,
        error=Jsonb({"message": "\x1b[31mSyntaxError\x1b[0m", "stack": "at b.ts:1"}),
    )

    run = (await api.get(f"/runs/{run_id}")).json()["run"]

    first, second = run["shards"]
    assert (first["index"], first["status"], first["testCount"], first["estimatedDuration"]) == (
        0,
        "completed",
        1,
        4000,
    )
    assert (first["done"], first["workerId"], first["workerName"]) == (1, str(worker_id), "w1")
    assert (second["status"], second["done"], second["workerName"]) == ("empty", 0, None)
    (worker,) = run["workers"]
    assert (worker["id"], worker["name"], worker["predictedMs"], worker["busyMs"]) == (str(worker_id), "w1", 4000, 5000)
    (error,) = run["errors"]
    assert (error["testFile"], error["message"], error["error"]["stack"]) == ("b.ts", "SyntaxError", "at b.ts:1")
