"""Flaky tests, advice, and errors over all runs."""

import asyncio
from datetime import date

import pytest
from playwright.sync_api import expect

from shifty.dashboard.flaky_list import trend_charts
from shifty.dashboard.tests_soon import soon
from shifty.flakiness.lists.model import Day
from shifty.tenants.model import Scope
from tests.dashboard.accessible import serious_violations, too_wide
from tests.dashboard.conftest import Account, SignIn, Site
from tests.dashboard.told_runs import WRONG, tell


@pytest.fixture
def shop(account: Account) -> Account:
    tell(account, {"pays": "RPRPRPRP", "adds": "PPPPPPPR", "looks": "PPPPPPPP"})
    return account


def test_the_surely_flaky_come_first_with_what_shows_it(shop: Account, signed_in: SignIn) -> None:
    page = signed_in()
    page.goto("/flaky")

    rows = page.get_by_role("region", name="Flaky tests").locator("tbody").get_by_role("row")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("pays")
    expect(rows.first).to_contain_text("50.0 %")
    expect(rows.first).to_contain_text("4 of 8")
    assert serious_violations(page) == []


def test_a_flaky_test_is_quarantined_from_the_list(shop: Account, signed_in: SignIn) -> None:
    page = signed_in()
    page.goto("/flaky")

    page.get_by_role("link", name="Quarantine pays").click()
    expect(page.get_by_label("Why")).to_have_value("Flaky: failing 4 out of 8 runs")
    page.get_by_role("button", name="Quarantine", exact=True).click()

    expect(page.get_by_text("Quarantined 1 test, until")).to_be_visible()
    expect(page.get_by_role("link", name="quarantined")).to_be_visible()
    expect(page.get_by_role("link", name="Quarantine pays")).to_have_count(0)


def test_the_advice_about_the_suite_comes_by_itself(shop: Account, signed_in: SignIn) -> None:
    page = signed_in()
    page.goto("/flaky/advice")

    expect(page.get_by_role("heading", name="Workers", exact=True)).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Nothing is quarantined.")).to_be_visible()
    expect(page.get_by_text("Failing 4 out of 8 runs")).to_be_visible()
    assert serious_violations(page) == []


def test_who_only_reads_is_told_what_it_takes(shop: Account) -> None:
    client = shop.client(shop.key_with(Scope.READ))
    page = client.get("/flaky/advice").text
    flaky = client.get("/flaky").text

    assert "This takes a key with the scope admin." in page
    assert "Quarantine pays" not in flaky


def test_errors_are_listed_and_shown_with_their_tests(shop: Account, signed_in: SignIn) -> None:
    tell(shop, {"looks": "F"}, message=WRONG)
    page = signed_in()
    page.goto("/flaky/errors?sort=firstSeen")

    rows = page.get_by_role("region", name="Errors").locator("tbody").get_by_role("row")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("toHaveText")
    assert serious_violations(page) == []
    rows.first.get_by_role("link").first.click()

    expect(page.get_by_role("region", name="Tests that failed so").last).to_contain_text("looks")
    expect(page.get_by_role("link", name="Quarantine this error")).to_be_visible()
    assert serious_violations(page) == []


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 1),
        ("kind=network", 1),
        ("kind=crash", 0),
        ("search=REFUSED", 1),
        ("branch=nowhere", 0),
        ("kind=&search=", 1),
    ],
)
def test_a_filter_leaves_errors_that_are_like_that(shop: Account, query: str, number: int) -> None:
    client = shop.client()
    assert client.get(f"/flaky/errors?{query}").text.count('class="error-text clamped"') == number


def test_an_error_that_nobody_had_is_not_found(shop: Account) -> None:
    client = shop.client()
    answer = client.get("/flaky/errors/0123456789abcdef")

    assert answer.status_code == 404
    assert "had the error 0123456789abcdef" in answer.text
    assert client.get("/flaky/errors/%00").status_code in (400, 404)


def test_an_installation_without_runs_says_so(account: Account) -> None:
    client = account.client()
    pages = {path: client.get(path) for path in ("/tests", "/flaky", "/flaky/advice", "/flaky/errors")}

    assert {answer.status_code for answer in pages.values()} == {200}
    assert "No tests yet" in pages["/tests"].text
    assert "No flaky tests" in pages["/flaky"].text
    assert "No errors" in pages["/flaky/errors"].text


def test_the_pages_fit_a_phone(account: Account, signed_in: SignIn) -> None:
    tell(account, {"x" * 900: "RPRPR"}, message="Error: " + "y" * 5000)
    page = signed_in(viewport={"width": 380, "height": 800}, color_scheme="dark")

    for path in ("/flaky", "/flaky/advice", "/flaky/errors"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert not too_wide(page)
        assert serious_violations(page) == []


def test_days_without_a_look_are_gaps_in_the_trend() -> None:
    days = [_day(9), _day(7), _day(6)]

    charts = trend_charts(days)

    assert [row.slot.name for row in charts[0].rows] == ["May 6", "May 7", "May 8", "May 9"]
    assert charts[0].rows[2].values == ["–", "–", "–"]
    assert trend_charts(days[:1]) == ()


def test_what_takes_longer_goes_on_behind_the_page(site: Site) -> None:
    async def check() -> None:
        may_end, ended = asyncio.Event(), asyncio.Event()

        async def work() -> str:
            await may_end.wait()
            ended.set()
            return "done"

        assert await soon(work()) is None
        may_end.set()
        await asyncio.wait_for(ended.wait(), 10)
        assert await soon(work()) == "done"

    site.run(check())


def _day(number: int) -> Day:
    return Day(
        day=date(2026, 5, number), flaky_tests=number, rate=20.0, broken_tests=0, quarantined_tests=1, lost_ms=1000
    )
