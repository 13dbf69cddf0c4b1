"""Reruns, over real HTTP: ``metadata.rerun_of`` of the contract's "Start Orchestrated Test Run"."""

from uuid import uuid4

import pytest

from shifty.tenants.keys import create_key
from tests.contract.stranger import API, Json, Stranger, leased_tests
from tests.support.server import RunningServer, new_tenant


async def failed_run(stranger: Stranger, tests: int = 3) -> str:
    """A run of which the first test failed, at commit abc123."""
    run_id = await stranger.orchestrate(tests, 2, commitSha="abc123", branch="main", project="shop")
    while (lease := await stranger.claim(run_id))["kind"] == "lease":
        results = [
            {**test, "status": "failed" if test["testFile"] == "tests/0.spec.ts" else "passed"}
            for test in leased_tests(lease)
        ]
        await stranger.tell(run_id, {"type": "test:batch", "payload": {"results": results, "lease": lease["token"]}})
        await stranger.finish(run_id, lease)
    return run_id


async def rerun(stranger: Stranger, run_id: str, **fields: object) -> Json:
    return await stranger.ask("POST", "/orchestrate", {"metadata": {"rerun_of": run_id}, **fields})


async def test_a_rerun_runs_what_failed_and_what_passes_now_is_flaky(stranger: Stranger) -> None:
    run_id = await failed_run(stranger)

    started = await rerun(stranger, run_id, workerCount=3)
    await stranger.work_off(started["runId"])

    assert (started["totalTests"], started["totalFiles"], len(started["shards"])) == (1, 1, 3)
    assert (started["rerunOf"], started["isNewRun"]) == (run_id, True)
    answer = await stranger.ask("GET", f"/runs/{started['runId']}")
    run, [result] = answer["run"], answer["results"]
    assert (run["rerunOf"], run["conclusion"], run["flakyTests"]) == (run_id, "flaky", 1)
    assert (run["project"], run["branch"], run["commitSha"]) == ("shop", "main", "abc123")
    assert run["metadata"] == {"rerun_of": run_id}
    assert (result["testFile"], result["flaky"], result["retryCount"]) == ("tests/0.spec.ts", True, 0)
    assert run_id in result["reason"]
    original = (await stranger.ask("GET", f"/runs/{run_id}"))["run"]
    assert (original["conclusion"], original["failedTests"], original["rerunOf"]) == ("failed", 1, None)


async def test_a_rerun_of_nothing_has_ended_passed_and_says_so(stranger: Stranger) -> None:
    run_id = await stranger.orchestrate(2)
    await stranger.work_off(run_id)

    started = await rerun(stranger, run_id)

    assert (started["status"], started["totalTests"]) == ("completed", 0)
    assert [warning["code"] for warning in started["warnings"]] == ["NOTHING_TO_RERUN"]
    assert (await stranger.ask("GET", f"/runs/{started['runId']}"))["run"]["conclusion"] == "passed"


async def test_all_of_it_runs_again_where_that_is_asked_for_and_files_narrow_it(stranger: Stranger) -> None:
    run_id = await failed_run(stranger)

    everything = await rerun(stranger, run_id, rerunScope="all")
    narrowed = await rerun(stranger, run_id, rerunScope="all", testFiles=["tests/1.spec.ts", "tests/2.spec.ts"])

    assert (everything["totalTests"], narrowed["totalTests"]) == (3, 2)


async def test_the_same_build_is_the_same_rerun_and_never_the_original(stranger: Stranger) -> None:
    run_id = await stranger.orchestrate(ciBuildId="build 1")
    await stranger.work_off(run_id, "failed")

    first, second = [await rerun(stranger, run_id, ciBuildId="build 1, attempt 2") for _ in range(2)]
    body = {"metadata": {"rerun_of": run_id}, "ciBuildId": "build 1"}
    refused = await stranger.http.post(f"{API}/orchestrate", json=body)

    assert first["runId"] == second["runId"] != run_id
    assert (first["isNewRun"], second["isNewRun"]) == (True, False)
    assert (refused.status_code, refused.json()["code"]) == (409, "RERUN_NOT_POSSIBLE")


async def test_a_run_that_goes_on_is_refused(stranger: Stranger) -> None:
    run_id = await stranger.orchestrate()

    answer = await stranger.http.post(f"{API}/orchestrate", json={"metadata": {"rerun_of": run_id}})

    assert (answer.status_code, answer.json()["code"]) == (409, "RUN_NOT_FINISHED")
    assert answer.json()["details"] == {"runId": run_id, "status": "pending"}


@pytest.mark.parametrize("name", ["nonsense", "", "9ac06b36-30a2-4c5c-a2e5-6a04bb5a5bd0"])
async def test_an_unknown_run_is_404(stranger: Stranger, name: str) -> None:
    answer = await stranger.http.post(f"{API}/orchestrate", json={"metadata": {"rerun_of": name}})

    assert (answer.status_code, answer.json()["code"]) == (404, "RUN_NOT_FOUND")


async def test_a_foreign_run_does_not_exist(stranger: Stranger, server: RunningServer) -> None:
    run_id = await failed_run(stranger)
    other = await new_tenant(server.db, f"other-{uuid4().hex}")
    foreign = await create_key(server.db, other.id, name="foreign")
    limited = await create_key(server.db, server.tenant.id, name="limited", project="another")

    for key, tenant in ((foreign, other), (limited, server.tenant)):
        headers = {"Authorization": f"Bearer {key.text}", "X-Tenant-ID": tenant.slug}
        body = {"metadata": {"rerun_of": run_id}}
        answer = await stranger.http.post(f"{API}/orchestrate", json=body, headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (404, "RUN_NOT_FOUND")


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"metadata": {"rerun_of": 7}}, "metadata.rerun_of"),
        ({"metadata": {"rerun_of": ["x"]}}, "metadata.rerun_of"),
        ({"rerunScope": "some"}, "rerunScope"),
        ({"project": "another"}, "project"),
        ({"testFiles": ["../x"]}, "testFiles[0]"),
        ({"metadata": {"rerun_of": None}}, "testFiles"),
    ],
)
async def test_what_makes_no_sense_is_named(stranger: Stranger, fields: Json, path: str) -> None:
    run_id = await failed_run(stranger)

    body = {"metadata": {"rerun_of": run_id}, **fields}
    answer = await stranger.http.post(f"{API}/orchestrate", json=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETERS")
    assert answer.json()["details"]["fields"][0]["path"] == path
