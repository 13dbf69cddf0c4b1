"""Putting tests into quarantine."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shifty.failures.classify import find
from shifty.quarantine.add import add_rule
from shifty.quarantine.automatic import add_automatic_rules
from shifty.quarantine.errors import QuarantineFull
from shifty.quarantine.model import NewRule
from shifty.quarantine.store import QuarantineStore
from tests.quarantine.conftest import Api, wanted

DIGEST = "0123456789abcdef"


async def set_cap(api: Api, cap: int) -> None:
    await api.ask("PUT", "/quarantine/settings", {"project": "shop", "cap": cap})


async def test_a_rule_says_whose_it_is_why_and_until_when(api: Api) -> None:
    before = datetime.now(UTC)

    answer = await api.ask("POST", "/quarantine", wanted("title", "checkout › pays *", projectName="chromium"))

    rule = answer["rule"]
    ends = datetime.fromisoformat(rule["expiresAt"])
    assert answer["isNew"]
    assert before + timedelta(days=14) <= ends <= datetime.now(UTC) + timedelta(days=14)
    assert {name: rule[name] for name in ("project", "kind", "value", "projectName", "owner", "reason", "source")} == {
        "project": "shop",
        "kind": "title",
        "value": "checkout › pays *",
        "projectName": "chromium",
        "owner": "@shop/payments",
        "reason": "slow bank",
        "source": "manual",
    }
    assert (rule["state"], rule["createdBy"], rule["excused"], rule["greenRuns"]) == ("active", api.key_id, 0, 0)
    assert (rule["failingShare"], rule["greenRunsNeeded"]) == (0.2, 14)


async def test_a_rule_that_is_there_is_found_and_not_made_twice(api: Api) -> None:
    first = await api.ask("POST", "/quarantine", wanted("tag", "slow"))

    again = await api.ask("POST", "/quarantine", wanted("tag", "@slow", reason="another", days=3))

    assert (first["isNew"], again["isNew"]) == (True, False)
    assert again["rule"] == first["rule"]
    assert first["rule"]["value"] == "@slow"


async def test_the_same_in_another_browser_is_another_rule(api: Api) -> None:
    everywhere = await api.add("file", "a.spec.ts")
    firefox = await api.add("file", "./a.spec.ts", projectName="firefox")

    assert everywhere["id"] != firefox["id"]
    assert firefox["value"] == "a.spec.ts"


async def test_a_rule_that_ended_can_be_made_again(api: Api) -> None:
    released, expired = await api.add("test", "t1"), await api.add("test", "t2")
    await api.ask("DELETE", f"/quarantine/{released['id']}")
    await api.end_time_of(expired["id"])

    for old, value in ((released, "t1"), (expired, "t2")):
        again = await api.ask("POST", "/quarantine", wanted("test", value))

        assert again["isNew"]
        assert again["rule"]["id"] != old["id"]


async def test_without_an_owner_it_is_the_callers(api: Api) -> None:
    for owner in ({}, {"owner": None}):
        body = {name: value for name, value in wanted("test", str(owner)).items() if name != "owner"}

        rule = (await api.ask("POST", "/quarantine", {**body, **owner, "source": "recommendation"}))["rule"]

        assert (rule["owner"], rule["source"]) == (api.key_id, "recommendation")


@pytest.mark.parametrize(
    ("fields", "paths"),
    [
        ({"kind": "suite"}, ["kind"]),
        ({"value": ""}, ["value"]),
        ({"value": "x" * 501}, ["value"]),
        ({"projectName": "x" * 101}, ["projectName"]),
        ({"reason": " "}, ["reason"]),
        ({"reason": None}, ["reason"]),
        ({"owner": ""}, ["owner"]),
        ({"days": 0}, ["days"]),
        ({"days": 366}, ["days"]),
        ({"days": "7"}, ["days"]),
        ({"expiresAt": 1733742000}, ["expiresAt"]),
        ({"expiresAt": "1733742000"}, ["expiresAt"]),
        ({"kind": "tag", "value": "@"}, ["value"]),
        ({"kind": "file", "value": "/repo/a.spec.ts"}, ["value"]),
        ({"kind": "file", "value": "../a.spec.ts"}, ["value"]),
        ({"value": "a\0"}, ["value"]),
        ({"kind": "error", "value": find("").digest}, ["value"]),
        ({"source": "automatic"}, ["source"]),
        ({"kind": "suite", "reason": "", "days": 0}, ["kind", "reason", "days"]),
    ],
)
async def test_what_is_wrong_is_named_all_at_once(api: Api, fields: dict[str, object], paths: list[str]) -> None:
    status, code, details = await api.refused("POST", "/quarantine", {**wanted(), **fields})

    assert (status, code) == (400, "INVALID_PARAMETERS")
    assert [fault["path"] for fault in details["fields"]] == paths


@pytest.mark.parametrize(
    ("fields", "expected", "path"),
    [
        ({"expiresAt": "2024-12-09T10:00:00Z"}, (409, "CONFLICT"), "expiresAt"),
        ({"expiresAt": "2999-01-01"}, (409, "CONFLICT"), "expiresAt"),
        ({"kind": "error", "value": "Timeout"}, (404, "ERROR_NOT_FOUND"), "value"),
    ],
)
async def test_what_can_not_be_is_refused(
    api: Api, fields: dict[str, object], expected: tuple[int, str], path: str
) -> None:
    status, code, details = await api.refused("POST", "/quarantine", {**wanted(), **fields})

    assert (status, code, details["fields"][0]["path"]) == (*expected, path)


async def test_the_longest_rule_fits(api: Api) -> None:
    rule = await api.add("title", "𝒙" * 500, projectName="𝒙" * 100)

    assert len(rule["value"]) == 500


async def test_a_project_that_nobody_has_run_has_nothing_to_quarantine(api: Api) -> None:
    assert await api.refused("POST", "/quarantine", wanted(project="shpo")) == (
        *(404, "PROJECT_NOT_FOUND"),
        {"project": "shpo"},
    )
    assert (await api.ask("GET", "/quarantine/active", project="shpo"))["rules"] == []


async def test_a_rule_counts_for_as_many_tests_as_it_matches(api: Api) -> None:
    for number in range(4):
        await api.known_test(f"t{number}", f"tests/{number % 2}.spec.ts", tags=["slow"] if number == 3 else [])

    assert (await api.add("file", "tests/1.spec.ts"))["matchingTests"] == 2
    assert (await api.add("file", "tests/*"))["matchingTests"] == 4
    assert (await api.add("title", "suite › t2"))["matchingTests"] == 1
    assert (await api.add("title", "t*"))["matchingTests"] == 4
    assert (await api.add("title", "suite"))["matchingTests"] == 0
    assert (await api.add("tag", "@slow"))["matchingTests"] == 1
    assert (await api.add("test", "t1"))["matchingTests"] == 1
    assert (await api.add("file", "*", projectName="firefox"))["matchingTests"] == 0
    assert (await api.add("title", "t_"))["matchingTests"] == 0
    assert (await api.add("error", DIGEST))["matchingTests"] == 0


async def test_above_the_cap_nothing_is_stored(api: Api) -> None:
    await set_cap(api, 3)
    for number in range(4):
        await api.known_test(f"t{number}")
    await api.add("test", "t0")
    await api.add("error", DIGEST)

    refused = await api.refused("POST", "/quarantine", wanted("file", "*"))

    assert refused == (409, "QUARANTINE_FULL", {"cap": 3, "quarantined": 2, "requested": 3})
    assert len((await api.ask("GET", "/quarantine"))["rules"]) == 2
    # What is quarantined already takes no place twice.
    await api.add("title", "suite › t0")
    await api.add("test", "not seen yet")
    assert (await api.refused("POST", "/quarantine", wanted("test", "t1")))[:2] == (409, "QUARANTINE_FULL")


async def test_what_has_ended_takes_no_place(api: Api) -> None:
    await set_cap(api, 1)
    first = await api.add("test", "t1")
    await api.end_time_of(first["id"])
    second = await api.add("test", "t2")
    await api.ask("DELETE", f"/quarantine/{second['id']}")

    assert (await api.add("test", "t3"))["state"] == "active"


async def test_two_at_once_do_not_both_find_the_last_free_place(api: Api) -> None:
    await set_cap(api, 3)
    rules = [NewRule(kind="test", value=f"t{number}", owner="me", reason="x") for number in range(8)]

    answers = await asyncio.gather(
        *(add_rule(api.db, api.tenant.id, "shop", rule, "key") for rule in rules), return_exceptions=True
    )

    assert sum(isinstance(answer, QuarantineFull) for answer in answers) == 5
    assert len((await api.ask("GET", "/quarantine"))["rules"]) == 3


async def test_the_same_at_once_is_one_rule(api: Api) -> None:
    rule = NewRule(kind="test", value="t1", owner="me", reason="x")

    answers = await asyncio.gather(*(add_rule(api.db, api.tenant.id, "shop", rule, "key") for _ in range(5)))

    assert len({answer.rule.id for answer in answers}) == 1
    assert sorted(answer.is_new for answer in answers) == [False] * 4 + [True]


async def test_release_has_to_be_convinced_of_what_is_known_of_the_test(api: Api) -> None:
    await api.known_test("fails")
    await api.known_test("passes")
    await api.execute(
        "insert into assessments (test_ref, tenant_id, project_id, verdict, total_runs, failed_runs, flaky_runs, rate,"
        " low, high, failing_share, lost_ms, assessed_at) select id, tenant_id, project_id, 'flaky', 20, 10, 0, 50, 30,"
        " 70, 0.5, 0, now() from known_tests where tenant_id = %(tenant_id)s and test_id = 'fails'"
    )

    assert (await api.add("file", "a.spec.ts"))["failingShare"] == pytest.approx(0.33, abs=0.01)
    assert (await api.add("test", "fails"))["failingShare"] == pytest.approx(0.33, abs=0.01)
    # It was seen, and did not fail.
    assert (await api.add("test", "passes"))["failingShare"] == 0.2
    assert (await api.add("test", "never seen"))["failingShare"] == 0.2


async def test_automatic_rules_are_shiftys_and_end_at_the_cap_without_a_word(api: Api) -> None:
    await set_cap(api, 2)
    flaky = [
        NewRule(kind="test", value=f"t{n}", owner="Shifty", reason="flaky", source="automatic", failing_share=0.4)
        for n in range(4)
    ]
    await api.add("test", "t0")

    async with api.db.transaction() as tx:
        made = await add_automatic_rules(tx, api.tenant.id, api.project_id, flaky)
        again = await add_automatic_rules(tx, api.tenant.id, api.project_id, flaky)
        # The transaction goes on.
        known = await QuarantineStore(tx, api.tenant.id).active_rules(api.project_id)

    assert [(rule.value, rule.created_by, rule.source, rule.failing_share) for rule in made] == [
        ("t1", "Shifty", "automatic", 0.4)
    ]
    assert again == []
    assert [rule.value for rule in known] == ["t0", "t1"]
