"""The pages about healing."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from shifty.dashboard.healing_prs import web_address
from shifty.dashboard.healing_words import compared, how_sure, percent_of
from shifty.tenants.model import Scope
from shifty.wire import HealedElement
from tests.dashboard.conftest import Account, SignIn
from tests.healing.elements import FILE, HEAL

HOSTILE = "<script>alert(1)</script> \u202etxt \U0001f4a5 " + "x" * 3000
_BEFORE = {"tag": "button", "role": "button", "name": "Sign in", "attributes": {"id": "sign-in"}, "box": [8, 8, 90, 30]}
_AFTER = {**_BEFORE, "name": "Log in", "attributes": {"data-testid": "log-in"}}


def report(account: Account, *heals: dict[str, object], name: str = "logs in", status: str = "passed") -> str:
    run_id = str(uuid4())
    test = {"testFile": FILE, "testName": name, "line": 3}
    attempt = {"attempt": 0, "status": status, "durationMs": 9, "heals": heals}
    start = {"runId": run_id, "totalTests": 1, "shardIndex": 0, "totalShards": 1, "tests": [test]}
    result = {**test, "status": status, "attempts": [attempt]}
    for message in (
        {"type": "run:start", "payload": start},
        {"type": "test:batch", "payload": {"runId": run_id, "results": [result]}},
        {"type": "run:end", "payload": {"runId": run_id, "status": "completed"}},
    ):
        account.api("POST", f"/runs/{run_id}/events", [message])
    return run_id


def healed(**fields: object) -> dict[str, object]:
    return {**HEAL, "before": _BEFORE, "after": _AFTER, **fields}


def test_a_replacement_is_seen_looked_at_and_refused(account: Account, signed_in: SignIn) -> None:
    report(account, healed())
    page = signed_in()

    page.goto("/healing")
    expect(page.get_by_role("list", name="Broken locators").get_by_role("listitem")).to_have_count(1)
    page.locator("a.open").first.click()
    expect(page.get_by_text("getByTestId('log-in')").first).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("name or text Sign in Log in changed"))).to_be_visible()
    page.get_by_label("Why").fill("It is another button")
    page.get_by_role("button", name="Refuse").click()

    expect(page.get_by_text("Refused: it is neither healed")).to_be_visible()
    expect(page.get_by_text("It is another button")).to_be_visible()
    page.goto("/healing?decided=refused")
    expect(page.get_by_role("list", name="Broken locators").get_by_role("listitem")).to_have_count(1)


def test_a_decision_is_taken_back(account: Account, signed_in: SignIn) -> None:
    report(account, healed(decision="propose", success=False), status="failed")
    page = signed_in()
    page.goto("/healing?outcome=proposed")

    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("Accepted: `shifty heal apply`")).to_be_visible()
    page.locator("a.open").first.click()
    page.get_by_role("button", name="Take it back").click()

    expect(page.get_by_role("button", name="Accept")).to_be_visible()
    assert account.api("GET", "/healing/decisions").json()["decisions"] == []


def test_a_key_that_only_reads_sees_and_can_not_press(account: Account, signed_in: SignIn) -> None:
    run_id = report(account, healed())
    page = signed_in(account.key_with(Scope.READ))

    page.goto(f"/healing/runs/{run_id}")

    expect(page.get_by_role("button", name="Accept")).to_be_disabled()
    expect(page.get_by_text(f"shifty heal apply {run_id[:8]}", exact=True)).to_be_visible()


def test_hostile_texts_are_texts(account: Account, signed_in: SignIn) -> None:
    locator = {"originalLocator": HOSTILE, "healedLocator": HOSTILE, "explanation": HOSTILE}
    report(account, healed(**locator, after={**_AFTER, "name": HOSTILE}), name=HOSTILE)
    page = signed_in(viewport={"width": 380, "height": 800})
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))

    for step in ("list", "event"):
        if step == "list":
            page.goto("/healing")
        else:
            page.locator("a.open").first.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 380


@pytest.mark.parametrize("outcome", ["healed", "tried", "proposed", "declined"])
def test_the_list_is_narrowed_by_what_became_of_a_locator(account: Account, outcome: str) -> None:
    report(
        account,
        healed(originalLocator="healed-one", originalSelector="#a"),
        healed(originalLocator="tried-one", originalSelector="#b", success=False),
        healed(originalLocator="proposed-one", originalSelector="#c", success=False, decision="propose"),
        healed(
            originalLocator="declined-one", originalSelector="#d", success=False, decision="refuse", healedSelector=None
        ),
    )

    text = account.client().get("/healing", params={"outcome": outcome, "part": "list"}).text

    assert [word for word in ("healed", "tried", "proposed", "declined") if f"{word}-one" in text] == [outcome]


def test_what_is_not_there_is_said(account: Account) -> None:
    run_id = report(account, healed())
    client = account.client()
    event = account.api("GET", f"/healing/events?runId={run_id}").json()["events"][0]
    address = f"/healing/runs/{run_id}/tests/{event['testId']}"

    assert client.get(f"{address}/{event['id']}").status_code == 200
    assert client.get(f"{address}/{'0' * 32}").status_code == 404
    assert client.get(f"/healing/runs/{uuid4()}").status_code == 404
    assert client.post(f"{address}/{event['id']}/decision", data={"word": "accepted"}).status_code == 403
    assert "No pull request yet" in client.get("/healing/prs").text


def test_what_differs_between_two_elements_stands_first() -> None:
    was = HealedElement(tag="a", name="Help", attributes={"id": "old"}, box=[1, 2, 3, 4])
    now = HealedElement(tag="a", name="Help", attributes={"href": "/"}, box=[1, 2, 3, 4])

    told = [(row.name, row.kind) for row in compared(was, now)]

    assert told[:2] == [("@id", "gone"), ("@href", "new")]
    assert {kind for _, kind in told[2:]} == {"same"}
    assert compared(None, None) == []


def test_nothing_is_rounded_up_to_certain() -> None:
    assert (percent_of(0.999), how_sure(0.999), how_sure(0)) == ("99 %", "very sure", "a guess")


@pytest.mark.parametrize(
    ("address", "link"), [("https://x/1", "https://x/1"), ("javascript:alert(1)", None), (None, None)]
)
def test_a_link_leads_to_a_web_page_only(address: str | None, link: str | None) -> None:
    assert web_address(address) == link
