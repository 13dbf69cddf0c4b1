"""What all pages have in common: addresses that lead nowhere, headers, assets, the way in from the command line."""

import subprocess
import sys

import httpx
import pytest
from playwright.sync_api import expect

from shifty.dashboard.assets import asset_url, names
from tests.dashboard.conftest import Account, SignIn


def test_a_person_who_is_lost_gets_a_page_and_a_program_json(account: Account) -> None:
    page = account.client().get("/no/such/page", headers={"Accept": "text/html,*/*"})
    json = account.client().get("/no/such/page", headers={"Accept": "application/json"})

    assert page.status_code == json.status_code == 404
    assert "<h1>Not found</h1>" in page.text
    assert json.json()["code"] == "NOT_FOUND"


def test_the_api_takes_no_session(account: Account) -> None:
    client = account.client()

    assert client.get("/api/v1/runs").status_code == 401
    assert client.post("/api/v1/orchestrate", json={}).status_code == 401


def test_pages_let_no_foreign_script_in(account: Account) -> None:
    answer = account.client().get("/runs")

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_session_cookie_is_closed_to_scripts_and_to_forms_of_other_sites(account: Account) -> None:
    answer = httpx.post(f"{account.site.url}/sign-in", data={"key": account.key})

    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_a_form_without_the_token_of_the_session_does_nothing(account: Account) -> None:
    client = account.client()

    answer = client.post("/sign-out", data={"csrf": "0" * 64})

    assert answer.status_code == 403
    assert client.get("/runs").status_code == 200


@pytest.mark.parametrize("name", sorted(names()))
def test_an_asset_is_there_and_kept_for_ever(account: Account, name: str) -> None:
    answer = httpx.get(account.site.url + asset_url(name))

    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.content


def test_a_page_from_before_an_upgrade_gets_todays_script_and_keeps_it_not(account: Account) -> None:
    answer = httpx.get(f"{account.site.url}/assets/0123456789abcdef/live.js")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


def test_open_signs_a_browser_in_once(account: Account) -> None:
    line = [sys.executable, "-m", "shifty.cli", "open", "--print", "--api-url", account.site.url]
    said = subprocess.run(
        [*line, "--api-key", account.key, "--tenant", account.tenant.slug], capture_output=True, text=True, check=True
    )
    address = said.stdout.strip()
    with httpx.Client(base_url=account.site.url) as client:
        assert client.get(address).headers["location"] == "/"
        assert client.get("/runs").status_code == 200
    again = httpx.get(address)
    assert again.status_code == 401
    assert "shifty open" in again.text


def test_the_theme_can_be_chosen_and_stays(signed_in: SignIn) -> None:
    page = signed_in(color_scheme="light")

    page.get_by_role("button", name="Theme: system").click()
    page.get_by_role("button", name="Theme: light").click()

    page.reload()
    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_an_empty_installation_shows_the_commands_that_fill_it(account: Account, signed_in: SignIn) -> None:
    page = signed_in()

    expect(page.get_by_role("heading", name="Three commands")).to_be_visible()
    expect(page.get_by_text(f"SHIFTY_TENANT_ID={account.tenant.slug}")).to_be_visible()
