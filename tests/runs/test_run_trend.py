"""How runs come along, and what they can be filtered by."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from shifty.tenants.model import Scope
from tests.runs.conftest import Api
from tests.runs.seed import Seed

MORNING = datetime(2024, 12, 9, 10, 0, tzinfo=UTC)


async def _ended(
    seed: Seed,
    minute: int,
    conclusion: str = "passed",
    branch: str | None = None,
    actor: str | None = None,
    commit_sha: str | None = None,
) -> UUID:
    return await seed.run(
        status="cancelled" if conclusion == "cancelled" else "completed",
        conclusion=conclusion,
        counts={"total": 10, "passed": 6, "failed": 2, "flaky": 1, "skipped": 2},
        created_at=MORNING + timedelta(minutes=minute),
        started_at=MORNING + timedelta(minutes=minute),
        completed_at=MORNING + timedelta(minutes=minute, seconds=90),
        branch=branch,
        actor=actor,
        commit_sha=commit_sha,
    )


async def _trend(api: Api, query: str = "") -> list[str]:
    answer = await api.get(f"/analytics/run-trends?{query}")
    assert answer.status_code == 200, answer.text
    return [point["runId"] for point in answer.json()["trend"]]


async def test_a_point_has_verdict_duration_and_pass_rate(api: Api, seed: Seed) -> None:
    run = await _ended(seed, 0, "failed", branch="main", commit_sha="abc123")

    (point,) = (await api.get("/analytics/run-trends")).json()["trend"]

    assert point == {
        "runId": str(run),
        "project": "web",
        "branch": "main",
        "commitSha": "abc123",
        "conclusion": "failed",
        "totalTests": 10,
        "failedTests": 2,
        "flakyTests": 1,
        "passRate": 75.0,
        "durationMs": 90_000,
        "createdAt": "2024-12-09T10:00:00Z",
        "completedAt": "2024-12-09T10:01:30Z",
    }


async def test_the_newest_that_came_to_a_verdict_are_there_oldest_first(api: Api, seed: Seed) -> None:
    runs = [str(await _ended(seed, minute)) for minute in range(3)]
    await _ended(seed, 4, "cancelled")
    await seed.run(status="running", created_at=MORNING + timedelta(minutes=5))

    assert await _trend(api) == runs
    assert await _trend(api, "limit=2") == runs[1:]


async def test_a_trend_of_what_the_filters_leave(api: Api, seed: Seed) -> None:
    main = str(await _ended(seed, 0, branch="main"))
    await _ended(seed, 1, branch="next")

    assert await _trend(api, "branch=main") == [main]
    assert await _trend(api, "branch=main&status=pending") == []


async def test_a_run_without_tests_has_no_pass_rate(api: Api, seed: Seed) -> None:
    await seed.run(status="failed", conclusion="failed", counts={"total": 2, "skipped": 2}, completed_at=MORNING)

    (point,) = (await api.get("/analytics/run-trends")).json()["trend"]

    assert point["passRate"] is point["durationMs"] is None


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "status=green", "from=x"])
async def test_a_senseless_parameter_is_named(api: Api, query: str) -> None:
    answer = await api.get(f"/analytics/run-trends?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETERS")


async def test_facets_are_the_names_of_the_newest_runs(api: Api, seed: Seed) -> None:
    for minute, (branch, actor) in enumerate([("old", "ada"), ("main", None), ("next", "bob"), ("main", "ada")]):
        await seed.run(
            project=f"p{minute % 2}", branch=branch, actor=actor, created_at=MORNING + timedelta(minutes=minute)
        )

    found = (await api.get("/runs/facets")).json()

    assert found == {"projects": ["p0", "p1"], "branches": ["main", "next", "old"], "actors": ["ada", "bob"]}


async def test_nobody_sees_the_runs_of_others(api: Api, seed: Seed, others_run: UUID) -> None:
    await _ended(seed, 0, branch="secret", actor="eve")
    other_project = await api.with_key(Scope.READ, project="api")
    no_scope = await api.with_key(Scope.INGEST)

    for path in ("/runs/facets", "/analytics/run-trends"):
        assert (await api.get(path, {})).status_code == 401
        assert (await api.get(path, no_scope)).status_code == 403
    assert (await api.get("/runs/facets", other_project)).json() == {"projects": [], "branches": [], "actors": []}
    assert (await api.get("/analytics/run-trends", other_project)).json() == {"trend": []}
    assert (await api.get("/analytics/run-trends?project=web", other_project)).status_code == 403
    assert (await api.get(f"/analytics/run-trends?tenant={others_run}")).status_code == 403
