"""The list of runs."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import UUID

import pytest

from shifty.tenants.model import Scope
from tests.runs.conftest import Api
from tests.runs.seed import Seed

MORNING = datetime(2024, 12, 9, 10, 0, tzinfo=UTC)


async def _ids(api: Api, query: str = "") -> list[str]:
    answer = await api.get(f"/runs?{query}")
    assert answer.status_code == 200, answer.text
    return [run["id"] for run in answer.json()["runs"]]


async def test_a_run_has_the_fields_of_the_contract(api: Api, seed: Seed) -> None:
    run_id = await seed.run(
        conclusion="failed",
        counts={"total": 150, "passed": 148, "failed": 2},
        branch="main",
        commit_sha="abc123",
        created_at=MORNING,
        started_at=MORNING,
        completed_at=MORNING + timedelta(minutes=2, seconds=5),
    )

    (run,) = (await api.get("/runs")).json()["runs"]

    assert run == {
        "id": str(run_id),
        "status": "completed",
        "conclusion": "failed",
        "failureReason": None,
        "origin": "orchestrated",
        "project": "web",
        "branch": "main",
        "commitSha": "abc123",
        "commitMessage": None,
        "ciBuildId": None,
        "ciUrl": None,
        "actor": None,
        "rerunOf": None,
        "totalTests": 150,
        "passedTests": 148,
        "failedTests": 2,
        "flakyTests": 0,
        "healedTests": 0,
        "quarantinedTests": 0,
        "healingVerdict": "warn",
        "skippedTests": 0,
        "notRunTests": 0,
        "durationMs": 125000,
        "testDurationMs": 0,
        "workerCount": 2,
        "createdAt": "2024-12-09T10:00:00Z",
        "startedAt": "2024-12-09T10:00:00Z",
        "completedAt": "2024-12-09T10:02:05Z",
    }


async def test_the_newest_comes_first_and_pages_follow_on_each_other(api: Api, seed: Seed) -> None:
    runs = [await seed.run(created_at=MORNING + timedelta(minutes=n // 2)) for n in range(5)]
    newest_first = [str(run) for run in sorted(runs, key=lambda run: (runs.index(run) // 2, run), reverse=True)]

    pages = [await _ids(api, f"limit=2&offset={offset}") for offset in (0, 2, 4, 6)]

    assert [run for page in pages for run in page] == newest_first
    assert (await api.get("/runs?limit=2&offset=2")).json()["pagination"] == {
        "total": 5,
        "limit": 2,
        "offset": 2,
        "hasMore": True,
    }
    assert (await api.get("/runs?limit=2&offset=6")).json()["pagination"]["total"] == 5


async def test_without_a_limit_a_page_has_fifty_and_never_more_than_two_hundred(api: Api) -> None:
    assert (await api.get("/runs")).json()["pagination"]["limit"] == 50
    assert (await api.get("/runs?limit=1000000000000000000000")).json()["pagination"]["limit"] == 200


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=ten",
        "limit=",
        "limit=1.5",
        "offset=-1",
        "offset=x",
        "offset=99999999999999999999",
        "status=broken",
        "status=",
        "status=PASSED",
        "from=yesterday",
        "to=2024-13-01",
        "to=2024-12-41",
        "to=0.5",
        "from=1733738400",
        "from=NaN",
        "branch=%00",
        "project=a%00b",
        "actor=%00",
    ],
)
async def test_a_parameter_that_makes_no_sense_is_named(api: Api, query: str) -> None:
    answer = await api.get(f"/runs?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETERS")
    assert [field["path"] for field in answer.json()["details"]["fields"]] == [query.partition("=")[0]]


async def test_all_senseless_parameters_are_named_at_once(api: Api) -> None:
    answer = await api.get("/runs?limit=x&offset=-1&status=nope")

    assert {field["path"] for field in answer.json()["details"]["fields"]} == {"limit", "offset", "status"}


async def test_status_filters_by_lifecycle_and_by_outcome(api: Api, seed: Seed) -> None:
    pending = await seed.run(status="pending", counts={"total": 3})
    running = await seed.run(status="running", counts={"total": 3, "failed": 1})
    passed = await seed.run(status="completed", conclusion="passed", counts={"total": 3, "passed": 3})
    red = await seed.run(status="completed", conclusion="failed", counts={"total": 3, "passed": 2, "failed": 1})
    broken = await seed.run(status="failed", conclusion="failed", failure_reason="NO_WORKERS", counts={"total": 3})
    cancelled = await seed.run(status="cancelled", conclusion="cancelled", counts={"total": 3})
    flaky = await seed.run(status="completed", conclusion="flaky", counts={"total": 3, "passed": 3, "flaky": 1})
    everything = [flaky, cancelled, broken, red, passed, running, pending]

    async def found(status: str) -> list[UUID]:
        return [UUID(run) for run in await _ids(api, f"status={status}")]

    assert await found("all") == everything
    assert await found("pending") == [pending]
    assert await found("running") == [running]
    assert await found("completed") == [flaky, red, passed]
    assert await found("passed") == [flaky, passed]
    assert await found("failed") == [broken, red, running]
    assert await found("cancelled") == [cancelled]
    assert await found("flaky") == [flaky]


@pytest.mark.parametrize("name", ["project", "branch", "ciBuildId", "commitSha", "actor"])
async def test_texts_filter_exactly(api: Api, seed: Seed, name: str) -> None:
    value = "feature/ümlaut & 'quotes' %_"
    run = await seed.run(project=value, branch=value, ci_build_id=value, commit_sha=value, actor=value)
    await seed.run(project="plain")

    assert await _ids(api, f"{name}={quote(value)}") == [str(run)]
    assert await _ids(api, f"{name}=feature") == []
    assert len(await _ids(api, f"{name}=")) == 2


@pytest.mark.parametrize(
    "search", ["Fix/Ümlaut", "9F8E7", "round PRICES", "github-12", "ADA", "%", "_", "'", "\\"], ids=ascii
)
async def test_a_search_finds_parts_of_names_in_any_case(api: Api, seed: Seed, search: str) -> None:
    run = await seed.run(
        branch="feature/fix/ümlaut",
        commit_sha="aa9f8e7",
        ci_build_id="github-1234",
        actor="Ada",
        metadata={"commit_message": "Cart: round prices, 5 % off_ '\\'"},
    )
    await seed.run(branch="main", metadata={"other": "Fix/Ümlaut round prices"})

    assert await _ids(api, f"search={quote(search)}") == [str(run)]


async def test_a_search_finds_a_run_by_the_beginning_of_its_id(api: Api, seed: Seed) -> None:
    run = await seed.run()
    await seed.run()

    assert await _ids(api, f"search={str(run)[:12].upper()}") == [str(run)]
    assert await _ids(api, f"search={str(run)[9:]}") == []


async def test_lists_hold_of_the_metadata_what_they_show(api: Api, seed: Seed) -> None:
    await seed.run(metadata={"commit_message": "x" * 10_000, "ci_url": "https://ci.test/1", "more": "y" * 10_000})
    await seed.run(metadata={"commit_message": None, "ci_url": ""})

    blank, told = (await api.get("/runs")).json()["runs"]

    assert (told["commitMessage"], told["ciUrl"]) == ("x" * 500, "https://ci.test/1")
    assert blank["commitMessage"] is blank["ciUrl"] is None


async def test_a_page_that_is_not_full_knows_how_many_runs_there_are(api: Api, seed: Seed) -> None:
    for _ in range(3):
        await seed.run(branch="main")

    totals = [
        (await api.get(f"/runs?branch=main&limit={limit}&offset={offset}")).json()["pagination"]["total"]
        for limit, offset in ((3, 0), (4, 0), (2, 2), (5, 1), (5, 3), (5, 99))
    ]

    assert totals == [3] * 6
    assert (await api.get("/runs?branch=none")).json()["pagination"]["total"] == 0


async def test_reruns_name_the_run_that_they_repeat_and_can_be_listed_by_it(api: Api, seed: Seed) -> None:
    first, second = await seed.run(), await seed.run()
    await seed.execute("update runs set rerun_of = %(of)s where id = %(id)s", of=first, id=second)

    runs = (await api.get("/runs")).json()["runs"]

    assert [run["rerunOf"] for run in runs] == [str(first), None]
    assert await _ids(api, f"rerunOf={first}") == [str(second)]
    assert await _ids(api, "rerunOf=nonsense") == []


async def test_filters_hold_together(api: Api, seed: Seed) -> None:
    wanted = await seed.run(branch="main", actor="ada")
    await seed.run(branch="main", actor="bob")
    await seed.run(branch="next", actor="ada")

    assert await _ids(api, "branch=main&actor=ada") == [str(wanted)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("from=2024-12-09", ["noon", "morning"]),
        ("from=2024-12-09T11:00:00Z", ["noon"]),
        ("from=2024-12-09T11:00:00", ["noon"]),
        ("from=2024-12-09T11:00:00%2B02:00", ["noon", "morning"]),
        ("to=2024-12-09", ["noon", "morning", "before"]),
        ("to=2024-12-08", ["before"]),
        ("to=2024-12-09T10:00:00Z", ["before"]),
        ("from=2024-12-09&to=2024-12-09T11:00:00Z", ["morning"]),
        ("from=2024-12-10&to=2024-12-01", []),
    ],
)
async def test_from_and_to_bound_the_time_of_creation(api: Api, seed: Seed, query: str, found: list[str]) -> None:
    named = {
        "before": await seed.run(created_at=MORNING - timedelta(days=1)),
        "morning": await seed.run(created_at=MORNING),
        "noon": await seed.run(created_at=MORNING + timedelta(hours=2)),
    }

    assert await _ids(api, query) == [str(named[name]) for name in found]


async def test_the_tenant_parameter_has_to_be_the_callers_own(api: Api, seed: Seed, others_run: UUID) -> None:
    run = await seed.run()

    assert await _ids(api, f"tenant={api.tenant.id}") == await _ids(api, f"tenant={api.tenant.slug}") == [str(run)]
    for tenant in ("", "nobody", str(others_run)):
        answer = await api.get(f"/runs?tenant={tenant}")
        assert (answer.status_code, answer.json()["code"]) == (403, "INVALID_TENANT")


async def test_runs_of_other_tenants_are_not_listed(api: Api, others_run: UUID) -> None:
    answer = (await api.get("/runs")).json()

    assert answer["runs"] == []
    assert answer["pagination"]["total"] == 0


async def test_a_key_of_one_project_lists_that_project(api: Api, seed: Seed) -> None:
    run = await seed.run(project="web")
    await seed.run(project="api")
    headers = await api.with_key(Scope.READ, project="web")

    listed = (await api.get("/runs", headers)).json()
    refused = await api.get("/runs?project=api", headers)

    assert [found["id"] for found in listed["runs"]] == [str(run)]
    assert listed["pagination"]["total"] == 1
    assert (refused.status_code, refused.json()["code"]) == (403, "FORBIDDEN")


async def test_a_run_that_has_not_begun_has_no_duration_and_a_running_one_has_it_so_far(api: Api, seed: Seed) -> None:
    await seed.run(status="pending", created_at=MORNING)
    await seed.run(status="running", started_at=datetime.now(UTC) - timedelta(seconds=5))

    running, pending = (await api.get("/runs")).json()["runs"]

    assert pending["durationMs"] is pending["startedAt"] is pending["completedAt"] is None
    assert 5000 <= running["durationMs"] < 60_000
