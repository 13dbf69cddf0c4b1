"""The contract's "Get Test Runs", over real HTTP, as printed there and read by RESOLUTIONS."""

import re

import httpx
import pytest

from tests.contract.conftest import API
from tests.contract.stranger import Json, Stranger
from tests.support.server import RunningServer

TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")


async def _listed(stranger: Stranger, **query: str) -> list[str]:
    return [run["id"] for run in (await stranger.ask("GET", "/runs", **query))["runs"]]


async def test_every_field_of_the_example_is_there(stranger: Stranger) -> None:
    run_id = await stranger.orchestrate(2, branch="main", commitSha="abc123")
    await stranger.work_off(run_id)

    [run] = (await stranger.ask("GET", "/runs"))["runs"]

    assert run["id"] == run_id
    assert (run["status"], run["totalTests"], run["passedTests"], run["failedTests"]) == ("completed", 2, 2, 0)
    assert isinstance(run["durationMs"], int)
    assert (run["branch"], run["commitSha"]) == ("main", "abc123")
    assert TIME.match(run["createdAt"])
    assert TIME.match(run["completedAt"])
    assert (run["conclusion"], run["rerunOf"]) == ("passed", None)


async def test_the_request_line_of_the_contract_works(stranger: Stranger, server: RunningServer) -> None:
    failed = await stranger.orchestrate(branch="main")
    await stranger.work_off(failed, "failed")
    passed = await stranger.orchestrate(branch="main")
    await stranger.work_off(passed)
    waiting = await stranger.orchestrate(branch="next")
    tenant = str(server.tenant.id)

    for status, found in (("all", [passed, failed]), ("passed", [passed]), ("failed", [failed])):
        assert await _listed(stranger, tenant=tenant, branch="main", status=status) == found
    assert await _listed(stranger, status="pending") == [waiting]
    assert await _listed(stranger, status="completed") == [passed, failed]
    assert await _listed(stranger, status="running") == []


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("project", {"project": "acme/shop"}),
        ("branch", {"branch": "feature/x y"}),
        ("commitSha", {"commitSha": "abc123"}),
        ("ciBuildId", {"ciBuildId": "build 7"}),
        ("actor", {"metadata": {"actor": "ada"}}),
        ("search", {"metadata": {"commit_message": "Cart: round prices"}}),
    ],
)
async def test_each_filter_finds_exactly_its_runs(stranger: Stranger, name: str, fields: Json) -> None:
    wanted = await stranger.orchestrate(**fields)
    await stranger.orchestrate()
    value = fields["metadata"]["actor"] if name == "actor" else "round" if name == "search" else fields[name]

    assert await _listed(stranger, **{name: value}) == [wanted]
    assert await _listed(stranger, **{name: "nothing of that name"}) == []


async def test_from_and_to_bound_the_time_of_creation(stranger: Stranger) -> None:
    run_id = await stranger.orchestrate()
    today = (await stranger.run(run_id))["createdAt"][:10]

    assert await _listed(stranger, **{"from": today, "to": today}) == [run_id]
    assert await _listed(stranger, to="2020-01-01") == []
    assert await _listed(stranger, **{"from": "2999-01-01T00:00:00Z"}) == []


async def test_pages_are_newest_first_and_say_what_they_leave_out(stranger: Stranger) -> None:
    runs = [await stranger.orchestrate() for _ in range(5)]

    first = await stranger.ask("GET", "/runs", limit="2")
    last = await stranger.ask("GET", "/runs", limit="2", offset="4")
    whole = await stranger.ask("GET", "/runs")
    most = await stranger.ask("GET", "/runs", limit="500")

    assert [run["id"] for run in (*first["runs"], *last["runs"])] == [runs[4], runs[3], runs[0]]
    assert first["pagination"] == {"total": 5, "limit": 2, "offset": 0, "hasMore": True}
    assert last["pagination"] == {"total": 5, "limit": 2, "offset": 4, "hasMore": False}
    assert (whole["pagination"]["limit"], most["pagination"]["limit"]) == (50, 200)


@pytest.mark.parametrize(
    "query", ["status=green", "limit=0", "limit=-1", "limit=ten", "offset=-1", "from=yesterday", "to=0.5"]
)
async def test_a_senseless_parameter_is_named(stranger: Stranger, query: str) -> None:
    answer = await stranger.http.get(f"{API}/runs?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETERS")
    assert answer.json()["details"]["fields"][0]["path"] == query.partition("=")[0]


async def test_another_tenant_than_the_callers_is_refused(stranger: Stranger) -> None:
    answer = await stranger.http.get(f"{API}/runs", params={"tenant": "another"})

    assert (answer.status_code, answer.json()["code"]) == (403, "INVALID_TENANT")


async def test_results_can_be_had_as_a_stream(stranger: Stranger) -> None:
    run_id = await stranger.orchestrate(3)
    await stranger.work_off(run_id)

    answer = await stranger.http.get(f"{API}/runs/{run_id}/results", headers={"Accept": "application/x-ndjson"})

    lines = [httpx.Response(200, text=line).json() for line in answer.text.splitlines()]
    assert [line["testFile"] for line in lines] == [f"tests/{number}.spec.ts" for number in range(3)]
    assert answer.headers["content-type"] == "application/x-ndjson"
