"""Settings: projects, keys, webhooks, the plan, the repository, the audit log."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Dialog, expect

from shifty.config import load_settings
from shifty.dashboard.settings_audit import AuditLine
from shifty.dashboard.settings_keys import lines_of
from shifty.dashboard.settings_repository import parts_of
from shifty.dashboard.settings_tenant import gauges_of
from shifty.tenants.audit import Entry
from shifty.tenants.model import Key, Plan, Scope
from shifty.tenants.usage import Usage
from tests.dashboard.conftest import Account, SignIn

HOSTILE = "<script>alert(1)</script> \u202egnp.exe 🧨"
PAGES = ("projects", "keys", "webhooks", "tenant", "repository", "audit")


def form(client: httpx.Client, page: str, path: str, **fields: object) -> httpx.Response:
    """Send a form of ``page`` as a browser does."""
    found = re.search(r'name="csrf" value="(\w+)"', client.get(page).text)
    assert found
    return client.post(path, data={"csrf": found[1], **fields})


def test_a_project_is_changed_and_the_log_says_by_whom(account: Account, signed_in: SignIn) -> None:
    account.api("PUT", "/healing/settings", {"project": f"o/{HOSTILE}", "mode": "heal"})
    page = signed_in()
    page.goto("/settings")

    page.get_by_role("link", name=f"o/{HOSTILE}").click()
    page.get_by_label("A locator that finds nothing").select_option("off")
    page.get_by_label("Tests in quarantine at once").fill("7")
    page.get_by_label("Quarantine flaky tests by itself").check()
    page.get_by_label("Default branch").fill("trunk")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("status").filter(has_text="is changed")).to_be_visible()
    expect(page.get_by_label("Default branch")).to_have_value("trunk")
    (project,) = account.api("GET", "/projects").json()["projects"]
    assert (project["healingMode"], project["quarantineCap"], project["autoQuarantine"]) == ("off", 7, True)
    page.goto("/settings/audit?kind=project.")
    expect(page.get_by_role("row").filter(has_text="heal → off")).to_contain_text("tests")
    expect(page.get_by_role("row").filter(has_text="20 → 7")).to_contain_text("none → trunk")


def test_a_new_key_is_shown_once_and_opens_what_it_says(account: Account, signed_in: SignIn) -> None:
    page = signed_in()
    page.goto("/settings/keys")
    page.get_by_label("What it is for").fill(HOSTILE)
    page.get_by_label("report results").uncheck()
    page.get_by_label("start and cancel runs").uncheck()
    page.get_by_role("button", name="Make the key").click()

    key = page.get_by_label("The new key").locator("code").first.inner_text()
    assert httpx.get(
        f"{account.site.url}/api/v1/runs", headers={**account.headers, "Authorization": f"Bearer {key}"}
    ).is_success
    page.goto("/settings/keys")
    expect(page.get_by_text(key)).to_have_count(0)
    row = page.get_by_role("row").filter(has_text="gnp.exe")
    page.once("dialog", lambda dialog: dialog.accept())
    row.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("row").filter(has_text="gnp.exe")).to_contain_text("revoked")
    assert "shf_" not in str(page.context.cookies())


def test_to_revoke_the_own_key_is_asked_for_in_other_words(account: Account, signed_in: SignIn) -> None:
    page = signed_in()
    page.goto("/settings/keys")
    said: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page.once("dialog", dismiss)
    page.get_by_role("row").filter(has_text="yours").get_by_role("button", name="Revoke").click()

    assert "you will be signed out" in said[0]
    assert account.api("GET", "/keys").json()["keys"][0]["revokedAt"] is None


def test_a_webhook_is_added_tested_and_removed(signed_in: SignIn) -> None:
    page = signed_in()
    page.goto("/settings/webhooks")
    page.get_by_label("Where to send").fill("http://localhost:9/hooks")
    page.get_by_role("button", name="Add the webhook").click()
    expect(page.get_by_text(re.compile("^whsec_"))).to_be_visible()

    page.get_by_role("link", name="http://localhost:9/hooks").click()
    page.get_by_role("button", name="Send a test").click()

    expect(page.get_by_role("alert")).to_contain_text("webhook_private_addresses")
    expect(page.locator("#deliveries")).to_contain_text("failed")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Nobody is told")).to_be_visible()


def test_pages_are_usable_on_a_phone(account: Account, signed_in: SignIn) -> None:
    account.api("PUT", "/healing/settings", {"project": "o/" + "x" * 150, "mode": "heal"})
    account.api("POST", "/webhooks", {"url": "https://a.example/" + "x" * 1500})
    page = signed_in(viewport={"width": 380, "height": 800})
    for name in PAGES:
        page.goto(f"/settings/{name}")
        expect(page.get_by_role("heading", level=1)).to_have_text("Settings")
        assert page.evaluate("document.documentElement.scrollWidth") <= 380, name


def test_who_may_only_read_sees_and_presses_nothing(account: Account) -> None:
    account.api("PUT", "/healing/settings", {"project": "o/shop", "mode": "heal"})
    account.api("POST", "/webhooks", {"url": "https://a.example/secret-path"})
    reader = account.client(account.key_with(Scope.READ))

    shown = {name: reader.get(f"/settings/{name}") for name in PAGES}

    assert {answer.status_code for answer in shown.values()} == {200}
    everything = "".join(answer.text for answer in shown.values())
    assert "secret-path" not in everything
    assert account.key.split("_")[1] not in everything
    for name in ("keys", "webhooks"):
        assert "<fieldset" in shown[name].text
        assert all("disabled" in tag for tag in re.findall(r'<fieldset class="plain fields[^>]*>', shown[name].text))
    project = "/settings/projects/o%2Fshop"
    assert "This needs a key with the scope admin." in reader.get(project).text
    fields = {"mode": "off", "verdict": "warn", "cap": 1, "days": 1, "auto_rate": 20, "auto_confidence": 95}
    for path, given in (
        (project, fields),
        ("/settings/keys", {"scope": "read"}),
        ("/settings/webhooks", {"url": "https://a.example/", "event": "run.failed"}),
        (f"/settings/keys/{account.key.split('_')[1]}/revoke", {}),
    ):
        answer = form(reader, "/settings/keys", path, **given)
        assert answer.status_code == 403, path
        assert "scope" in answer.text


def test_a_form_without_its_token_changes_nothing(account: Account) -> None:
    client = account.client()

    answer = client.post("/settings/keys", data={"scope": "admin"})

    assert answer.status_code == 403
    assert len(account.api("GET", "/keys").json()["keys"]) == 1


def test_what_is_wrong_with_a_form_is_said_on_the_page(account: Account) -> None:
    client = account.client()

    no_scope = form(client, "/settings/keys", "/settings/keys", name="x")
    no_url = form(client, "/settings/webhooks", "/settings/webhooks", url="ftp://a.example", event="run.failed")
    unknown = form(
        client, "/settings/webhooks", "/settings/webhooks", url="http://a.b", event="run.failed", project="x"
    )

    for answer, said in ((no_scope, "tick at least one scope"), (no_url, "must begin with"), (unknown, "no project")):
        assert answer.status_code == 400
        assert said in answer.text
    assert 'value="ftp://a.example"' in no_url.text


def test_a_page_with_a_new_key_is_kept_by_nobody(account: Account) -> None:
    answer = form(account.client(), "/settings/keys", "/settings/keys", scope=["read", "ingest"], days="9")

    assert answer.headers["cache-control"] == "no-store"
    assert "shf_" in answer.text
    assert "set-cookie" not in answer.headers


def test_a_key_for_one_project_makes_keys_for_it_and_sees_nothing_of_others(account: Account) -> None:
    for project in ("o/shop", "o/other"):
        account.api("PUT", "/healing/settings", {"project": project, "mode": "heal"})
    client = account.client(account.key_with(*Scope, project="o/shop"))

    assert "o/other" not in client.get("/settings/projects").text
    assert client.get("/settings/projects/o%2Fother").status_code == 403
    assert "o/other" not in client.get("/settings/audit").text
    assert form(client, "/settings/keys", "/settings/keys", scope="read", project="o/other").status_code == 400
    assert account.key.split("_")[1] not in client.get("/settings/keys").text


@pytest.mark.parametrize("path", ["projects/none", "webhooks/00000000-0000-0000-0000-000000000000", "webhooks/42"])
def test_what_is_not_there_is_a_page_that_says_so(account: Account, path: str) -> None:
    assert account.client().get(f"/settings/{path}").status_code == 404


def test_a_part_of_the_list_of_webhooks_comes_alone(account: Account) -> None:
    made = account.api("POST", "/webhooks", {"url": "https://a.example/x"}).json()["webhook"]
    client = account.client()

    part = client.get("/settings/webhooks?part=list").text
    deliveries = client.get(f"/settings/webhooks/{made['id']}?part=deliveries").text

    assert "https://a.example/x" in part
    assert "<html" not in part + deliveries
    assert "Nothing was sent yet" in deliveries


# -- What pages show, without a server


def key(name: str, *, expires_at: datetime | None = None, revoked_at: datetime | None = None) -> Key:
    return Key(
        id=name,
        tenant_id=uuid4(),
        name=name,
        scopes=frozenset({Scope.READ}),
        project=None,
        created_at=datetime(2024, 12, 1, tzinfo=UTC),
        expires_at=expires_at,
        revoked_at=revoked_at,
        last_used_at=None,
    )


def test_keys_that_open_something_stand_first() -> None:
    now = datetime(2024, 12, 9, tzinfo=UTC)
    keys = [key("old"), key("gone", revoked_at=now), key("over", expires_at=now - timedelta(days=1)), key("new")]

    lines = lines_of(keys, "old", now)

    assert [(line.key.name, line.state, line.is_own) for line in lines] == [
        ("new", "valid", False),
        ("old", "valid", True),
        ("over", "expired", False),
        ("gone", "revoked", False),
    ]


def test_gauges_say_how_near_a_limit_is() -> None:
    plan = Plan(retention_days=30, max_storage_bytes=1000, max_workers=0)
    used = Usage("acme", uuid4(), plan, storage_bytes=850, workers=0, minutes=12, month="2024-12")

    storage, workers, minutes = gauges_of(used)

    assert (storage.percent, storage.kind, storage.used, storage.limit) == (85, "flaky", "850 B", "1.0 kB")
    assert (workers.percent, workers.kind) == (100, "failed")
    assert (minutes.percent, minutes.limit, minutes.used) == (None, "unlimited", "12 minutes")


def test_secrets_of_the_server_are_shown_as_there_or_not() -> None:
    settings = load_settings(
        github_token="ghp_top-secret", llm_model="m", llm_api_key="sk-top", github_webhook_secret="top"
    )

    ours = parts_of(settings, "acme/shop", is_ours=True)
    theirs = parts_of(settings, "acme/shop", is_ours=False)

    assert "top" not in str(ours)
    assert [part.is_set for part in ours] == [True, True, False, True, True, False]
    assert "acme/shop" not in str(theirs)


def test_a_change_is_told_as_before_and_after_and_a_list_as_a_list() -> None:
    def line(action: str, **details: object) -> AuditLine:
        now = datetime(2024, 12, 9, tzinfo=UTC)
        entry = Entry(id=1, at=now, key_id=None, key_name="", action=action, subject="s", project=None, details=details)
        return AuditLine(entry)

    assert line("plan.changed", maxWorkers=[None, 8]).details == [("maxWorkers", "none → 8")]
    assert line("key.created", scopes=["ingest", "read"], name="").details == [("scopes", "ingest, read")]
    assert line("key.created").who == "administrator of the machine"
    assert len(line("quarantine.added", reason="x" * 5000).details[0][1]) == 200
