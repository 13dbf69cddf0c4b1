"""The contract's "Cancel Orchestration"."""

from uuid import uuid4

import pytest

from shifty.tenants.keys import create_key
from shifty.tenants.model import Scope
from tests.contract.stranger import API, Stranger, leased_tests
from tests.support.server import RunningServer

CANCELLED = {"success": True, "message": "Orchestration cancelled"}


async def test_a_run_is_cancelled_and_stays_so_however_often(stranger: Stranger) -> None:
    run_id = await stranger.orchestrate(tests=2)

    answers = [await stranger.ask("DELETE", f"/orchestrate/{run_id}") for _ in range(3)]

    assert answers == [CANCELLED] * 3
    run = await stranger.run(run_id)
    assert (run["status"], run["conclusion"]) == ("cancelled", "cancelled")
    assert run["completedAt"].endswith("Z")


async def test_what_waits_leaves_the_queue(stranger: Stranger) -> None:
    run_id = await stranger.orchestrate(tests=3, workers=3)

    await stranger.ask("DELETE", f"/orchestrate/{run_id}")

    assert (await stranger.ask("GET", "/orchestrate/queue/stats"))["waiting"] == 0


async def test_tests_that_run_finish_and_count_and_the_status_never_changes_back(stranger: Stranger) -> None:
    run_id = await stranger.orchestrate(tests=2, workers=2)
    lease = await stranger.claim(run_id)
    await stranger.ask("DELETE", f"/orchestrate/{run_id}")

    await stranger.work(run_id, lease)

    run = await stranger.run(run_id)
    assert (run["status"], run["conclusion"]) == ("cancelled", "cancelled")
    assert (run["passedTests"], run["notRunTests"], run["totalTests"]) == (len(leased_tests(lease)), 1, 2)


async def test_a_test_that_never_ran_is_listed_with_the_reason(stranger: Stranger) -> None:
    run_id = await stranger.orchestrate(tests=2)

    await stranger.ask("DELETE", f"/orchestrate/{run_id}")

    failed = await stranger.ask("GET", f"/runs/{run_id}/failed-tests")
    assert failed["failedTests"] == []
    assert [bool(test["reason"]) for test in failed["notRun"]] == [True, True]


async def test_claims_are_told_that_the_run_is_cancelled(stranger: Stranger) -> None:
    run_id = await stranger.orchestrate()
    await stranger.ask("DELETE", f"/orchestrate/{run_id}")

    answer = await stranger.http.post(f"{API}/runs/{run_id}/claims", json={"workerId": str(uuid4()), "worker": "w"})

    assert (answer.status_code, answer.json()["code"]) == (409, "RUN_CANCELLED")


async def test_a_worker_learns_of_it_when_it_renews(stranger: Stranger) -> None:
    run_id = await stranger.orchestrate()
    lease = await stranger.claim(run_id)

    await stranger.ask("DELETE", f"/orchestrate/{run_id}")

    renewal = await stranger.ask("POST", f"/runs/{run_id}/leases/{lease['token']}/renew", {})
    assert renewal["cancelled"] is True


@pytest.mark.parametrize(
    "run_id",
    [str(uuid4()), "nonsense", "queue", "%00"],
    ids=["unknown", "malformed", "part of an address", "NUL"],
)
async def test_a_run_that_does_not_exist_is_404(stranger: Stranger, run_id: str) -> None:
    answer = await stranger.http.delete(f"{API}/orchestrate/{run_id}")

    assert answer.status_code == 404
    assert answer.json()["code"] in ("RUN_NOT_FOUND", "NOT_FOUND")


async def test_a_run_that_is_over_is_409_and_stays_as_it_is(stranger: Stranger) -> None:
    completed = await stranger.report({"testFile": "a.spec.ts", "testName": "fails", "status": "failed"})
    failed = await stranger.orchestrate()
    error = {"error": {"message": "SyntaxError"}, "testFile": "tests/0.spec.ts"}
    await stranger.tell(failed, {"type": "run:error", "payload": error})
    await stranger.work_off(failed)
    before = [(await stranger.run(run_id))["status"] for run_id in (completed, failed)]

    answers = [await stranger.http.delete(f"{API}/orchestrate/{run_id}") for run_id in (completed, failed)]

    assert before == ["completed", "failed"]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(409, "RUN_ALREADY_FINISHED")] * 2
    assert [(await stranger.run(run_id))["status"] for run_id in (completed, failed)] == before


async def test_a_key_that_may_only_read_or_report_may_not_cancel(stranger: Stranger, server: RunningServer) -> None:
    run_id = await stranger.orchestrate()
    key = await create_key(server.db, server.tenant.id, frozenset({Scope.READ, Scope.INGEST}))

    answer = await stranger.http.delete(f"{API}/orchestrate/{run_id}", headers={"Authorization": f"Bearer {key.text}"})

    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
    assert (await stranger.run(run_id))["status"] == "pending"
