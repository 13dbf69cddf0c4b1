"""The life of a rule: listed, changed, released, expired, and written down."""

from datetime import UTC, datetime, timedelta

import pytest

from shifty.quarantine.expire import expire_due
from shifty.quarantine.release import release_rule
from shifty.quarantine.store import QuarantineStore
from tests.quarantine.conftest import Api, make_project


async def listed(api: Api, **query: str) -> list[str]:
    return [rule["value"] for rule in (await api.ask("GET", "/quarantine", **query))["rules"]]


async def log_of(api: Api, rule_id: str) -> list[tuple[str, str, dict[str, object]]]:
    log = (await api.ask("GET", f"/quarantine/{rule_id}"))["log"]
    return [(entry["who"], entry["what"], entry["details"]) for entry in log]


async def test_rules_are_listed_by_project_state_and_owner(api: Api) -> None:
    await make_project(api.db, api.tenant.id, "api")
    await api.add("test", "a", owner="@one")
    released = await api.add("test", "b", owner="@two")
    expired = await api.add("test", "c", owner="@two")
    await api.add("test", "d", project="api", owner="@two")
    await api.ask("DELETE", f"/quarantine/{released['id']}")
    await api.end_time_of(expired["id"])

    assert await listed(api) == ["d", "a"]
    assert await listed(api, state="all", project="shop") == ["b", "a", "c"]
    assert await listed(api, state="released") == ["b"]
    assert await listed(api, state="expired") == ["c"]
    assert await listed(api, owner="@two") == ["d"]
    assert await listed(api, owner="nobody") == []
    async with api.db.transaction() as tx:
        await QuarantineStore(tx, api.tenant.id).expire(api.project_id)
    assert await listed(api, state="expired") == ["c"]
    assert await listed(api, state="released") == ["b"]


async def test_a_list_comes_in_pages(api: Api) -> None:
    for value in "abc":
        await api.add("test", value)

    page = await api.ask("GET", "/quarantine", limit="2", offset="1")

    assert [rule["value"] for rule in page["rules"]] == ["b", "a"]
    assert page["pagination"] == {"total": 3, "limit": 2, "offset": 1, "hasMore": False}


async def test_a_rule_is_prolonged_and_changes_hands(api: Api) -> None:
    rule = await api.add("test", "a", days=1)
    path = f"/quarantine/{rule['id']}"

    longer = (await api.ask("PATCH", path, {"days": 30}))["rule"]
    given = (await api.ask("PATCH", path, {"owner": "@new", "reason": "still slow"}))["rule"]
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    exact = (await api.ask("PATCH", path, {"expiresAt": until.isoformat()}))["rule"]
    await api.ask("PATCH", path, {"owner": "@new"})

    assert datetime.fromisoformat(longer["expiresAt"]) > datetime.now(UTC) + timedelta(days=29)
    assert (given["owner"], given["reason"], given["expiresAt"]) == ("@new", "still slow", longer["expiresAt"])
    assert datetime.fromisoformat(exact["expiresAt"]) == until
    created, *changes = await log_of(api, rule["id"])
    assert created[:2] == (api.key_id, "created")
    assert [(who, what, list(details)) for who, what, details in changes] == [
        (api.key_id, "changed", ["expiresAt"]),
        (api.key_id, "changed", ["owner", "reason"]),
        (api.key_id, "changed", ["expiresAt"]),
    ]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"days": 0}, "days"),
        ({"days": 400}, "days"),
        ({"owner": " "}, "owner"),
        ({"expiresAt": 17}, "expiresAt"),
    ],
)
async def test_a_change_that_makes_no_sense_is_named(api: Api, body: dict[str, object], path: str) -> None:
    rule = await api.add()

    status, code, details = await api.refused("PATCH", f"/quarantine/{rule['id']}", body)

    assert (status, code, details["fields"][0]["path"]) == (400, "INVALID_PARAMETERS", path)


@pytest.mark.parametrize("moment", ["2024-12-09", "2999-12-09"])
async def test_no_rule_ends_in_the_past_or_in_more_than_a_year(api: Api, moment: str) -> None:
    rule = await api.add()

    refused = await api.refused("PATCH", f"/quarantine/{rule['id']}", {"days": 3, "expiresAt": moment})

    assert refused[:2] == (409, "CONFLICT")


async def test_what_has_ended_is_not_changed_and_ends_once(api: Api) -> None:
    released, expired = await api.add("test", "a"), await api.add("test", "b")
    first = (await api.ask("DELETE", f"/quarantine/{released['id']}", reason="mended"))["rule"]
    again = (await api.ask("DELETE", f"/quarantine/{released['id']}", reason="once more"))["rule"]
    await api.end_time_of(expired["id"])

    assert (first["state"], first["releasedBy"], first["releaseReason"]) == ("released", api.key_id, "mended")
    assert first["matchingTests"] is None
    assert again == first
    for rule in (released, expired):
        refused = await api.refused("PATCH", f"/quarantine/{rule['id']}", {"days": 3})
        assert refused[:2] == (409, "QUARANTINE_RELEASED")
    assert [what for _, what, _ in await log_of(api, released["id"])] == ["created", "released"]


async def test_time_ends_a_rule_marked_or_not(api: Api) -> None:
    rule, other = await api.add("test", "a"), await api.add("test", "b")
    await api.end_time_of(rule["id"])

    before = (await api.ask("GET", f"/quarantine/{rule['id']}"))["rule"]
    active = [each["id"] for each in (await api.ask("GET", "/quarantine/active", project="shop"))["rules"]]
    await expire_due(api.db)
    after = (await api.ask("GET", f"/quarantine/{rule['id']}"))["rule"]

    assert active == [other["id"]]
    assert (before["state"], before["releasedAt"]) == ("expired", None)
    assert (after["state"], after["releasedAt"], after["releasedBy"]) == ("expired", after["expiresAt"], "Shifty")
    assert await log_of(api, rule["id"]) == [
        (api.key_id, "created", (await log_of(api, rule["id"]))[0][2]),
        ("Shifty", "expired", {}),
    ]
    await expire_due(api.db)
    assert len(await log_of(api, rule["id"])) == 2


async def test_shifty_notes_progress_and_releases(api: Api) -> None:
    rule = await api.add("test", "a")
    async with api.db.transaction() as tx:
        store = QuarantineStore(tx, api.tenant.id)
        (known,) = await store.active_rules(api.project_id)
        await store.note_progress(known.id, green_runs=5, evidence=1.0)
    watched = (await api.ask("GET", f"/quarantine/{rule['id']}"))["rule"]

    async with api.db.transaction() as tx:
        first = await release_rule(tx, api.tenant.id, known.id, by="Shifty", reason="14 green runs")
        second = await release_rule(tx, api.tenant.id, known.id, by="Shifty", reason="14 green runs")

    assert (watched["greenRuns"], watched["evidence"], watched["greenRunsNeeded"]) == (5, 1.0, 9)
    assert (first, second) == (True, False)
    assert (await log_of(api, rule["id"]))[1:] == [("Shifty", "released", {"reason": "14 green runs"})]


async def test_known_tests_of_each_rule_are_told_for_all_at_once(api: Api) -> None:
    for name in ("a", "b"):
        await api.known_test(name)
    one, both, error = await api.add("test", "a"), await api.add("file", "*"), await api.add("error", "0" * 16)

    async with api.db.transaction() as tx:
        pairs = await QuarantineStore(tx, api.tenant.id).matching(api.project_id)

    counts = [sum(str(rule_id) == rule["id"] for rule_id, _ in pairs) for rule in (one, both, error)]
    assert counts == [1, 2, 0]


async def test_reporters_get_what_they_need_in_the_order_that_counts(api: Api) -> None:
    await api.add("test", "a")
    await api.add("error", "0" * 16, projectName="firefox")

    answer = await api.ask("GET", "/quarantine/active", project="shop")

    assert answer["cap"] == 20
    assert [set(rule) for rule in answer["rules"]] == [
        {"id", "kind", "value", "projectName", "owner", "reason", "expiresAt"}
    ] * 2
    assert [(rule["kind"], rule["projectName"]) for rule in answer["rules"]] == [("test", ""), ("error", "firefox")]


SETTINGS = {
    "project": "shop",
    "cap": 20,
    "days": 14,
    "auto": False,
    "autoRate": 20,
    "autoConfidence": 0.95,
    "defaultBranch": None,
}


async def test_settings_change_one_by_one(api: Api) -> None:
    assert await api.ask("GET", "/quarantine/settings", project="shop") == SETTINGS
    assert await api.ask("GET", "/quarantine/settings", project="new") == {**SETTINGS, "project": "new"}

    for change in ({"cap": 0}, {"days": 3}, {"auto": True}, {"autoRate": 30}, {"autoConfidence": 0.9}):
        await api.ask("PUT", "/quarantine/settings", {"project": "shop", **change})
    named = await api.ask("PUT", "/quarantine/settings", {"project": "shop", "defaultBranch": "trunk"})
    kept = await api.ask("PUT", "/quarantine/settings", {"project": "shop", "cap": None})
    guessed = await api.ask("PUT", "/quarantine/settings", {"project": "shop", "defaultBranch": None})
    made = await api.ask("PUT", "/quarantine/settings", {"project": "new", "days": 2})

    changed = {"project": "shop", "cap": 0, "days": 3, "auto": True, "autoRate": 30, "autoConfidence": 0.9}
    assert named == kept == {**changed, "defaultBranch": "trunk"}
    assert guessed == {**changed, "defaultBranch": None}
    assert made == {**SETTINGS, "project": "new", "days": 2}


async def test_a_rule_without_a_term_has_the_projects(api: Api) -> None:
    await api.ask("PUT", "/quarantine/settings", {"project": "shop", "days": 2})

    ends = datetime.fromisoformat((await api.add())["expiresAt"])

    assert ends < datetime.now(UTC) + timedelta(days=2, minutes=1)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"cap": -1}, "cap"),
        ({"cap": 10_001}, "cap"),
        ({"cap": "20"}, "cap"),
        ({"days": 0}, "days"),
        ({"auto": "yes"}, "auto"),
        ({"autoRate": 0.5}, "autoRate"),
        ({"autoRate": "20"}, "autoRate"),
        ({"autoConfidence": 1}, "autoConfidence"),
        ({"defaultBranch": ""}, "defaultBranch"),
    ],
)
async def test_a_setting_that_makes_no_sense_is_named(api: Api, change: dict[str, object], path: str) -> None:
    status, code, details = await api.refused("PUT", "/quarantine/settings", {"project": "shop", **change})

    assert (status, code, details["fields"][0]["path"]) == (400, "INVALID_PARAMETERS", path)


async def test_ids_and_digests_are_told_in_words(api: Api) -> None:
    await api.known_test("t1", "tests/pay.spec.ts")
    await api.execute(
        "insert into error_groups (tenant_id, project_id, digest, message, sample, kind, first_seen_at, last_seen_at)"
        " values (%(tenant_id)s, %(project_id)s, '0123456789abcdef', 'the bank is away', 'x', 'error', now(), now())"
    )

    test, error = await api.add("test", "t1"), await api.add("error", "0123456789abcdef")
    unseen, file = await api.add("test", "t2"), await api.add("file", "tests/pay.spec.ts")

    assert test["test"] == {"title": "suite › t1", "file": "tests/pay.spec.ts", "projectName": "chromium"}
    assert error["errorMessage"] == "the bank is away"
    assert [rule["test"] for rule in (error, unseen, file)] == [None] * 3
    assert [rule["errorMessage"] for rule in (test, unseen, file)] == [None] * 3
