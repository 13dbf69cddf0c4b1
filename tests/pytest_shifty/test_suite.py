"""A suite goes on where its pages have outgrown it, and fails where it must."""

from uuid import uuid4

import httpx
import msgspec
import pytest

from shifty.wire import Heal
from tests.pytest_shifty.conftest import Played, Suite, address
from tests.support.server import RunningServer

pytestmark = pytest.mark.timeout(700)

HEALED = ("test_fill", "test_click", "test_expectation", "test_async")


async def test_what_passed_before_heals_and_what_is_gone_fails(server: RunningServer, suite: Suite) -> None:
    told, run_id = address(server), str(uuid4())
    before = await suite.play("-k", "not absence and not no_heal", **told)
    assert {test.status for test in before.tests.values()} == {"passed"}, before.printed

    after = await suite.play(PAGES="after", SHIFTY_RUN_ID=run_id, **told)

    tests = after.tests
    for name in HEALED:
        assert tests[name].status == "passed", after.printed
        assert "healed" in tests[name].properties
        assert _heal(tests[name]).success
    assert _heal(tests["test_fill"]).healed_locator == 'get_by_test_id("username-input")'
    assert [place.line > 0 for place in _heal(tests["test_click"]).frames] == [True, True], "page object and test"
    assert "test_shop.py" in after.printed.split("= shifty =")[1]
    assert "4 locators healed in 4 tests" in after.printed
    assert "HealedLocator" in after.printed, "a warning for each heal"
    await _events_are_told(server, run_id)

    assert tests["test_removed"].status == "failure", after.printed
    assert 'waiting for locator("#delete-account")' in tests["test_removed"].message
    assert "Timeout 6000ms exceeded" in tests["test_removed"].message
    assert not _heal(tests["test_removed"]).success
    assert tests["test_wrong_expectation"].status == "failure"
    assert "Three for one" in tests["test_wrong_expectation"].message
    assert tests["test_absence"] == Played("passed", "", {})
    assert tests["test_marked_no_heal"].status == "failure"
    assert tests["test_marked_no_heal"].properties == {}
    assert tests["test_marked_propose"].status == "failure"
    assert _heal(tests["test_marked_propose"]).decision == "propose"


async def test_a_server_that_is_away_changes_nothing(suite: Suite) -> None:
    away = {"SHIFTY_API_URL": "http://127.0.0.1:9", "SHIFTY_API_KEY": "none", "SHIFTY_RUN_ID": "away"}

    session = await suite.play("-k", "test_removed", PAGES="after", **away)

    removed = session.tests["test_removed"]
    assert (removed.status, removed.properties) == ("failure", {})
    assert "Timeout 6000ms exceeded" in removed.message
    assert "does not answer" in session.printed.split("= shifty =")[1]


async def _events_are_told(server: RunningServer, run_id: str) -> None:
    async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=server.headers, timeout=60) as client:
        answer = await client.get("/healing/events", params={"runId": run_id})
        run = (await client.get(f"/runs/{run_id}")).json()["run"]
    events = answer.json()["events"]
    healed = {event["testName"].partition("[")[0] for event in events if event["success"]}
    assert healed == set(HEALED), events
    assert {event["testOutcome"] for event in events if event["success"]} == {"passed"}
    assert (run["status"], run["totalTests"], run["healedTests"]) == ("completed", 9, 4)


def _heal(test: Played) -> Heal:
    return msgspec.json.decode(test.properties["shifty:heal"], type=Heal)
