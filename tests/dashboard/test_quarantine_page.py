"""Rules of quarantine: made, changed and released by forms."""

import re

import pytest
from playwright.sync_api import expect

from shifty.ids import stable_test_id
from shifty.tenants.model import Scope
from tests.dashboard.accessible import serious_violations, too_wide
from tests.dashboard.conftest import Account, SignIn
from tests.dashboard.told_runs import PROJECT, tell

PAYS = stable_test_id("tests/pay.spec.ts", "chromium", ["pays"])


def rules(account: Account, state: str = "all") -> list[dict[str, object]]:
    return account.api("GET", f"/quarantine?state={state}").json()["rules"]


def csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def changes(account: Account) -> list[str]:
    """What the audit log has of quarantine, oldest first."""
    entries = account.api("GET", "/audit?action=quarantine").json()["entries"]
    return [entry["action"] for entry in reversed(entries)]


def test_a_test_is_quarantined_extended_and_released_on_its_page(account: Account, signed_in: SignIn) -> None:
    tell(account, {"pays": "RPRP"})
    page = signed_in()
    page.goto(f"/tests/{PAYS}")

    page.get_by_text("Quarantine this test").click()
    page.get_by_label("Who mends it").fill("ann")
    page.get_by_label("For how many days").fill("3")
    page.get_by_role("button", name="Quarantine", exact=True).click()
    expect(page.get_by_text("Quarantined 1 test, until")).to_be_visible()
    (made,) = rules(account)
    page.get_by_text("Extend, change or release").click()
    page.get_by_label("Days from now").fill("30")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. It holds until")).to_be_visible()
    page.get_by_text("Extend, change or release").click()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_label("Why it is over").fill("mended in 42")
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_text("Released: from now on it fails runs again.")).to_be_visible()

    assert (made["owner"], made["reason"], made["source"]) == (
        "ann",
        "Flaky: failing 2 out of 4 runs",
        "recommendation",
    )
    (released,) = rules(account)
    assert (released["state"], released["releaseReason"]) == ("released", "mended in 42")
    assert str(released["expiresAt"]) > str(made["expiresAt"])


def test_a_rule_is_shown_with_all_that_was_done_to_it(account: Account, signed_in: SignIn) -> None:
    tell(account, {"pays": "RPRP"})
    body = {"project": PROJECT, "kind": "file", "value": "tests/*", "reason": "SHOP-1 <b>", "owner": "ann"}
    rule = account.api("POST", "/quarantine", body).json()["rule"]
    page = signed_in()

    page.goto("/flaky/quarantine")
    expect(page.get_by_role("region", name="Rules").get_by_text("SHOP-1 <b>")).to_be_visible()
    assert serious_violations(page) == []
    page.get_by_role("link", name="tests/*").click()

    expect(page).to_have_url(re.compile(str(rule["id"])))
    expect(page.get_by_text("made by")).to_be_visible()
    assert serious_violations(page) == []


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"kind": "error", "value": "no digest"}, "There is no error"),
        ({"kind": "file", "value": "/etc/passwd"}, "must be a path relative to the repository"),
        ({"kind": "file", "value": "a.ts", "reason": " "}, "Why: String should have at least 1 character"),
        ({"kind": "file", "value": "a.ts", "days": "soon"}, "For how many days:"),
        ({"kind": "file", "value": "a.ts", "days": "999"}, "For how many days:"),
        ({"kind": "file", "value": "a.ts", "project": "elsewhere"}, "There is no project"),
    ],
)
def test_what_is_wrong_stands_above_the_fields_as_they_were(
    account: Account, fields: dict[str, str], fault: str
) -> None:
    tell(account, {"pays": "P"})
    client = account.client()
    token = csrf(client.get("/flaky/quarantine/new").text)
    sent = {"csrf": token, "project": PROJECT, "reason": "because", "owner": "ann", **fields}
    answer = client.post("/flaky/quarantine", data=sent)

    assert answer.status_code in (400, 404)
    assert fault in answer.text
    assert f'value="{fields["value"]}"' in answer.text
    assert rules(account) == []


def test_the_form_is_filled_by_the_address_and_leads_nowhere_else(account: Account) -> None:
    tell(account, {"pays": "P"})
    client = account.client()
    page = client.get("/flaky/quarantine/new?kind=tag&value=%40slow&project=shop&next=https://evil.test/").text
    sent = {"csrf": csrf(page), "project": PROJECT, "kind": "tag", "value": "slow", "reason": "x"}
    answer = client.post("/flaky/quarantine", data={**sent, "next": "https://evil.test/"})

    assert 'value="@slow"' in page
    assert answer.headers["location"] == "/"


def test_every_change_stands_in_the_audit_log_whichever_door_it_took(account: Account) -> None:
    tell(account, {"pays": "P"})
    body = {"project": PROJECT, "kind": "tag", "value": "@slow", "reason": "slow"}
    rule = account.api("POST", "/quarantine", body).json()["rule"]["id"]
    client = account.client()
    token = csrf(client.get(f"/flaky/quarantine/{rule}").text)
    client.post(f"/flaky/quarantine/{rule}", data={"csrf": token, "days": "9"})
    client.post(f"/flaky/quarantine/{rule}/release", data={"csrf": token})

    assert changes(account) == ["quarantine.added", "quarantine.changed", "quarantine.released"]


@pytest.mark.parametrize("path", ["/flaky/quarantine", "/flaky/quarantine/{}", "/flaky/quarantine/{}/release"])
def test_who_may_not_administer_or_comes_from_elsewhere_changes_nothing(account: Account, path: str) -> None:
    tell(account, {"pays": "P"})
    body = {"project": PROJECT, "kind": "tag", "value": "@slow", "reason": "slow"}
    rule = account.api("POST", "/quarantine", body).json()["rule"]
    sent = {"project": PROJECT, "kind": "tag", "value": "@other", "reason": "x", "owner": "eve"}
    reader = account.key_with(Scope.READ, Scope.ORCHESTRATE)

    client = account.client(reader)
    token = csrf(client.get("/flaky/quarantine/new").text)
    refused = client.post(path.format(rule["id"]), data={**sent, "csrf": token})
    client = account.client()
    foreign = client.post(path.format(rule["id"]), data={**sent, "csrf": "guessed"})

    assert (refused.status_code, foreign.status_code) == (403, 403)
    assert [(each["id"], each["state"], each["owner"]) for each in rules(account)] == [
        (rule["id"], "active", rule["owner"])
    ]


def test_the_pages_of_quarantine_fit_a_phone(account: Account, signed_in: SignIn) -> None:
    tell(account, {"pays": "P"})
    body = {"project": PROJECT, "kind": "title", "value": "x" * 400, "reason": "y" * 2000, "owner": "z" * 200}
    rule = account.api("POST", "/quarantine", body).json()["rule"]["id"]
    page = signed_in(viewport={"width": 380, "height": 800})

    for path in ("/flaky/quarantine", f"/flaky/quarantine/{rule}", "/flaky/quarantine/new"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert not too_wide(page)
        assert serious_violations(page) == []
