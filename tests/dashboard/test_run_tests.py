"""The tests of a run: found, filtered, scrolled, and followed."""

import re

from playwright.sync_api import expect

from tests.dashboard.conftest import Account, SignIn
from tests.dashboard.reported_runs import Suite, begin, whole

MANY = 450


def _many(account: Account) -> Suite:
    run = begin(account, [f"item {number:03}" for number in range(MANY)])
    outcomes = {number: "failed" if number % 100 == 7 else "passed" for number in range(MANY)}
    run.report(outcomes)
    run.end()
    return run


def test_search_and_filters_narrow_the_list(account: Account) -> None:
    run = _many(account)

    client = account.client()

    def rows(query: str) -> int:
        answer = client.get(f"{run.path}/tests?{query}")
        assert answer.status_code == 200, answer.text
        return answer.text.count('<tr id="t-')

    assert rows("") == 200
    assert rows("offset=400") == 50
    assert rows("status=failed") == 5
    assert rows("status=failed&search=ITEM+107") == 1
    assert rows("search=shop.spec") == 200
    assert rows("file=tests/shop.spec.ts&search=item+44") == 10
    assert rows("file=tests/other.spec.ts") == 0
    assert rows("search=%25") == 0
    assert rows("search=%3Cscript%3E") == 0
    assert client.get(f"{run.path}/tests?status=nonsense").status_code == 400
    assert client.get(f"{run.path}/tests?offset=-1").status_code == 400


def test_tests_that_have_not_reported_are_in_the_list(account: Account) -> None:
    run = begin(account, ["pays", "ships", "adds"])
    run.report({0: "passed"})
    run.begin(1)

    client = account.client()
    text = client.get(f"{run.path}/tests").text
    running = client.get(f"{run.path}/tests?status=running").text
    waiting = client.get(f"{run.path}/tests?status=waiting").text

    assert text.count('<tr id="t-') == 3
    assert running.count('<tr id="t-') == 1
    assert "ships" in running
    assert waiting.count('<tr id="t-') == 1
    assert "adds" in waiting


def test_without_a_script_pages_follow_by_links(account: Account, signed_in: SignIn) -> None:
    run = _many(account)
    page = signed_in(java_script_enabled=False)
    page.goto(f"{run.path}/tests")

    page.get_by_label("Search titles and files").fill("item")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="The next of 450 tests").click()

    expect(page).to_have_url(re.compile(r"search=item.*offset=200|offset=200.*search=item"))
    expect(page.get_by_role("link", name="item 200")).to_be_visible()
    page.get_by_role("link", name=re.compile("^Failed")).click()
    expect(page.locator("tbody tr")).to_have_count(5)


def test_typing_finds_and_keeps_the_focus(account: Account, signed_in: SignIn) -> None:
    run = _many(account)
    page = signed_in()
    page.goto(f"{run.path}/tests")
    search = page.get_by_label("Search titles and files")

    search.press_sequentially("item 30")

    expect(page.get_by_text("10 tests found")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(10)
    expect(search).to_be_focused()
    expect(search).to_have_value("item 30")
    expect(page).to_have_url(re.compile(r"/tests\?search=item\+30$"))
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(10)


def test_the_list_grows_as_it_is_scrolled(account: Account, signed_in: SignIn) -> None:
    run = _many(account)
    page = signed_in()
    page.goto(f"{run.path}/tests")
    expect(page.locator("tr[id^=t-]")).to_have_count(200)

    page.locator("#more").scroll_into_view_if_needed()
    expect(page.locator("tr[id^=t-]")).to_have_count(400)
    page.locator("#more").scroll_into_view_if_needed()

    expect(page.locator("tr[id^=t-]")).to_have_count(MANY)
    expect(page.locator("#more")).to_have_count(0)


def test_news_replace_rows_where_they_stand(account: Account, signed_in: SignIn) -> None:
    run = begin(account, [f"item {number:03}" for number in range(300)])
    run.report({0: "passed"})
    page = signed_in()
    page.goto(f"{run.path}/tests")
    page.locator("#more").scroll_into_view_if_needed()
    expect(page.locator("tr[id^=t-]")).to_have_count(300)
    expect(page.locator("#stream.on")).to_be_attached()
    row = page.locator("tr", has_text="item 250")
    row.scroll_into_view_if_needed()
    link = row.get_by_role("link", name="item 250")
    link.focus()
    before = page.evaluate("scrollY")

    run.report({250: "failed", 2: "skipped"})

    expect(row.locator(".badge").first).to_have_text("failed")
    expect(page.locator("tr[id^=t-]")).to_have_count(300)
    expect(page.get_by_role("link", name=re.compile("^Failed 1"))).to_be_visible()
    expect(link).to_be_focused()
    assert page.evaluate("scrollY") == before
    run.report({251: "failed"})
    expect(page.locator("tr", has_text="item 251").locator(".badge").first).to_have_text("failed")


def test_a_row_says_what_there_is_to_say(account: Account) -> None:
    run = whole(account, {"pays": "flaky", "ships": "failed"}, message="Error: no ship\nat sea")

    client = account.client()
    text = client.get(f"{run.path}/tests").text

    assert "Error: no ship" in text
    assert 'class="badge flaky"' in text
