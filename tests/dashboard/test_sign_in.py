"""Signing in and out."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from shifty.tenants.model import Scope
from tests.dashboard.conftest import Account, SignIn, Site


def test_who_is_not_signed_in_is_sent_to_the_sign_in_and_then_on(site: Site, account: Account, page: Page) -> None:
    page.goto(f"{site.url}/runs?branch=main")
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))

    page.get_by_label("API key").fill(account.key)
    page.get_by_role("button", name="Sign in").click()

    expect(page).to_have_url(re.compile(r"/runs\?branch=main$"))


@pytest.mark.parametrize("to", ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)"])
def test_the_sign_in_leads_to_no_other_site(account: Account, to: str) -> None:
    answer = httpx.post(f"{account.site.url}/sign-in", data={"key": account.key, "next": to})

    assert answer.headers["location"] == "/"


def test_a_form_of_another_site_signs_nobody_in(account: Account) -> None:
    answer = httpx.post(
        f"{account.site.url}/sign-in", data={"key": account.key}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_key_that_may_not_look_signs_nobody_in(account: Account) -> None:
    answer = httpx.post(f"{account.site.url}/sign-in", data={"key": account.key_with(Scope.INGEST)})

    assert answer.status_code == 401
    assert "lacks the scope read" in answer.text
    assert "set-cookie" not in answer.headers


def test_pages_take_nothing_from_the_rate_limit_of_the_api(account: Account) -> None:
    before = int(httpx.get(f"{account.site.url}/api/v1/usage", headers=account.headers).headers["ratelimit-remaining"])
    client = account.client()
    for _ in range(10):
        assert client.get("/sign-in").status_code == 303

    after = httpx.get(f"{account.site.url}/api/v1/usage", headers=account.headers)
    assert int(after.headers["ratelimit-remaining"]) >= before - 2


def test_after_signing_out_the_cookie_opens_nothing(signed_in: SignIn) -> None:
    page = signed_in()
    cookies = page.context.cookies()

    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.context.add_cookies(cookies)  # pyright: ignore[reportArgumentType]  # the same shape, under another name
    page.goto("/runs")
    expect(page).to_have_url(re.compile("/sign-in"))
