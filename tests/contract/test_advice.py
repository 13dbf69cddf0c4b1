"""GET /analytics/advice, over real HTTP."""

import httpx
import pytest

from shifty.tenants.keys import create_key
from shifty.tenants.model import Scope
from tests.contract.conftest import API
from tests.contract.stranger import Stranger
from tests.flakiness.advice.played import play, retried, taking
from tests.support.runs import suite
from tests.support.server import RunningServer

PATH = f"{API}/analytics/advice"


async def test_without_a_key_nothing_is_advised(http: httpx.AsyncClient) -> None:
    assert (await http.get(PATH, params={"project": "shop"})).status_code == 401


async def test_a_key_without_read_is_refused(server: RunningServer, http: httpx.AsyncClient) -> None:
    key = await create_key(server.db, server.tenant.id, frozenset({Scope.INGEST}), name="ci")
    headers = {"Authorization": f"Bearer {key.text}", "X-Tenant-ID": str(server.tenant.id)}

    answer = await http.get(PATH, params={"project": "shop"}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")


async def test_a_key_of_another_project_is_refused(server: RunningServer, http: httpx.AsyncClient) -> None:
    key = await create_key(server.db, server.tenant.id, frozenset({Scope.READ}), name="ci", project="other")
    headers = {"Authorization": f"Bearer {key.text}", "X-Tenant-ID": str(server.tenant.id)}

    assert (await http.get(PATH, params={"project": "shop"}, headers=headers)).status_code == 403


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "project"),
        ({"project": ""}, "project"),
        ({"project": "shop", "workers": "0"}, "workers"),
        ({"project": "shop", "workers": "21"}, "workers"),
        ({"project": "shop", "workers": "many"}, "workers"),
        ({"project": "shop", "branch": "a\0"}, "branch"),
    ],
)
async def test_what_can_not_be_asked_is_named(stranger: Stranger, query: dict[str, str], field: str) -> None:
    answer = await stranger.http.get(PATH, params=query)

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETERS")
    assert answer.json()["details"]["fields"][0]["path"] == field


async def test_without_history_there_is_a_remedy(stranger: Stranger) -> None:
    answer = await stranger.http.get(PATH, params={"project": "shop"})

    assert (answer.status_code, answer.json()["code"]) == (404, "NO_HISTORY")
    assert "shifty run" in answer.json()["error"]


async def test_advice_comes_with_its_numbers_and_in_words(server: RunningServer, stranger: Stranger) -> None:
    tests = suite(12, 3)
    await play(server.db, server.tenant.id, tests, taking(lambda file: 60 if file.endswith("003.spec.ts") else 5))
    run_id = await play(server.db, server.tenant.id, tests, retried)

    told = await stranger.ask("GET", "/analytics/advice", project="shop", workers="1")

    assert (told["project"], told["branch"], told["runId"], told["totalTests"]) == ("shop", "main", str(run_id), 36)
    workers = told["workers"]
    assert workers["summary"].startswith("1 worker: ")
    assert [forecast["workers"] for forecast in workers["forecasts"]] == list(range(1, 21))
    assert workers["forecasts"][0]["machineMs"] == workers["forecasts"][0]["wallMs"]
    assert len(workers["recentRuns"]) == 2
    assert told["retries"]["failedMs"] == 36 * 8000
    assert len(told["retries"]["tests"]) == 10
    assert told["retries"]["tests"][0]["testName"].startswith("test ")
    assert told["quarantine"] == {
        "summary": "Nothing is quarantined.",
        "days": 30,
        "excused": 0,
        "tests": 0,
        "rules": [],
    }
