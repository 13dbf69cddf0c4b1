"""The contract's healing events, and what stands beside them."""

from collections.abc import Mapping
from typing import cast
from uuid import uuid4

import httpx
import pytest

from shifty.tenants.keys import create_key
from shifty.tenants.model import Scope
from tests.contract.stranger import API, Json, Stranger
from tests.healing.elements import FILE, HEAL
from tests.support.server import RunningServer, new_tenant

CONTRACT = {
    *("id", "runId", "testFile", "testName", "originalSelector", "healedSelector", "confidence", "strategy", "success"),
    "executionTimeMs",
}


def attempt(*heals: Mapping[str, object], number: int = 0, status: str = "passed") -> Json:
    attachments = [{"name": "healed", "contentType": "image/png", "path": "/tmp/results/healed-1.png"}]
    return {"attempt": number, "status": status, "durationMs": 9, "heals": heals, "attachments": attachments}


def result(name: str, line: int, *attempts: Json) -> Json:
    last = attempts[-1]
    return {"testFile": FILE, "testName": name, "status": last["status"], "line": line, "attempts": attempts}


@pytest.fixture
async def run_id(stranger: Stranger) -> str:
    """A run in which one test was healed at its second attempt, and one was refused."""
    refused = {**HEAL, "decision": "refuse", "success": False, "confidence": 0.2, "healedSelector": None}
    return await stranger.report(
        result("logs in", 3, attempt(refused, status="failed"), attempt(HEAL, HEAL, number=1)),
        result("pays", 20, attempt(refused, status="failed")),
    )


async def events(stranger: Stranger, run_id: str, **query: str) -> list[Json]:
    return cast("list[Json]", (await stranger.ask("GET", "/healing/events", runId=run_id, **query))["events"])


async def test_an_event_is_as_the_contract_prints_it(stranger: Stranger, run_id: str) -> None:
    event = (await events(stranger, run_id, success="true"))[0]

    assert set(event) >= CONTRACT
    assert {name: event[name] for name in CONTRACT - {"id"}} == {
        "runId": run_id,
        "testFile": FILE,
        "testName": "logs in",
        "originalSelector": "#sign-in",
        "healedSelector": HEAL["healedSelector"],
        "confidence": 0.95,
        "strategy": "data-testid-recovery",
        "success": True,
        "executionTimeMs": 120,
    }
    assert event["callSite"] == {"file": FILE, "line": 12, "column": 30}
    assert (event["attempt"], event["screenshotUrl"]) == (1, None)
    assert (event["testOutcome"], event["testHealed"]) == ("passed", True)


async def test_events_are_told_in_one_order_each_with_an_id_of_its_own(stranger: Stranger, run_id: str) -> None:
    told = await events(stranger, run_id)
    paged = [(await events(stranger, run_id, limit="1", offset=str(n)))[0] for n in range(4)]
    page = await stranger.ask("GET", "/healing/events", runId=run_id, limit="1", offset="9")

    assert [(event["testName"], event["attempt"], event["decision"]) for event in told] == [
        ("logs in", 0, "refuse"),
        ("logs in", 1, "heal"),
        ("logs in", 1, "heal"),
        ("pays", 0, "refuse"),
    ]
    assert paged == told
    assert len({event["id"] for event in told}) == 4
    assert page == {"events": [], "pagination": {"total": 4, "limit": 1, "offset": 9, "hasMore": False}}


@pytest.mark.parametrize(
    ("query", "confidences"),
    [
        ({"minConfidence": "0.7"}, [0.95, 0.95]),
        ({"minConfidence": "0.95", "success": "true"}, [0.95, 0.95]),
        ({"minConfidence": "1"}, []),
        ({"minConfidence": "0"}, [0.2, 0.95, 0.95, 0.2]),
        ({"decision": "refuse"}, [0.2, 0.2]),
        ({"success": "false"}, [0.2, 0.2]),
    ],
)
async def test_events_are_narrowed(
    stranger: Stranger, run_id: str, query: dict[str, str], confidences: list[float]
) -> None:
    assert [event["confidence"] for event in await events(stranger, run_id, **query)] == confidences


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"minConfidence": "1.01"}, 400, "INVALID_PARAMETERS"),
        ({"minConfidence": "-0.1"}, 400, "INVALID_PARAMETERS"),
        ({"minConfidence": "high"}, 400, "INVALID_PARAMETERS"),
        ({"minConfidence": "nan"}, 400, "INVALID_PARAMETERS"),
        ({"decision": "wait"}, 400, "INVALID_PARAMETERS"),
        ({"runId": ""}, 404, "RUN_NOT_FOUND"),
        ({"runId": "42"}, 404, "RUN_NOT_FOUND"),
        ({"runId": str(uuid4())}, 404, "RUN_NOT_FOUND"),
    ],
)
async def test_what_can_not_be_asked_is_named(
    stranger: Stranger, run_id: str, query: dict[str, str], status: int, code: str
) -> None:
    answer = await stranger.http.get(f"{API}/healing/events", params={"runId": run_id, **query})

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("path", ["events", "drifts"])
async def test_a_run_has_to_be_named(stranger: Stranger, path: str) -> None:
    answer = await stranger.http.get(f"{API}/healing/{path}")

    assert (answer.status_code, answer.json()["details"]["fields"][0]["path"]) == (400, "runId")


async def test_the_picture_of_an_event_is_linked(stranger: Stranger, run_id: str) -> None:
    test_id = (await events(stranger, run_id))[0]["testId"]
    for name in ("other.png", "healed-1.png"):
        headers = {"X-Run-ID": run_id, "X-Artifact-Type": "screenshot", "X-Artifact-Name": name}
        headers |= {"X-Test-ID": test_id, "X-Attempt": "1"}
        sent = await stranger.http.post(f"{API}/artifacts/upload", headers=headers, content=b"\x89PNG")
        assert sent.status_code == 200

    told = await events(stranger, run_id)

    assert [(event["screenshotUrl"] or "none").rpartition("/")[2] for event in told] == [
        *("none", "healed-1.png", "healed-1.png", "none")
    ]
    assert (await stranger.http.get(str(told[1]["screenshotUrl"]))).content == b"\x89PNG"


async def test_a_run_without_broken_locators_has_no_events(stranger: Stranger) -> None:
    run_id = await stranger.report(result("logs in", 3, attempt()))

    assert await events(stranger, run_id) == []


async def test_another_tenants_run_is_none(server: RunningServer, http: httpx.AsyncClient, run_id: str) -> None:
    other = await new_tenant(server.db, f"other-{uuid4().hex}")
    key = await create_key(server.db, other.id, frozenset(Scope))
    headers = {"Authorization": f"Bearer {key.text}", "X-Tenant-ID": other.slug}

    for path in ("events", "drifts"):
        answer = await http.get(f"{API}/healing/{path}", params={"runId": run_id}, headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (404, "RUN_NOT_FOUND")


async def test_a_key_of_another_project_sees_nothing_and_changes_nothing(
    server: RunningServer, http: httpx.AsyncClient, run_id: str
) -> None:
    key = await create_key(server.db, server.tenant.id, frozenset(Scope), project="elsewhere")
    headers = {**server.headers, "Authorization": f"Bearer {key.text}"}
    settings = {"project": "default", "mode": "off"}

    seen = await http.get(f"{API}/healing/events", params={"runId": run_id}, headers=headers)
    asked = await http.get(f"{API}/healing/settings", params={"project": "default"}, headers=headers)
    changed = await http.put(f"{API}/healing/settings", json=settings, headers=headers)
    told = await http.post(f"{API}/healing/fingerprints", json={"project": "default", "seen": []}, headers=headers)

    assert seen.status_code == 404
    assert {answer.status_code for answer in (asked, changed, told)} == {403}


async def test_settings_are_kept_a_project(stranger: Stranger) -> None:
    before = await stranger.ask("GET", "/healing/settings", project="owner/repo")
    await stranger.ask("PUT", "/healing/settings", {"project": "owner/repo", "mode": "propose"})
    after = await stranger.ask("PUT", "/healing/settings", {"project": "owner/repo", "verdict": "fail"})

    assert before == {"mode": "heal", "verdict": "warn"}
    assert after == {"mode": "propose", "verdict": "fail"}
    assert await stranger.ask("GET", "/healing/settings", project="owner/repo") == after
    assert await stranger.ask("GET", "/healing/settings", project="other") == before


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("heal", "", "body"),
        ("heal", "[]", "body"),
        ("heal", '{"project": 5}', "project"),
        ("heal", '{"project": "p\\u0000"}', "project"),
        ("fingerprints", '{"project": "p", "seen": [{"testId": "t", "callSite": {"file": "", "line": 1}}]}', "seen"),
    ],
)
async def test_a_body_that_can_not_be_read_is_named(stranger: Stranger, path: str, body: str, field: str) -> None:
    answer = await stranger.http.post(f"{API}/healing/{path}", content=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMETERS")
    assert answer.json()["details"]["fields"][0]["path"].startswith(field)


async def test_a_whole_number_may_have_a_point(stranger: Stranger) -> None:
    seen = {"testId": "t", "callSite": {"file": FILE, "line": 3.0}, "selector": "a", "element": {"tag": "a", "x": 1.5}}

    answer = await stranger.ask("POST", "/healing/fingerprints", {"project": "shop", "seen": [seen]})
    known = await stranger.ask("GET", "/healing/fingerprints", project="shop", testFile=FILE)

    assert answer == {"stored": 1, "drifted": 0}
    assert [use["line"] for use in known["fingerprints"]] == [3]


async def test_half_a_character_of_a_page_is_no_fault(stranger: Stranger) -> None:
    body = (
        r'{"project": "shop", "testId": "t", "selector": "#a", "leg": "#a", "action": "click",'
        r' "callSite": {"file": "a.ts", "line": 1}, "candidates": [{"tag": "a", "id": "\ud83d\ude00\\u\ud83d"}]}'
    )

    answer = await stranger.http.post(f"{API}/healing/heal", content=body)

    assert answer.status_code == 200, answer.text


async def test_a_path_with_two_methods_names_both(stranger: Stranger) -> None:
    answer = await stranger.http.delete(f"{API}/healing/settings")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, PUT")


async def said(stranger: Stranger, run_id: str, word: str, **fields: str) -> Json:
    event = (await events(stranger, run_id, success="true"))[0]
    names = {"runId": run_id, "testId": event["testId"], "eventId": event["id"]}
    return await stranger.ask("POST", "/healing/decisions", {**names, "decision": word, **fields})


async def test_a_word_about_a_replacement_is_kept_listed_and_taken_back(stranger: Stranger, run_id: str) -> None:
    decision = await said(stranger, run_id, "refused", reason="Another button.")

    listed = await stranger.ask("GET", "/healing/decisions", project="default", decision="refused")
    told = (await events(stranger, run_id, success="true"))[0]["decided"]
    (replacement,) = (await stranger.ask("GET", "/healing/replacements", decided="refused"))["replacements"]
    gone = await stranger.ask("DELETE", f"/healing/decisions/{decision['id']}")

    assert listed["decisions"] == [decision] == [gone]
    assert told == {name: decision[name] for name in ("id", "decision", "reason", "decidedBy", "decidedAt")}
    assert (replacement["event"]["decided"], replacement["times"], replacement["run"]["id"]) == (told, 2, run_id)
    assert (await stranger.ask("GET", "/healing/decisions"))["decisions"] == []


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"decision": "maybe"}, 400, "INVALID_PARAMETERS", "decision"),
        ({"reason": "\0"}, 400, "INVALID_PARAMETERS", "reason"),
        ({"testId": None}, 400, "INVALID_PARAMETERS", "testId"),
        ({"runId": "42"}, 404, "RUN_NOT_FOUND", None),
        ({"eventId": "0" * 32}, 404, "HEALING_EVENT_NOT_FOUND", None),
        ({"testId": "another"}, 404, "HEALING_EVENT_NOT_FOUND", None),
    ],
)
async def test_what_can_not_be_decided_is_named(
    stranger: Stranger, run_id: str, body: Json, status: int, code: str, field: str | None
) -> None:
    event = (await events(stranger, run_id, success="true"))[0]
    named = {"runId": run_id, "testId": event["testId"], "eventId": event["id"], "decision": "accepted"}

    answer = await stranger.http.post(f"{API}/healing/decisions", json={**named, **body})

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    if field:
        assert answer.json()["details"]["fields"][0]["path"] == field


async def test_what_was_declined_is_not_decided(stranger: Stranger, run_id: str) -> None:
    event = (await events(stranger, run_id, decision="refuse"))[0]
    names = {"runId": run_id, "testId": event["testId"], "eventId": event["id"]}

    answer = await stranger.http.post(f"{API}/healing/decisions", json={**names, "decision": "accepted"})

    assert (answer.status_code, answer.json()["code"]) == (409, "NOTHING_TO_DECIDE")
