"""POST /orchestrate, DELETE /orchestrate/{runId} and GET /orchestrate/queue/stats, over real HTTP."""

from collections.abc import Callable
from uuid import uuid4

import httpx
import pytest

from shifty.tenants.keys import create_key
from tests.support.server import RunningServer

SOME_RUN = "550e8400-e29b-41d4-a716-446655440000"
FILES = ["tests/login.spec.ts", "tests/checkout.spec.ts"]


@pytest.fixture
def call(server: RunningServer) -> Callable[..., httpx.AsyncClient]:
    def client(**headers: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers={**server.headers, **headers}, timeout=60)

    return client


Calling = Callable[..., httpx.AsyncClient]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/orchestrate", {"testFiles": FILES}),
        ("DELETE", f"/orchestrate/{SOME_RUN}", None),
        ("GET", f"/orchestrate/{SOME_RUN}/progress", None),
        ("GET", "/orchestrate/queue/stats", None),
        ("POST", f"/runs/{SOME_RUN}/claims", {"workerId": SOME_RUN, "worker": "w"}),
        ("POST", f"/runs/{SOME_RUN}/events", []),
    ],
)
async def test_without_a_key_nothing_is_answered(server: RunningServer, method: str, path: str, body: object) -> None:
    async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", timeout=60) as client:
        answer = await client.request(method, path, json=body)

    assert answer.status_code == 401
    assert answer.json()["code"] == "UNAUTHORIZED"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["X-Request-ID"]


async def test_the_contracts_example_works_as_printed(call: Calling) -> None:
    body = {
        "testFiles": FILES,
        "workerCount": 5,
        "project": "my-app",
        "branch": "main",
        "commitSha": "abc123",
        "metadata": {"pr_number": 42, "actor": "username"},
    }
    async with call() as client:
        answer = await client.post("/orchestrate", json=body)
        run = (await client.get(f"/runs/{answer.json()['runId']}")).json()["run"]

    started = answer.json()
    assert answer.status_code == 200
    assert (started["status"], started["workerCount"], started["totalTests"]) == ("pending", 5, 2)
    assert [shard["index"] for shard in started["shards"]] == [0, 1, 2, 3, 4]
    assert sum(shard["testCount"] for shard in started["shards"]) == 2
    assert all(isinstance(shard["estimatedDuration"], int) for shard in started["shards"])
    assert [warning["code"] for warning in started["warnings"]] == ["WORKERS_EXCEED_TESTS"]
    assert (run["branch"], run["commitSha"], run["metadata"]) == ("main", "abc123", body["metadata"])


@pytest.mark.parametrize("count", [0, 21, -1, 2.5, "5", True, 10**30, [5], {}])
async def test_a_worker_count_outside_its_bounds_is_refused_with_them(call: Calling, count: object) -> None:
    async with call() as client:
        answer = await client.post("/orchestrate", json={"testFiles": FILES, "workerCount": count})

    assert answer.status_code == 400
    assert answer.json()["code"] == "INVALID_PARAMETERS"
    assert answer.json()["details"] == {"field": "workerCount", "min": 1, "max": 20, "value": count}


@pytest.mark.parametrize(
    "path", ["", "  ", "/etc/passwd", "../a.spec.ts", "a/../../b.ts", "a\0b", "x" * 1025, "C:\\a.ts", 7, None]
)
async def test_a_path_that_is_no_spec_file_is_named_by_its_index(call: Calling, path: object) -> None:
    async with call() as client:
        answer = await client.post("/orchestrate", json={"testFiles": ["a.spec.ts", path]})

    assert answer.status_code == 400
    assert answer.json()["details"]["fields"][0]["path"] == "testFiles[1]"


@pytest.mark.parametrize(
    "body",
    [
        {"testFiles": []},
        {"testFiles": ["a.ts"] * 10_001},
        {"testFiles": "a.ts"},
        {},
        [],
        None,
        {"testFiles": FILES, "metadata": {"long": "x" * 70_000}},
        {"testFiles": FILES, "metadata": 3},
        {"testFiles": FILES, "project": "x" * 201},
        {"testFiles": FILES, "tests": [{"testFile": "../other.ts", "testName": "x"}]},
        {"testFiles": FILES, "tests": [{"testFile": FILES[0]}]},
    ],
)
async def test_bad_bodies_are_refused_in_one_shape_and_store_nothing(call: Calling, body: object) -> None:
    async with call() as client:
        answer = await client.post("/orchestrate", json=body)
        runs = (await client.get("/runs")).json()

    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "code", "details"}
    assert answer.json()["code"] == "INVALID_PARAMETERS"
    assert runs["runs"] == []


async def test_files_that_only_tests_names_run_as_well_and_are_reported(call: Calling) -> None:
    tests = [{"testFile": "other.ts", "testName": "x"}]
    async with call() as client:
        answer = (await client.post("/orchestrate", json={"testFiles": ["a.ts"], "tests": tests})).json()

    assert (answer["totalFiles"], answer["totalTests"]) == (2, 2)
    assert (answer["warnings"][0]["code"], answer["warnings"][0]["files"]) == ("FILES_ADDED", ["other.ts"])


async def test_duplicates_run_once_and_are_reported(call: Calling) -> None:
    async with call() as client:
        answer = (await client.post("/orchestrate", json={"testFiles": ["./a.ts", "a.ts"], "workerCount": 1})).json()

    assert answer["totalFiles"] == 1
    assert answer["warnings"][0]["code"] == "DUPLICATE_FILES"
    assert answer["warnings"][0]["files"] == ["a.ts"]


async def test_the_same_build_or_idempotency_key_is_the_same_run(call: Calling) -> None:
    async with call() as client:
        first = (await client.post("/orchestrate", json={"testFiles": FILES, "ciBuildId": "7"})).json()
        again = (await client.post("/orchestrate", json={"testFiles": FILES, "ciBuildId": "7"})).json()
        other = (await client.post("/orchestrate", json={"testFiles": FILES, "ciBuildId": "8"})).json()
    async with call(**{"Idempotency-Key": "k"}) as client:
        keyed = [(await client.post("/orchestrate", json={"testFiles": FILES})).json() for _ in range(2)]

    assert (first["isNewRun"], again["isNewRun"], other["isNewRun"]) == (True, False, True)
    assert first["runId"] == again["runId"] != other["runId"]
    assert first["shards"] == again["shards"]
    assert keyed[0]["runId"] == keyed[1]["runId"]


async def test_a_full_queue_answers_503_with_what_it_holds(call: Calling, server: RunningServer) -> None:
    async with server.db.connection() as connection:
        await connection.execute("update tenants set max_waiting = 1 where id = %s", (server.tenant.id,))
    async with call() as client:
        answer = await client.post("/orchestrate", json={"testFiles": FILES, "workerCount": 2})

    assert answer.status_code == 503
    assert answer.json()["code"] == "QUEUE_FULL"
    assert answer.json()["details"] == {"waiting": 0, "capacity": 1, "requested": 2}
    assert int(answer.headers["Retry-After"]) > 0


async def test_cancel_answers_as_the_contract_prints(call: Calling) -> None:
    async with call() as client:
        run_id = (await client.post("/orchestrate", json={"testFiles": FILES})).json()["runId"]
        answers = [await client.delete(f"/orchestrate/{run_id}") for _ in range(2)]
        claim = await client.post(f"/runs/{run_id}/claims", json={"workerId": str(uuid4()), "worker": "w"})
        unknown = [await client.delete(f"/orchestrate/{name}") for name in (uuid4(), "nonsense")]

    for answer in answers:
        assert (answer.status_code, answer.json()) == (
            200,
            {"success": True, "message": "Orchestration cancelled"},
        )
    assert (claim.status_code, claim.json()["code"]) == (409, "RUN_CANCELLED")
    assert [(answer.status_code, answer.json()["code"]) for answer in unknown] == [(404, "RUN_NOT_FOUND")] * 2


async def test_queue_statistics_count_shards_of_the_caller(call: Calling) -> None:
    async with call() as client:
        await client.post("/orchestrate", json={"testFiles": FILES, "workerCount": 2})
        stats = (await client.get("/orchestrate/queue/stats")).json()

    assert stats | {"oldestWaitingMs": 0} == {
        "waiting": 2,
        "active": 0,
        "completed": 0,
        "failed": 0,
        "capacity": 1000,
        "workers": 0,
        "oldestWaitingMs": 0,
    }


async def test_a_worker_claims_reports_and_finishes_over_http(call: Calling) -> None:
    worker = {"workerId": str(uuid4()), "worker": "w"}
    async with call() as client:
        tests = [{"testFile": file, "testName": "works", "titlePath": ["works"]} for file in FILES]
        body = {"testFiles": FILES, "workerCount": 1, "tests": tests}
        run_id = (await client.post("/orchestrate", json=body)).json()["runId"]
        while (lease := (await client.post(f"/runs/{run_id}/claims", json=worker)).json())["kind"] == "lease":
            results = [
                {"testFile": item["file"], "testName": test["titlePath"][-1], "status": "passed", "durationMs": 5}
                for item in lease["items"]
                for test in item["tests"]
            ]
            batch = {"type": "test:batch", "payload": {"results": results, "lease": lease["token"]}}
            assert (await client.post(f"/runs/{run_id}/events", json=[batch])).json()["acked"] == 1
            renewal = await client.post(f"/runs/{run_id}/leases/{lease['token']}/renew", json={})
            assert renewal.json()["cancelled"] is False
            path = f"/runs/{run_id}/leases/{lease['token']}/finish"
            assert (await client.post(path, json={"outcome": "finished"})).status_code == 200
            assert (await client.post(path, json={"outcome": "finished"})).json()["code"] == "LEASE_LOST"
        run = (await client.get(f"/runs/{run_id}")).json()["run"]

    assert lease["kind"] == "drained"
    assert (run["status"], run["conclusion"], run["passedTests"]) == ("completed", "passed", 2)


async def test_a_key_for_one_project_knows_no_run_of_another(call: Calling, server: RunningServer) -> None:
    limited = await create_key(server.db, server.tenant.id, name="limited", project="mine")
    async with call() as client:
        run_id = (await client.post("/orchestrate", json={"testFiles": FILES, "project": "other"})).json()["runId"]
    token = uuid4()
    calls: list[tuple[str, str, object]] = [
        ("GET", f"/runs/{run_id}", None),
        ("GET", f"/orchestrate/{run_id}/progress", None),
        ("DELETE", f"/orchestrate/{run_id}", None),
        ("POST", f"/runs/{run_id}/claims", {"workerId": str(uuid4()), "worker": "w"}),
        ("POST", f"/runs/{run_id}/leases/{token}/renew", {}),
        ("POST", f"/runs/{run_id}/leases/{token}/finish", {"outcome": "finished"}),
        ("POST", f"/runs/{run_id}/events", [{"type": "run:start", "payload": {}}]),
    ]

    async with call(Authorization=f"Bearer {limited.text}") as client:
        answers = [await client.request(method, path, json=body) for method, path, body in calls]
        own = await client.post(f"/runs/{uuid4()}/events", json=[{"type": "run:start", "payload": {}}])
        foreign = await client.post("/orchestrate", json={"testFiles": FILES, "project": "other"})

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "RUN_NOT_FOUND")] * 7
    assert own.json()["acked"] == 1
    assert foreign.status_code == 403
