"""The contract's "Results endpoints", over real HTTP."""

from uuid import UUID, uuid4

import httpx

from tests.contract.conftest import API
from tests.runs.seed import Seed
from tests.support.server import RunningServer


async def test_get_runs(http: httpx.AsyncClient, server: RunningServer, a_run: UUID) -> None:
    query = {"tenant": str(server.tenant.id), "branch": "main", "status": "all", "limit": "500", "offset": "0"}

    answer = await http.get(f"{API}/runs", params=query, headers=server.headers)

    assert answer.status_code == 200
    (run,) = answer.json()["runs"]
    assert run["id"] == str(a_run)
    assert {
        *("id", "status", "totalTests", "passedTests", "failedTests", "durationMs"),
        *("branch", "commitSha", "createdAt", "completedAt", "conclusion"),
    } <= set(run)
    assert answer.json()["pagination"] == {"total": 1, "limit": 200, "offset": 0, "hasMore": False}


async def test_get_run(http: httpx.AsyncClient, server: RunningServer, a_run: UUID) -> None:
    await Seed(server.db, server.tenant.id).test(a_run, "tests/login.spec.ts", "should login successfully")

    answer = await http.get(f"{API}/runs/{a_run}", headers=server.headers)

    assert answer.status_code == 200
    assert {
        *("id", "status", "totalTests", "passedTests", "failedTests", "flakyTests", "durationMs", "workerCount"),
        *("shardStrategy", "branch", "commitSha", "metadata"),
    } <= set(answer.json()["run"])
    (result,) = answer.json()["results"]
    assert {
        *("id", "testFile", "testName", "status", "durationMs", "retryCount", "healingAttempted", "traceUrl"),
        *("titlePath", "testId", "projectName", "line", "attempts"),
    } <= set(result)


async def test_get_failed_tests(http: httpx.AsyncClient, server: RunningServer, a_run: UUID) -> None:
    seed = Seed(server.db, server.tenant.id)
    await seed.test(
        a_run, "tests/checkout.spec.ts", "should complete purchase", outcome="failed", error_message="Timeout"
    )

    answer = await http.get(f"{API}/runs/{a_run}/failed-tests", headers=server.headers)

    assert answer.status_code == 200
    (failed,) = answer.json()["failedTests"]
    assert (failed["testFile"], failed["testName"]) == ("tests/checkout.spec.ts", "should complete purchase")
    assert failed["errorMessage"] == "Timeout"
    assert answer.json()["notRun"] == []


async def test_an_unknown_run_is_404(http: httpx.AsyncClient, server: RunningServer) -> None:
    for path in (f"{API}/runs/{uuid4()}", f"{API}/runs/{uuid4()}/failed-tests"):
        answer = await http.get(path, headers=server.headers)

        assert (answer.status_code, answer.json()["code"]) == (404, "RUN_NOT_FOUND")
